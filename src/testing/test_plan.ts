import { OPTIONAL_MEMBERS } from "../contract/optional_members.ts";
import { ValidationError } from "../errors/mod.ts";
import type { Mode } from "../types/mode.ts";
import { ConformanceError } from "./conformance_error.ts";
import type { ConformanceReport, ConformanceResult } from "./conformance_report.ts";
import type { AnyKindOfDriver, DriverUnderTest } from "./options.ts";
import { SUITES } from "./suites/mod.ts";
import type { Given, TestCase } from "./test_case.ts";
import { modeOf, World } from "./world.ts";

/** One test of a driver. */
export interface PlannedTest {
  /** What is promised. */
  readonly promise: string;
  /** Why it is left out, or null. */
  readonly skipped: string | null;
  /** Runs it; rejects with a ConformanceError. */
  readonly run: () => Promise<void>;
}

/** The tests of a driver. */
export interface TestPlan {
  /** The tests, in their order. */
  readonly tests: readonly PlannedTest[];
  /** What the tests find. */
  readonly report: ConformanceReport;
  /** Ends when the driver that was looked at is closed. */
  readonly ready: Promise<void>;
}

type Result = { -readonly [K in keyof ConformanceResult]: ConformanceResult[K] };

/**
 * Chooses the tests of a driver by what it declares.
 *
 * @param driver A driver to look at; it is closed again.
 */
export function planTests(driver: AnyKindOfDriver, options: DriverUnderTest): TestPlan {
  const { skip = {} } = options;
  checkNames(Object.keys(skip));
  const [mode, opened] = modeOf(driver, options);
  const given = describe(driver, mode, options);
  const results: Result[] = [];
  const tests: PlannedTest[] = [];
  for (const [area, suite] of Object.entries(SUITES)) {
    for (const each of suite) {
      const skipped = Object.hasOwn(skip, each.name) ? skip[each.name] as string : each.requires(given);
      const result: Result = {
        area,
        promise: each.name,
        outcome: skipped === null ? "not run" : "skipped",
        reason: skipped ?? "",
        error: null,
      };
      results.push(result);
      tests.push({ promise: each.name, skipped, run: () => runNoted(each, given, options, result) });
    }
  }
  return {
    tests,
    report: { metadata: driver.metadata, results },
    ready: Promise.resolve(opened).then(() => driver.disconnect()).then(() => options.cleanup?.(driver)),
  };
}

function describe(driver: AnyKindOfDriver, mode: Mode, { reopen, databases }: DriverUnderTest): Given {
  return {
    mode,
    capabilities: driver.metadata.capabilities ?? {},
    reopens: reopen !== undefined,
    anyDatabase: databases === undefined,
    members: OPTIONAL_MEMBERS.filter((name) =>
      typeof (driver as unknown as Record<string, unknown>)[name] === "function"
    ),
  };
}

async function runNoted(
  each: TestCase,
  given: Given,
  options: DriverUnderTest,
  result: Result,
): Promise<void> {
  try {
    await runCase(each, given, options);
    result.outcome = "passed";
  } catch (error) {
    result.outcome = "failed";
    result.error = error instanceof Error ? error : new Error(String(error));
    throw error;
  }
}

async function runCase(each: TestCase, given: Given, options: DriverUnderTest): Promise<void> {
  const world = new World(await options.driver(), given, options);
  const broken = (promise: string, error: unknown): ConformanceError =>
    new ConformanceError({ driver: world.driverName, promise, ...world.log.story }, error);
  try {
    await each.run(world);
  } catch (error) {
    await world.close().catch(() => undefined);
    throw broken(each.name, error);
  }
  try {
    await world.close();
  } catch (error) {
    throw broken("disconnect closes the store", error);
  }
}

function checkNames(names: readonly string[]): void {
  const known = new Set(Object.values(SUITES).flat().map(({ name }) => name));
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined) {
    throw new ValidationError(`Cannot skip ${JSON.stringify(unknown)}: the kit has no test of that name`, {
      code: "INVALID_OPTIONS",
    });
  }
}
