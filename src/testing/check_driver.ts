import { ValidationError } from "../errors/mod.ts";
import type { ConformanceReport } from "./conformance_report.ts";
import type { CheckOptions } from "./options.ts";
import { planTests } from "./test_plan.ts";

/**
 * Runs the tests of {@linkcode conformance} without a test runner, one after another.
 *
 * @param options How a driver is made, and which tests are run.
 * @returns What came of each test. A broken promise is told there and does not throw.
 * @throws {ValidationError} When the options make no sense.
 *
 * @example
 * ```ts
 * import { capabilityMatrix, checkDriver } from "@rinari/orm/testing";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const only = (promise: string) => promise.startsWith("driver.insert");
 * const report = await checkDriver({ driver: () => new MemoryDriver(), only });
 * console.log(capabilityMatrix(report));
 * for (const { error } of report.results) if (error !== null) console.log(error.message);
 * ```
 */
export async function checkDriver(options: CheckOptions): Promise<ConformanceReport> {
  if (typeof options?.driver !== "function") {
    throw new ValidationError("Cannot test a driver: `driver`, which makes a driver, is needed", {
      code: "INVALID_OPTIONS",
    });
  }
  const { only = () => true } = options;
  const { tests, report, ready } = planTests(await options.driver(), options);
  await ready;
  for (const { promise, skipped, run } of tests) {
    // What it throws is in the report.
    if (skipped === null && only(promise)) await run().catch(() => undefined);
  }
  return report;
}
