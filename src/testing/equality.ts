import { showValue } from "./show_value.ts";

/** Where two values differ, and how. */
export interface Difference {
  /** The way to the place, such as `[1].name`; empty for the values themselves. */
  readonly path: string;
  /** What is there. */
  readonly actual: string;
  /** What should be there. */
  readonly expected: string;
}

/**
 * Finds the first place where two values differ. Dates are equal by time, byte arrays by their bytes, objects by their own
 * keys in any order; NaN equals NaN, and -0 does not equal 0. A value of a subclass, as a Buffer, differs from one of the class.
 *
 * @returns The difference, or null when there is none.
 */
export function difference(actual: unknown, expected: unknown, path: string = ""): Difference | null {
  if (Object.is(actual, expected)) return null;
  const kind = kindOf(expected);
  if (kind !== kindOf(actual)) return differing(path, actual, expected);
  switch (kind) {
    case "date":
      return Object.is((actual as Date).getTime(), (expected as Date).getTime())
        ? null
        : differing(path, actual, expected);
    case "bytes":
      return equalBytes(actual as Uint8Array, expected as Uint8Array)
        ? null
        : differing(path, actual, expected);
    case "array":
      return arrayDifference(actual as unknown[], expected as unknown[], path);
    case "object":
      return objectDifference(actual as Record<string, unknown>, expected as Record<string, unknown>, path);
    default:
      return differing(path, actual, expected);
  }
}

/** Whether two values are equal in the sense of {@linkcode difference}. */
export function isEqual(actual: unknown, expected: unknown): boolean {
  return difference(actual, expected) === null;
}

function arrayDifference(
  actual: readonly unknown[],
  expected: readonly unknown[],
  path: string,
): Difference | null {
  for (let i = 0; i < Math.min(actual.length, expected.length); i++) {
    const found = difference(actual[i], expected[i], `${path}[${i}]`);
    if (found !== null) return found;
  }
  if (actual.length === expected.length) return null;
  return {
    path: path === "" ? "length" : `${path}.length`,
    actual: `${actual.length}`,
    expected: `${expected.length}`,
  };
}

function objectDifference(
  actual: Readonly<Record<string, unknown>>,
  expected: Readonly<Record<string, unknown>>,
  path: string,
): Difference | null {
  for (const key of new Set([...Object.keys(expected), ...Object.keys(actual)])) {
    const at = path === "" ? key : `${path}.${key}`;
    if (!Object.hasOwn(actual, key)) {
      return { path: at, actual: "nothing", expected: showValue(expected[key]) };
    }
    if (!Object.hasOwn(expected, key)) {
      return { path: at, actual: showValue(actual[key]), expected: "nothing" };
    }
    const found = difference(actual[key], expected[key], at);
    if (found !== null) return found;
  }
  return null;
}

function equalBytes(actual: Uint8Array, expected: Uint8Array): boolean {
  return actual.length === expected.length && actual.every((byte, i) => byte === expected[i]);
}

function kindOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "scalar";
  const prototype = Object.getPrototypeOf(value);
  // A subclass does other things: `slice` of a Buffer shares its bytes, and JSON has another form for it.
  if (prototype === Date.prototype) return "date";
  if (prototype === Uint8Array.prototype) return "bytes";
  if (Array.isArray(value)) return "array";
  return prototype === null || prototype === Object.prototype ? "object" : `a ${prototype.constructor?.name}`;
}

function differing(path: string, actual: unknown, expected: unknown): Difference {
  return { path, actual: showValue(actual), expected: showValue(expected) };
}
