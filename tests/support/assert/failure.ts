import nodeAssert from "node:assert";
import { inspect } from "node:util";

/** What every assertion throws. */
export class AssertionError extends Error {
  override name = "AssertionError";
}

export function show(value: unknown): string {
  return inspect(value, { depth: 8, sorted: true, maxArrayLength: 50, maxStringLength: 2_000 });
}

/** Throws `what`, followed by the caller's own message when there is one. */
export function refuse(what: string, msg?: string): never {
  throw new AssertionError(msg === undefined ? what : `${what}: ${msg}`);
}

/** A readable difference of two values that are known to be unequal. */
export function difference(actual: unknown, expected: unknown): string {
  try {
    nodeAssert.deepStrictEqual(actual, expected);
  } catch (error) {
    if (error instanceof Error) return error.message;
  }
  return `actual ${show(actual)}\nexpected ${show(expected)}`;
}
