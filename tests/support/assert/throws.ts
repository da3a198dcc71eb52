import { refuse, show } from "./failure.ts";

export type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** Asserts that `fn` throws, and returns what it threw. */
export function assertThrows(fn: () => unknown, msg?: string): unknown;
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): E;
export function assertThrows(
  fn: () => unknown,
  expected?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): unknown {
  let returned: unknown;
  try {
    returned = fn();
  } catch (error) {
    return checked(error, expected, msgIncludes, msg);
  }
  const hint = returned instanceof Promise ? " (it returned a Promise: use assertRejects)" : "";
  return refuse(`Expected function to throw${hint}`, typeof expected === "string" ? expected : msg);
}

/** Asserts that the Promise which `fn` returns rejects, and returns the reason. */
export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
export function assertRejects<E extends Error = Error>(
  fn: () => PromiseLike<unknown>,
  ErrorClass: ErrorClass<E>,
  msgIncludes?: string,
  msg?: string,
): Promise<E>;
export async function assertRejects(
  fn: () => PromiseLike<unknown>,
  expected?: ErrorClass<Error> | string,
  msgIncludes?: string,
  msg?: string,
): Promise<unknown> {
  const note = typeof expected === "string" ? expected : msg;
  let promise: PromiseLike<unknown>;
  try {
    promise = fn();
  } catch (error) {
    return refuse(`Function throws when expected to reject, with ${show(error)}`, note);
  }
  if (typeof promise?.then !== "function") {
    refuse("Function returned no Promise when expected to reject", note);
  }
  try {
    await promise;
  } catch (error) {
    return checked(error, expected, msgIncludes, msg);
  }
  return refuse("Expected function to reject", note);
}

function checked(
  error: unknown,
  expected: ErrorClass<Error> | string | undefined,
  msgIncludes: string | undefined,
  msg: string | undefined,
): unknown {
  if (typeof expected !== "function") return error;
  if (!(error instanceof Error)) return refuse(`A non-Error object was thrown, ${show(error)}`, msg);
  if (!(error instanceof expected)) {
    refuse(`Expected error to be instance of "${expected.name}", but was ${show(error)}`, msg);
  }
  if (msgIncludes !== undefined && !error.message.includes(msgIncludes)) {
    refuse(
      `Expected error message to include ${JSON.stringify(msgIncludes)}, but got ${
        JSON.stringify(error.message)
      }`,
      msg,
    );
  }
  return error;
}
