/**
 * Stand-in for `@std/assert` where JSR cannot be reached: the same names and the same meaning for the functions that
 * the tests use. Where JSR answers, Deno runs the tests with the original.
 *
 * @module
 */
export * from "./assertions.ts";
export { equal } from "./equal.ts";
export { AssertionError } from "./failure.ts";
export { assertRejects, assertThrows } from "./throws.ts";
