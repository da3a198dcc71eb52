import { conformance } from "../../src/testing/mod.ts";
import { inPGlite } from "../support/postgres/pglite.ts";
import { test } from "../support/runner.ts";

const options = { test, skipTest: test.skip };

await conformance({ ...options, name: "postgres (PGlite)", ...inPGlite() });
