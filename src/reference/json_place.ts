import type { JSONPath, JSONValue } from "../contract/mod.ts";

/**
 * Follows a path into a JSON value: a text step is an own member of an object, a number step an index into an array or the
 * member of an object that is called so.
 *
 * @returns The value there; null when there is nothing, or a JSON null.
 */
export function readPlace(value: unknown, path: JSONPath): unknown {
  let place: unknown = value;
  for (const step of path) {
    if (typeof place !== "object" || place === null) return null;
    if ((Array.isArray(place) && typeof step === "string") || !Object.hasOwn(place, step)) return null;
    place = (place as Record<string | number, unknown>)[step];
  }
  return place ?? null;
}

/**
 * Writes a value at a path of a JSON value, which stays as it is: the way to it is copied. What is missing on the way is made, an
 * object for a member and an array for the index 0; a whole value of null counts as an object. An array takes an index up to its
 * length.
 *
 * @returns The new value; undefined when something else is in the way, or the index is beyond the end.
 */
export function setPlace(value: unknown, path: JSONPath, placed: unknown): JSONValue | undefined {
  return set(value ?? {}, path, 0, placed as JSONValue);
}

function set(value: unknown, path: JSONPath, depth: number, placed: JSONValue): JSONValue | undefined {
  const step = path[depth];
  if (step === undefined) return placed;
  if (Array.isArray(value)) {
    if (typeof step !== "number" || step > value.length) return undefined;
    const item = set(value[step], path, depth + 1, placed);
    return item === undefined ? undefined : Object.assign([...value], { [step]: item });
  }
  if (value === undefined && step === 0) return set([], path, depth, placed);
  if (typeof step === "number" || value === null || (value !== undefined && typeof value !== "object")) {
    return undefined;
  }
  const object = (value ?? {}) as Record<string, JSONValue>;
  const member = set(Object.hasOwn(object, step) ? object[step] : undefined, path, depth + 1, placed);
  return member === undefined ? undefined : { ...object, [step]: member };
}
