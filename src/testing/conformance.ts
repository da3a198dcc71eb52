import { isPromise } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import type { ConformanceReport } from "./conformance_report.ts";
import type { AnyKindOfDriver, ConformanceOptions } from "./options.ts";
import { planTests } from "./test_plan.ts";

/**
 * Registers the tests of a driver: every promise of the ORM on it, and every promise the driver itself declares. A test for which
 * the driver lacks a capability is registered as skipped, with the reason.
 *
 * @param options How tests are registered, and how a driver is made.
 * @returns A Promise to await at the top level of the test file. What it gives is filled while the tests run, and is what
 * {@linkcode capabilityMatrix} writes as tables.
 * @throws {ValidationError} When the options make no sense.
 *
 * @example
 * ```ts
 * import { conformance } from "@rinari/orm/testing";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const tests: [string, () => void | Promise<void>][] = [];
 * await conformance({ test: (name, fn) => tests.push([name, fn]), driver: () => new MemoryDriver() });
 * for (const [, fn] of tests.slice(0, 3)) await fn();
 * ```
 */
export function conformance(options: ConformanceOptions): Promise<ConformanceReport> {
  if (typeof options?.test !== "function" || typeof options.driver !== "function") {
    throw new ValidationError(
      "Cannot test a driver: `test`, which registers tests, and `driver`, which makes a driver, are needed",
      { code: "INVALID_OPTIONS" },
    );
  }
  // A driver that is there at once gets its tests at once: they are registered even where the Promise is not awaited.
  const driver = options.driver();
  return isPromise(driver) ? driver.then((made) => register(made, options)) : register(driver, options);
}

function register(driver: AnyKindOfDriver, options: ConformanceOptions): Promise<ConformanceReport> {
  const { name = driver.metadata.name, test } = options;
  const { tests, report, ready } = planTests(driver, options);
  for (const { promise, skipped, run } of tests) {
    const full = `${name}: ${promise}`;
    if (skipped === null) test(full, run);
    else registerSkipped(full, skipped, options);
  }
  return ready.then(() => report);
}

function registerSkipped(name: string, reason: string, { test, skipTest }: ConformanceOptions): void {
  if (skipTest !== undefined) skipTest(name, reason);
  else test(`${name} (skipped: ${reason})`, () => {});
}
