import { Mismatch } from "./mismatch.ts";

/** What is known of a broken promise. */
export interface BrokenPromiseDetails {
  /** The driver's name. */
  readonly driver: string;
  /** What was promised: the name of the test. */
  readonly promise: string;
  /** The calls made, the breaking one last. */
  readonly calls: readonly string[];
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

  /** Makes the error of what a test threw. */
  constructor(details: BrokenPromiseDetails, cause: unknown) {
    super(messageOf(details, cause), { cause });
    this.name = "ConformanceError";
    this.driver = details.driver;
    this.promise = details.promise;
    this.call = details.calls.at(-1) ?? "";
  }
}

function messageOf({ driver, promise, calls }: BrokenPromiseDetails, cause: unknown): string {
  const lines = [`Driver ${driver} breaks a promise: ${promise}`];
  const call = calls.at(-1);
  if (call !== undefined) lines.push(`  call:     ${call}`);
  if (cause instanceof Mismatch) {
    lines.push(`  expected: ${cause.expected}`, `  actual:   ${cause.actual}`);
    if (cause.message !== "") lines.push(`  that is:  ${cause.message}`);
  } else {
    lines.push(
      `  expected: no error`,
      `  actual:   ${cause instanceof Error ? `${cause.name}: ${cause.message}` : cause}`,
    );
  }
  const before = calls.slice(-1 - SHOWN_BEFORE, -1);
  if (before.length > 0) {
    const left = calls.length - 1 - before.length;
    lines.push(left > 0 ? `  before (after ${left} others):` : "  before:");
    lines.push(...before.map((each) => `    ${each}`));
  }
  return lines.join("\n");
}
