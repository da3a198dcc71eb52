import type { JSONValue } from "../contract/mod.ts";

/** How deep a JSON value may nest: SQLite's JSON functions refuse more than 1,000 levels. */
const MAX_DEPTH = 500;

/** Why a value is no JSON value that every store keeps, and where in it. */
export class JSONProblem {
  /** Where in the value; empty for the value itself. */
  readonly path: string;
  /** What is wrong there. */
  readonly reason: string;

  /** Makes a problem. */
  constructor(path: string, reason: string) {
    this.path = path;
    this.reason = reason;
  }
}

/**
 * Copies a value, checking that JSON expresses it exactly: no undefined, bigint, NaN, Infinity, Date, class instance, lone
 * surrogate, NUL, cycle or `__proto__`. -0 becomes 0.
 *
 * @returns The copy, which shares nothing with the value, or the problem.
 */
export function copyJSON(value: unknown): JSONValue | JSONProblem {
  return copy(value, "", 0);
}

/** Copies what is already known to be JSON. */
export function cloneJSON<T>(value: T): T {
  return copy(value, "", 0) as T;
}

/** Whether a text is well-formed Unicode without NUL, which every store keeps. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

function copy(value: unknown, path: string, depth: number): JSONValue | JSONProblem {
  switch (typeof value) {
    case "string":
      return isStorableText(value) ? value : new JSONProblem(path, "text holds NUL or a lone surrogate");
    case "number":
      return Number.isFinite(value) ? value + 0 : new JSONProblem(path, `${value} is no JSON number`);
    case "boolean":
      return value;
    case "object":
      if (value === null) return null;
      if (depth >= MAX_DEPTH) {
        return new JSONProblem(path.slice(0, 60), `it nests deeper than ${MAX_DEPTH} levels or in a circle`);
      }
      return Array.isArray(value) ? copyArray(value, path, depth) : copyObject(value, path, depth);
    default:
      return new JSONProblem(path, `${typeof value} is no JSON value`);
  }
}

function copyArray(value: readonly unknown[], path: string, depth: number): JSONValue | JSONProblem {
  const result: JSONValue[] = [];
  for (let i = 0; i < value.length; i++) {
    const item = copy(value[i], `${path}[${i}]`, depth + 1);
    if (item instanceof JSONProblem) return item;
    result.push(item);
  }
  return result;
}

function copyObject(value: object, path: string, depth: number): JSONValue | JSONProblem {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    return new JSONProblem(path, `a ${prototype.constructor?.name ?? "class instance"} is no JSON value`);
  }
  const result: Record<string, JSONValue> = {};
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return new JSONProblem(path, "a member called `__proto__` is refused");
    if (!isStorableText(key)) return new JSONProblem(path, "a member's name holds NUL or a lone surrogate");
    const item = copy(
      (value as Record<string, unknown>)[key],
      path === "" ? key : `${path}.${key}`,
      depth + 1,
    );
    if (item instanceof JSONProblem) return item;
    result[key] = item;
  }
  return result;
}
