type Dictionary = Record<PropertyKey, unknown>;

/**
 * Deep equality as @std/assert means it: 0 equals -0, NaN equals NaN, an object without prototype equals a plain one,
 * a key that holds `undefined` differs from a missing key, sets and maps ignore order.
 */
export function equal(actual: unknown, expected: unknown): boolean {
  return same(actual, expected, new Map());
}

function same(a: unknown, b: unknown, seen: Map<object, object>): boolean {
  if (a === b || Object.is(a, b)) return true;
  if (!isObject(a) || !isObject(b)) return false;
  if (kind(a) !== kind(b)) return false;
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof RegExp || a instanceof URL) return String(a) === String(b);
  if (seen.get(a) === b) return true;
  seen.set(a, b);
  if (a instanceof Set && b instanceof Set) return sameEntries([...a], [...b], seen);
  if (a instanceof Map && b instanceof Map) return sameEntries([...a], [...b], seen);
  if (a instanceof Uint8Array && b instanceof Uint8Array) return sameBytes(a, b);
  if (a instanceof ArrayBuffer && b instanceof ArrayBuffer) {
    return sameBytes(new Uint8Array(a), new Uint8Array(b));
  }
  if (a instanceof Error && b instanceof Error && a.message !== b.message) return false;
  return sameProperties(a, b, seen);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function kind(value: object): unknown {
  return value.constructor ?? Object;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** Pairs off equal members whatever their order. */
function sameEntries(a: unknown[], b: unknown[], seen: Map<object, object>): boolean {
  if (a.length !== b.length) return false;
  const left = [...b];
  return a.every((entry) => {
    const at = left.findIndex((candidate) => same(entry, candidate, seen));
    if (at < 0) return false;
    left.splice(at, 1);
    return true;
  });
}

function sameProperties(a: object, b: object, seen: Map<object, object>): boolean {
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return false;
  const keys = ownKeys(a);
  return keys.length === ownKeys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && same((a as Dictionary)[key], (b as Dictionary)[key], seen));
}

function ownKeys(value: object): PropertyKey[] {
  const symbols = Object.getOwnPropertySymbols(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key)
  );
  return [...Object.keys(value), ...symbols];
}
