import type { JSONValue } from "../contract/mod.ts";

/** How deep a JSON value may nest: SQLite's JSON functions refuse more than 1,000 levels. */
const MAX_DEPTH = 500;
/** How many steps of the way to a problem are told. */
const SHOWN_DEPTH = 8;

/** Why a value is no JSON value that every store keeps, and where in it. */
export class JSONProblem {
  /** What is wrong there. */
  readonly reason: string;
  #path = "";

  /** Makes a problem of the value itself. */
  constructor(reason: string) {
    this.reason = reason;
  }

  /** Where in the value; empty for the value itself. */
  get path(): string {
    return this.#path;
  }

  /** The same problem, seen from the value that holds this one. */
  inside(step: string | number): this {
    const steps = typeof step === "number" ? `[${step}]` : step;
    this.#path = this.#path === "" || this.#path.startsWith("[")
      ? steps + this.#path
      : `${steps}.${this.#path}`;
    return this;
  }
}

/**
 * Copies a value, checking that JSON expresses it exactly: no undefined, bigint, NaN, Infinity, Date, class instance, lone
 * surrogate, NUL, cycle or `__proto__`. -0 becomes 0.
 *
 * @returns The copy, which shares nothing with the value, or the problem.
 */
export function copyJSON(value: unknown): JSONValue | JSONProblem {
  return copy(value, 0);
}

/** Copies what is already known to be JSON. */
export function cloneJSON<T>(value: T): T {
  return copy(value, 0) as T;
}

/** Whether a text is well-formed Unicode without NUL, which every store keeps. */
export function isStorableText(text: string): boolean {
  return text.isWellFormed() && !text.includes("\0");
}

/** Whether two JSON values are equal, the order of members apart. */
export function equalJSON(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => equalJSON(item, b[i]));
  }
  const keys = Object.keys(a);
  return !Array.isArray(b) && keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && equalJSON(a[key as never], b[key as never]));
}

/** A text that is the same for two JSON values that are equal, and for no others. */
export function canonicalJSON(value: unknown): string {
  return JSON.stringify(value, sortMembers);
}

function sortMembers(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const keys = Object.keys(value).sort();
  return Object.fromEntries(keys.map((key) => [key, (value as Record<string, unknown>)[key]]));
}

function copy(value: unknown, depth: number): JSONValue | JSONProblem {
  switch (typeof value) {
    case "string":
      return isStorableText(value) ? value : new JSONProblem("text holds NUL or a lone surrogate");
    case "number":
      return Number.isFinite(value) ? value + 0 : new JSONProblem(`${value} is no JSON number`);
    case "boolean":
      return value;
    case "object":
      if (value === null) return null;
      if (depth >= MAX_DEPTH) {
        return new JSONProblem(`it nests deeper than ${MAX_DEPTH} levels or in a circle`);
      }
      return Array.isArray(value) ? copyArray(value, depth) : copyObject(value, depth);
    default:
      return new JSONProblem(`${typeof value} is no JSON value`);
  }
}

function copyArray(value: readonly unknown[], depth: number): JSONValue | JSONProblem {
  const result: JSONValue[] = [];
  for (let i = 0; i < value.length; i++) {
    const item = copy(value[i], depth + 1);
    if (item instanceof JSONProblem) return depth < SHOWN_DEPTH ? item.inside(i) : item;
    result.push(item);
  }
  return result;
}

function copyObject(value: object, depth: number): JSONValue | JSONProblem {
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return new JSONProblem(`a ${prototype.constructor?.name ?? "class instance"} is no JSON value`);
  }
  const result: Record<string, JSONValue> = {};
  for (const key of Object.keys(value)) {
    if (key === "__proto__") return new JSONProblem("a member called `__proto__` is refused");
    if (!isStorableText(key)) return new JSONProblem("a member's name holds NUL or a lone surrogate");
    const item = copy((value as Record<string, unknown>)[key], depth + 1);
    if (item instanceof JSONProblem) return depth < SHOWN_DEPTH ? item.inside(key) : item;
    result[key] = item;
  }
  return result;
}
