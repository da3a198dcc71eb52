import { corruptStore } from "./corrupt.ts";
import { below, type Place } from "./key.ts";
import type { KVKey } from "./kv.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The first byte of a value that says where the row is; a row itself begins with `[`. */
const MARK = 0x73;
/** The number of segments, of bytes, and the checksum of these. */
const HEAD = /^s([1-9]\d{0,3}) ([1-9]\d{0,8}) ([0-9a-f]{8})$/;
/** The most bytes of a head. */
const MOST_HEAD = 25;

/** A row in several values: the one under its key is the head. */
export interface Segmented {
  /** The value under the row's key. */
  readonly head: Uint8Array;
  /** The segments, in order. */
  readonly segments: readonly Uint8Array[];
}

/** What the value under a row's key says of its segments. */
export interface Head {
  /** How many there are. */
  readonly count: number;
  /** How many bytes they have together. */
  readonly bytes: number;
  /** Their checksum. */
  readonly checksum: string;
}

/** Cuts a row into values of at most `size` bytes. */
export function cutRow(bytes: Uint8Array, size: number): Segmented {
  const segments: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) segments.push(bytes.slice(at, at + size));
  return { head: encoder.encode(`s${segments.length} ${bytes.length} ${checksumOf(bytes)}`), segments };
}

/** Whether a value is the head of a row in segments, and not the row itself. */
export function isHead(value: Uint8Array): boolean {
  return value[0] === MARK;
}

/**
 * Reads the head of a row.
 *
 * @param most How many segments a row can have.
 * @throws {CorruptValueError} When it is none (`CORRUPT_VALUE`).
 */
export function readHead(value: Uint8Array, most: number, table: string, key: KVKey): Head {
  const [, count, bytes, checksum] = HEAD.exec(decoder.decode(value.subarray(0, MOST_HEAD))) ?? [];
  if (value.length > MOST_HEAD || checksum === undefined || Number(count) > most) {
    throw corruptStore(table, key, "what is neither a row nor says where its segments are");
  }
  return { count: Number(count), bytes: Number(bytes), checksum };
}

/** Whether bytes are those that a head speaks of. */
export function isWhole({ bytes, checksum }: Head, found: Uint8Array): boolean {
  return found.length === bytes && checksumOf(found) === checksum;
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

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});

/** The CRC-32 of bytes. */
function checksumOf(bytes: Uint8Array): string {
  let sum = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    sum = TABLE[(sum ^ (bytes[i] as number)) & 255] as number ^ (sum >>> 8);
  }
  return (~sum >>> 0).toString(16).padStart(8, "0");
}
