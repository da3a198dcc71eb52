import { below, type Place } from "./key.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The first byte of a value that says where the row is; a row itself begins with `[`. */
const MARK = 0x73;

/** A row in several values: the one under its key says how many segments there are. */
export interface Segmented {
  /** The value under the row's key. */
  readonly head: Uint8Array;
  /** The segments, in order. */
  readonly segments: readonly Uint8Array[];
}

/** Cuts a row into values of at most `size` bytes. */
export function cutRow(bytes: Uint8Array, size: number): Segmented {
  const segments: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) segments.push(bytes.slice(at, at + size));
  return { head: encoder.encode(`s${segments.length}`), segments };
}

/** How many segments a value points to; 0 when it is the row itself. */
export function segmentCount(value: Uint8Array): number {
  return value[0] === MARK ? Number(decoder.decode(value.subarray(1))) : 0;
}

/** Where the segments of a row are. `root` is the table's place for segments, `row` the place of the row below `rows`. */
export function segmentPlaces(root: Place, rows: Place, row: Place, count: number): Place[] {
  if (count === 0) return [];
  const own = below(root, ...row.key.slice(rows.key.length));
  return Array.from({ length: count }, (_, i) => below(own, i));
}

/** Puts segments together. */
export function joinSegments(segments: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(segments.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const segment of segments) {
    bytes.set(segment, at);
    at += segment.length;
  }
  return bytes;
}
