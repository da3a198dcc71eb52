import { OPTIONAL_MEMBERS } from "../contract/optional_members.ts";
import { ValidationError } from "../errors/mod.ts";
import type { Mode } from "../types/mode.ts";
import { ConformanceError } from "./conformance_error.ts";
import type { ConformanceReport, ConformanceResult } from "./conformance_report.ts";
import { Deadlines, within } from "./deadline.ts";
import { Mismatch } from "./mismatch.ts";
import type { AnyKindOfDriver, DriverUnderTest } from "./options.ts";
import { showValue } from "./show_value.ts";
import { StrayRejections } from "./stray_rejections.ts";
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

const TIMEOUT = 30_000;
/** How long the last work of a test that failed may go on beside the next one, in milliseconds. */
const AFTERMATH = 10;

type Result = { -readonly [K in keyof ConformanceResult]: ConformanceResult[K] };

/**
 * Chooses the tests of a driver by what it declares.
 *
 * @param driver A driver to look at; it is closed again.
 */
export function planTests(driver: AnyKindOfDriver, options: DriverUnderTest): TestPlan {
  const { skip = {}, timeout = TIMEOUT } = options;
  checkNames(Object.keys(skip));
  if (!(timeout > 0)) {
    throw new ValidationError(
      `Cannot test a driver: \`timeout\` is a number of milliseconds, got ${showValue(timeout)}`,
      {
        code: "INVALID_OPTIONS",
      },
    );
  }
  const deadlines = new Deadlines(timeout);
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
      tests.push({
        promise: each.name,
        skipped,
        run: () => runNoted(each, given, options, result, deadlines),
      });
    }
  }
  return {
    tests,
    report: { metadata: driver.metadata, results },
    ready: closeFirst(driver, opened, options, deadlines),
  };
}

/** Closes the driver that was looked at. How it fails to is told by the tests. */
async function closeFirst(
  driver: AnyKindOfDriver,
  opened: unknown,
  options: DriverUnderTest,
  deadlines: Deadlines,
): Promise<void> {
  try {
    const closed = Promise.resolve(opened).then(() => driver.disconnect());
    await within(
      closed,
      deadlines.ms,
      () => lateError(["driver.connect() or driver.disconnect()"], deadlines),
    );
  } catch { /* Each test connects and disconnects, and says what is wrong. */ }
  await options.cleanup?.(driver);
}

function describe(
  driver: AnyKindOfDriver,
  mode: Mode,
  { reopen, failWrites, databases }: DriverUnderTest,
): Given {
  return {
    mode,
    capabilities: driver.metadata.capabilities ?? {},
    reopens: reopen !== undefined,
    failsWrites: failWrites !== undefined,
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
  deadlines: Deadlines,
): Promise<void> {
  const strays = new StrayRejections();
  strays.watch();
  try {
    await runCase(each, given, options, deadlines, strays);
    result.outcome = "passed";
  } catch (error) {
    result.outcome = "failed";
    result.error = error instanceof Error ? error : new Error(String(error));
    // What the test has left behind is not to be taken for a fault of the next one.
    await new Promise((resolve) => setTimeout(resolve, AFTERMATH));
    throw error;
  } finally {
    strays.leave();
  }
}

async function runCase(
  each: TestCase,
  given: Given,
  options: DriverUnderTest,
  deadlines: Deadlines,
  strays: StrayRejections,
): Promise<void> {
  const made = await within(options.driver(), deadlines.ms, () => lateError(["driver()"], deadlines));
  const world = new World(made, given, options);
  const broken = (promise: string, error: unknown): ConformanceError => {
    const call = error instanceof LateError ? error.pending[0] : undefined;
    const story = call === undefined ? world.log.story : { ...world.log.story, call, seenBy: "" };
    return new ConformanceError({ driver: world.driverName, promise, ...story }, error);
  };
  const late = (): Error => lateError(world.pending, deadlines);
  try {
    await within(each.run(world), deadlines.ms, late);
    const [stray] = await strays.taken();
    if (stray !== undefined) throw strayError(stray);
  } catch (error) {
    await within(world.close(), deadlines.ms, late).catch(() => undefined);
    throw broken(each.name, error);
  }
  try {
    await within(world.close(), deadlines.ms, late);
  } catch (error) {
    throw broken("disconnect closes the store", error);
  }
}

/** A test that does not end. */
class LateError extends Mismatch {
  readonly pending: readonly string[];

  constructor(ms: number, pending: readonly string[]) {
    const actual = pending.length === 0 ? "none, and no call is pending" : `pending: ${pending.join("; ")}`;
    super("a Promise never settles", `an end within ${Math.ceil(ms)} ms`, actual);
    this.pending = pending;
  }
}

function lateError(pending: readonly string[], deadlines: Deadlines): Error {
  const { ms } = deadlines;
  deadlines.reached();
  return new LateError(ms, pending);
}

function strayError(reason: unknown): Error {
  return new Mismatch(
    "a Promise was rejected that nobody waits for, which ends a process",
    "no unhandled rejection",
    showValue(reason),
    reason,
  );
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
