import type { Maybe } from "../chain/chain.ts";
import { RinariError } from "../errors/mod.ts";
import { difference, isEqual } from "./equality.ts";
import { Mismatch } from "./mismatch.ts";
import { showValue } from "./show_value.ts";
import { type Steps, take } from "./steps.ts";

/** What is expected of an error. */
export interface ExpectedFailure {
  /** The class. */
  readonly error: new (message: string) => Error;
  /** `code`. */
  readonly code?: string;
  /** `table`. */
  readonly table?: string;
  /** `columns`, in their order. */
  readonly columns?: readonly string[];
}

/** Expects two values to be deeply equal. */
export function expectEqual(actual: unknown, expected: unknown, what: string = ""): void {
  const found = difference(actual, expected);
  if (found === null) return;
  const place = found.path === "" ? "" : `at ${found.path}: expected ${found.expected}, got ${found.actual}`;
  throw new Mismatch([what, place].filter(Boolean).join(", "), showValue(expected), showValue(actual));
}

/** Expects the same items, in any order. */
export function expectSameItems(actual: unknown, expected: readonly unknown[], what: string = ""): void {
  if (!Array.isArray(actual)) return expectEqual(actual, expected, what);
  const left = [...expected];
  const extra: unknown[] = [];
  for (const item of actual) {
    const at = left.findIndex((other) => isEqual(item, other));
    if (at < 0) extra.push(item);
    else left.splice(at, 1);
  }
  if (left.length === 0 && extra.length === 0) return;
  const details = [
    what,
    left.length > 0 ? `missing ${showValue(left)}` : "",
    extra.length > 0 ? `not expected ${showValue(extra)}` : "",
  ];
  throw new Mismatch(details.filter(Boolean).join(", "), showValue(expected), showValue(actual));
}

/** Expects a condition to hold. */
export function expectTrue(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Mismatch(what, "true", "false");
}

/** Expects a call to throw, or to reject with, an error. @returns The error. */
export async function expectFailure(call: () => unknown, expected: ExpectedFailure): Promise<Error> {
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    return checkFailure(error, expected);
  }
  return missingFailure(expected, result);
}

/** Expects a call to throw, or to reject with, exactly this value. */
export async function expectThrown(call: () => unknown, value: unknown): Promise<void> {
  let result: unknown;
  try {
    result = await call();
  } catch (error) {
    return checkThrown(error, value);
  }
  return missingThrow(value, result);
}

/** The same, among the steps of a transaction. */
export function* throwing(call: () => Maybe<unknown>, value: unknown): Steps<void> {
  let result: unknown;
  try {
    result = yield* take(call());
  } catch (error) {
    return checkThrown(error, value);
  }
  return missingThrow(value, result);
}

/** `expectFailure` among the steps of a transaction. */
export function* failing(call: () => Maybe<unknown>, expected: ExpectedFailure): Steps<Error> {
  let result: unknown;
  try {
    result = yield* take(call());
  } catch (error) {
    return checkFailure(error, expected);
  }
  return missingFailure(expected, result);
}

function checkThrown(error: unknown, value: unknown): void {
  if (Object.is(error, value)) return;
  throw new Mismatch(
    "what was thrown is not passed on as it is",
    `throws ${showValue(value)}`,
    `threw ${showValue(error)}`,
    error,
  );
}

function missingThrow(value: unknown, result: unknown): never {
  throw new Mismatch("nothing was thrown", `throws ${showValue(value)}`, `returned ${showValue(result)}`);
}

function missingFailure(expected: ExpectedFailure, result: unknown): never {
  throw new Mismatch("nothing was thrown", describeExpected(expected), `returned ${showValue(result)}`);
}

function checkFailure(error: unknown, expected: ExpectedFailure): Error {
  const { error: type, code, table, columns } = expected;
  if (error instanceof type && error instanceof Error) {
    const actual = error instanceof RinariError ? error : null;
    const same = (code === undefined || actual?.code === code) &&
      (table === undefined || actual?.table === table) &&
      (columns === undefined || isEqual([...(actual?.columns ?? [])], columns));
    if (same) return error;
  }
  throw new Mismatch(
    error instanceof Error ? `it said "${error.message}"` : "what was thrown is no Error",
    describeExpected(expected),
    describeError(error),
    error,
  );
}

function describeExpected({ error, code, table, columns }: ExpectedFailure): string {
  return error.name + describeDetails(code, table, columns);
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return showValue(error);
  if (!(error instanceof RinariError)) return `${error.name}, which is no RinariError`;
  return error.name + describeDetails(error.code, error.table, error.columns);
}

function describeDetails(code?: string, table?: string, columns?: readonly string[]): string {
  const details = [
    code === undefined ? "" : `code ${code}`,
    table === undefined ? "" : `table \`${table}\``,
    columns === undefined ? "" : `columns [${columns.join(", ")}]`,
  ].filter(Boolean);
  return details.length === 0 ? "" : ` (${details.join(", ")})`;
}
