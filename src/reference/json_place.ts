import type { JSONPath } from "../contract/mod.ts";

/**
 * Follows a path into a JSON value: a text step is an own member of an object, a number step an index into an array.
 *
 * @returns The value there; null when there is nothing, or a JSON null.
 */
export function readPlace(value: unknown, path: JSONPath): unknown {
  let place: unknown = value;
  for (const step of path) {
    if (typeof place !== "object" || place === null) return null;
    if (Array.isArray(place) !== (typeof step === "number") || !Object.hasOwn(place, step)) return null;
    place = (place as Record<string | number, unknown>)[step];
  }
  return place ?? null;
}
