import { Mismatch } from "./mismatch.ts";

/** What is known of a broken promise. */
export interface BrokenPromiseDetails {
  /** The driver's name. */
  readonly driver: string;
  /** What was promised: the name of the test. */
  readonly promise: string;
  /** The calls that led there, reads left out. */
  readonly before: readonly string[];
  /** The call that broke it; empty when none was made. */
  readonly call: string;
  /** The call that shows it; empty when the answer of the first does. */
  readonly seenBy: string;
}

const SHOWN_BEFORE = 6;

/**
 * A driver breaks a promise. The message says which, by which call, what was expected and what came.
 *
 * @example
 * ```ts
 * import { ConformanceError } from "@rinari/orm/testing";
 *
 * const isBrokenPromise = (error: unknown): boolean => error instanceof ConformanceError;
 * console.log(isBrokenPromise(new Error("something else")));
 * ```
 */
export class ConformanceError extends Error {
  /** The driver's name. */
  readonly driver: string;
  /** What was promised: the name of the test. */
  readonly promise: string;
  /** The call that broke it; empty when none was made. */
  readonly call: string;
  /** The call that shows it; empty when the answer of the first does. */
  readonly seenBy: string;
  /** What should have come. */
  readonly expected: string;
  /** What came. */
  readonly actual: string;

  /** Makes the error of what a test threw. */
  constructor(details: BrokenPromiseDetails, cause: unknown) {
    const { expected, actual } = cause instanceof Mismatch
      ? cause
      : { expected: "no error", actual: describe(cause) };
    super(messageOf(details, expected, actual, cause), { cause });
    this.name = "ConformanceError";
    this.driver = details.driver;
    this.promise = details.promise;
    this.call = details.call;
    this.seenBy = details.seenBy;
    this.expected = expected;
    this.actual = actual;
  }
}

function describe(cause: unknown): string {
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}

function messageOf(
  { driver, promise, before, call, seenBy }: BrokenPromiseDetails,
  expected: string,
  actual: string,
  cause: unknown,
): string {
  const lines = [`Driver ${driver} breaks a promise: ${promise}`];
  if (call !== "") lines.push(`  call:     ${call}`);
  if (seenBy !== "") lines.push(`  seen by:  ${seenBy}`);
  lines.push(`  expected: ${expected}`, `  actual:   ${actual}`);
  if (cause instanceof Mismatch && cause.message !== "") lines.push(`  that is:  ${cause.message}`);
  const shown = before.slice(-SHOWN_BEFORE);
  if (shown.length > 0) {
    const left = before.length - shown.length;
    lines.push(left > 0 ? `  before (after ${left} others):` : "  before:");
    lines.push(...shown.map((each) => `    ${each}`));
  }
  return lines.join("\n");
}
