import type { TestCase } from "../test_case.ts";
import { valuesSuite } from "./values_suite.ts";

/** All tests of the kit, by topic. */
export const SUITES: readonly (readonly TestCase[])[] = [valuesSuite];
