import { isPromise } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import type { Mode } from "../types/mode.ts";
import { ConformanceError } from "./conformance_error.ts";
import type { AnyKindOfDriver, ConformanceOptions } from "./options.ts";
import { SUITES } from "./suites/mod.ts";
import type { Given, TestCase } from "./test_case.ts";
import { modeOf, World } from "./world.ts";

/** The members a driver may leave out. */
const OPTIONAL = ["aggregate", "begin", "prepare", "iterate", "upsert", "group", "explain", "introspect"];

/**
 * Registers the tests of a driver: every promise of the ORM on it, and every promise the driver itself declares. A test for which
 * the driver lacks a capability is registered as skipped, with the reason.
 *
 * @param options How tests are registered, and how a driver is made.
 * @returns A Promise to await at the top level of the test file.
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
export function conformance(options: ConformanceOptions): Promise<void> {
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

function register(driver: AnyKindOfDriver, options: ConformanceOptions): Promise<void> {
  const [mode, opened] = modeOf(driver, options);
  const given: Given = {
    mode,
    capabilities: driver.metadata.capabilities ?? {},
    reopens: options.reopen !== undefined,
    members: OPTIONAL.filter((name) =>
      typeof (driver as unknown as Record<string, unknown>)[name] === "function"
    ),
  };
  const { name = driver.metadata.name, test, skip = {} } = options;
  checkNames(Object.keys(skip));
  for (const each of SUITES.flat()) {
    const full = `${name}: ${each.name}`;
    const reason = Object.hasOwn(skip, each.name) ? skip[each.name] as string : each.requires(given);
    if (reason !== null) registerSkipped(full, reason, options);
    else test(full, () => runCase(each, mode, options));
  }
  return Promise.resolve(opened).then(() => driver.disconnect()).then(() => options.cleanup?.(driver));
}

function registerSkipped(name: string, reason: string, { test, skipTest }: ConformanceOptions): void {
  if (skipTest !== undefined) skipTest(name, reason);
  else test(`${name} (skipped: ${reason})`, () => {});
}

async function runCase(each: TestCase, mode: Mode, options: ConformanceOptions): Promise<void> {
  const world = new World(await options.driver(), mode, options);
  try {
    await each.run(world);
  } catch (error) {
    await world.close().catch(() => undefined);
    const details = { driver: world.driverName, promise: each.name, calls: world.log.lines };
    throw new ConformanceError(details, error);
  }
  try {
    await world.close();
  } catch (error) {
    throw new ConformanceError(
      { driver: world.driverName, promise: "disconnect closes the store", calls: world.log.lines },
      error,
    );
  }
}

function checkNames(names: readonly string[]): void {
  const known = new Set(SUITES.flat().map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new ValidationError(`Cannot skip ${JSON.stringify(unknown)}: the kit has no test of that name`, {
      code: "INVALID_OPTIONS",
    });
  }
}
