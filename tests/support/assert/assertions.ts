import { equal } from "./equal.ts";
import { difference, refuse, show } from "./failure.ts";

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

export function assertInstanceOf<T extends object>(
  actual: unknown,
  expectedType: abstract new (...args: never[]) => T,
  msg?: string,
): asserts actual is T {
  if (!(actual instanceof expectedType)) {
    refuse(`Expected an instance of "${expectedType.name}", got ${show(actual)}`, msg);
  }
}

export function assertMatch(actual: string, expected: RegExp, msg?: string): void {
  if (!expected.test(actual)) refuse(`Expected ${show(actual)} to match ${expected}`, msg);
}

export function assertStringIncludes(actual: string, expected: string, msg?: string): void {
  if (!actual.includes(expected)) refuse(`Expected ${show(actual)} to contain ${show(expected)}`, msg);
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

export function assertLess<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual < expected)) refuse(`Expected ${show(actual)} < ${show(expected)}`, msg);
}

export function assertLessOrEqual<T>(actual: T, expected: T, msg?: string): void {
  if (!(actual <= expected)) refuse(`Expected ${show(actual)} <= ${show(expected)}`, msg);
}

export function fail(msg?: string): never {
  return refuse("Failed assertion", msg);
}
