import type { ColumnKind } from "../schema/column.ts";
import { canonicalJSON } from "../schema/json_value.ts";

/** Negative, zero or positive, as for `Array.prototype.sort`. */
export type Comparator<T = unknown> = (a: T, b: T) => number;

/**
 * Compares two texts by code point, which is the order of their UTF-8 bytes and not that of UTF-16 units.
 *
 * @returns Negative, zero or positive.
 */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) {
      return left >= 0xd800 && right >= 0xd800
        ? aboveSurrogates(left) - aboveSurrogates(right)
        : left - right;
    }
  }
  return a.length - b.length;
}

/** Compares two byte strings; the shorter of two that begin alike comes first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  }
  return a.length - b.length;
}

/** By kind of column: compares two values, neither of them null. JSON values, which have no order of their own, by their text. */
export const comparators: Readonly<Record<ColumnKind, Comparator>> = {
  text: compareText as Comparator,
  integer: comparePlain as Comparator,
  bigint: comparePlain as Comparator,
  real: comparePlain as Comparator,
  boolean: comparePlain as Comparator,
  date: compareDates as Comparator,
  datetime: compareDates as Comparator,
  json: (a, b) => compareText(canonicalJSON(a), canonicalJSON(b)),
  blob: compareBytes as Comparator,
};

/**
 * The total order of the values of a column: null first, then by value.
 *
 * @returns Negative, zero or positive.
 */
export function compareValues(kind: ColumnKind, a: unknown, b: unknown): number {
  const left = a ?? null;
  const right = b ?? null;
  if (left === null) return right === null ? 0 : -1;
  return right === null ? 1 : comparators[kind](left, right);
}

function comparePlain(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareDates(a: Date, b: Date): number {
  return a.getTime() - b.getTime();
}

/** Ranks surrogates, which stand for what is above U+FFFF, above the units from U+E000. */
function aboveSurrogates(unit: number): number {
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
