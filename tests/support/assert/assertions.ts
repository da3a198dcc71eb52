import { equal } from "./equal.ts";
import { difference, refuse, show } from "./failure.ts";
import type { ErrorClass } from "./throws.ts";

type Dictionary = Record<PropertyKey, unknown>;

export function assert(expr: unknown, msg = ""): asserts expr {
  if (!expr) refuse(msg);
}

export function assertFalse(expr: unknown, msg?: string): asserts expr is false {
  if (expr) refuse(`Expected a falsy value, got ${show(expr)}`, msg);
}

export function assertEquals<T>(actual: T, expected: T, msg?: string): void {
  if (!equal(actual, expected)) {
    refuse(`Values are not equal${msg === undefined ? "" : `: ${msg}`}\n${difference(actual, expected)}`);
  }
}

export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void {
  if (equal(actual, expected)) refuse(`Expected values to differ, both are ${show(actual)}`, msg);
}

export function assertStrictEquals<T>(actual: unknown, expected: T, msg?: string): asserts actual is T {
  if (!Object.is(actual, expected)) {
    refuse(
      `Values are not strictly equal${msg === undefined ? "" : `: ${msg}`}\n${difference(actual, expected)}`,
    );
  }
}

export function assertExists<T>(actual: T, msg?: string): asserts actual is NonNullable<T> {
  if (actual === undefined || actual === null) refuse(`Expected a value, got ${actual}`, msg);
}

export function assertInstanceOf<T extends object>(
  actual: unknown,
  expectedType: abstract new (...args: never[]) => T,
  msg?: string,
): asserts actual is T {
  if (!(actual instanceof expectedType)) {
    refuse(`Expected an instance of "${expectedType.name}", got ${show(actual)}`, msg);
  }
}

/** Asserts that `error` is an Error, optionally of a class and with a text or pattern in its message. */
export function assertIsError<E extends Error = Error>(
  error: unknown,
  expected?: ErrorClass<E>,
  msgMatches?: string | RegExp,
  msg?: string,
): asserts error is E {
  assertInstanceOf(error, expected ?? Error, msg);
  if (msgMatches instanceof RegExp) assertMatch(error.message, msgMatches, msg);
  else if (msgMatches !== undefined) assertStringIncludes(error.message, msgMatches, msg);
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) refuse(`Expected ${show(actual)} to match ${expected}`, msg);
}

export function assertNotMatch(actual: string, expected: RegExp, msg?: string): void {
  if (expected.test(actual)) refuse(`Expected ${show(actual)} not to match ${expected}`, msg);
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) refuse(`Expected ${show(actual)} to contain ${show(expected)}`, msg);
}

export function assertArrayIncludes<T>(actual: ArrayLike<T>, expected: ArrayLike<T>, msg?: string): void {
  const missing = Array.from(expected).filter((wanted) =>
    !Array.from(actual).some((one) => equal(one, wanted))
  );
  if (missing.length > 0) refuse(`Expected ${show(actual)} to include ${show(missing)}`, msg);
}

export function assertAlmostEquals(actual: number, expected: number, tolerance?: number, msg?: string): void {
  if (Object.is(actual, expected)) return;
  const allowed = tolerance ?? (Number.isFinite(expected) ? Math.abs(expected * 1e-7) : 1e-7);
  const delta = Math.abs(expected - actual);
  if (!(delta <= allowed)) {
    refuse(`Expected ${actual} to be close to ${expected}: delta ${delta} is greater than ${allowed}`, msg);
  }
}

export function assertGreater<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual > expected)) refuse(`Expected ${show(actual)} > ${show(expected)}`, msg);
}

export function assertGreaterOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual >= expected)) refuse(`Expected ${show(actual)} >= ${show(expected)}`, msg);
}

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) refuse(`Expected ${show(actual)} < ${show(expected)}`, msg);
}

export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) refuse(`Expected ${show(actual)} <= ${show(expected)}`, msg);
}

/** Asserts that `actual` has, deeply, at least what `expected` has. */
export function assertObjectMatch(actual: object, expected: object, msg?: string): void {
  assertEquals<unknown>(narrowed(actual, expected), narrowed(expected, expected), msg);
}

/** The part of `value` that `shape` mentions, as plain objects: classes do not matter to assertObjectMatch. */
function narrowed(value: unknown, shape: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(shape)) {
    return shape.map((inner, at) => at in value ? narrowed(value[at], inner) : undefined);
  }
  if (!isRecord(value) || !isRecord(shape)) return value;
  const keys = Reflect.ownKeys(shape).filter((key) => key in value);
  return Object.fromEntries(keys.map((key) => [key, narrowed(value[key], shape[key])]));
}

function isRecord(value: unknown): value is Dictionary {
  const leaf = [Date, RegExp, Map, Set, ArrayBuffer];
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) &&
    !leaf.some((one) => value instanceof one);
}

export function fail(msg?: string): never {
  return refuse("Failed assertion", msg);
}

export function unreachable(reason?: string): never {
  return refuse("Unreachable", reason);
}
