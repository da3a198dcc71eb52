/**
 * The conformance kit for drivers: every promise of the ORM as a test, for any runner.
 *
 * A driver proves itself in about ten lines. With `bun test`:
 *
 * ```ts
 * import { test } from "bun:test";
 * import { conformance } from "@rinari/orm/testing";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * await conformance({
 *   test,
 *   skipTest: (name, reason) => test.skip(`${name} (${reason})`, () => {}),
 *   driver: () => new MemoryDriver(),
 * });
 * ```
 *
 * With `deno test`:
 *
 * ```ts
 * import { conformance } from "@rinari/orm/testing";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * await conformance({
 *   test: (name, fn) => Deno.test(name, async () => await fn()),
 *   skipTest: (name, reason) => Deno.test.ignore(`${name} (${reason})`, () => {}),
 *   driver: () => new MemoryDriver(),
 * });
 * ```
 *
 * With `node --test`:
 *
 * ```ts
 * import { test } from "node:test";
 * import { conformance } from "@rinari/orm/testing";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * await conformance({
 *   test: (name, fn) => test(name, async () => await fn()),
 *   skipTest: (name, reason) => test(name, { skip: reason }, () => {}),
 *   driver: () => new MemoryDriver(),
 * });
 * ```
 *
 * Tests run through the ORM, so that what the core composes for a driver is tested with it; and what the driver itself
 * declares is tested on its own methods too. A test needs capabilities, never a vendor: what a driver does not declare
 * is registered as skipped, with the reason. A failure tells the promise, the smallest call that breaks it, what was expected
 * and what came.
 *
 * What `conformance` returns is filled while the tests run: `capabilityMatrix` writes it as tables, in a last test or
 * wherever the run has ended. `checkDriver` runs the same tests without a runner.
 *
 * @module
 */
export { capabilityMatrix } from "./capability_matrix.ts";
export { checkDriver } from "./check_driver.ts";
export { conformance } from "./conformance.ts";
export { type BrokenPromiseDetails, ConformanceError } from "./conformance_error.ts";
export type { ConformanceReport, ConformanceResult } from "./conformance_report.ts";
export type { AnyKindOfDriver, CheckOptions, ConformanceOptions, DriverUnderTest } from "./options.ts";
