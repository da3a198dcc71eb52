import type { ColumnKind } from "../../src/schema/column.ts";
import type { KVKey, KVKeyPart } from "./kv.ts";

/** A key with its order-preserving text: one character a byte, as the store writes it. */
export interface Place {
  /** The key. */
  readonly key: KVKey;
  /** Its bytes, as a text that compares as keys do and whose length is the key's size. */
  readonly id: string;
}

/** The keys from `start` up to, not including, `end`. */
export interface KeyRange {
  /** The first key. */
  readonly start: Place;
  /** What comes after the last one. */
  readonly end: Place;
}

/** Stands for null: no bytes sort before everything else. */
export const NULL_PART: Uint8Array = new Uint8Array(0);

const BYTE_ORDER_MARK = "\ufeff";
const BEFORE_MARK = "\ufefe";
const encoder = new TextEncoder();
const view = new DataView(new ArrayBuffer(8));

/** The part of a key that stands for a column's value, so that keys sort as values do. */
export function toPart(kind: ColumnKind, value: unknown): KVKeyPart {
  if (value === null || value === undefined) return NULL_PART;
  switch (kind) {
    case "date":
    case "datetime":
      return (value as Date).getTime();
    case "blob": {
      const bytes = value as Uint8Array;
      const part = new Uint8Array(bytes.length + 1);
      part[0] = 1;
      part.set(bytes, 1);
      return part;
    }
    case "json":
      return JSON.stringify(value);
    case "text":
      return textPart(value as string);
    default:
      return value as KVKeyPart;
  }
}

/**
 * The part of a key that stands for a text. `@deno/kv` leaves out a byte order mark that a part begins with when it lists
 * keys, so these begin with the character before it, as do the few that begin with that: the order is that of the texts.
 */
export function textPart(text: string): string {
  return text.startsWith(BYTE_ORDER_MARK) || text.startsWith(BEFORE_MARK) ? BEFORE_MARK + text : text;
}

/** The text a part of a key stands for. */
export function partText(part: string): string {
  return part.startsWith(BEFORE_MARK) ? part.slice(1) : part;
}

/** A place whose text is made when it is first asked for: most reads do without it. */
class LazyPlace implements Place {
  readonly key: KVKey;
  readonly #base: Place | null;
  #id: string | null = null;

  /** `base` is a place that the key is below of, or null. */
  constructor(key: KVKey, base: Place | null) {
    this.key = key;
    this.#base = base;
  }

  get id(): string {
    return this.#id ??= this.#makeId();
  }

  #makeId(): string {
    let id = this.#base?.id ?? "";
    for (let i = this.#base?.key.length ?? 0; i < this.key.length; i++) {
      id += partId(this.key[i] as KVKeyPart);
    }
    return id;
  }
}

/** Makes a place of a key. */
export function placeOf(key: KVKey): Place {
  return new LazyPlace(key, null);
}

/** A place below another one. */
export function below(place: Place, ...parts: readonly KVKeyPart[]): Place {
  return new LazyPlace([...place.key, ...parts], place);
}

/** The text of a key that the store returned. */
export function idOf(key: readonly unknown[]): string {
  let id = "";
  for (const part of key as KVKey) id += partId(part);
  return id;
}

/** The first place after all keys that begin with the parts of this one. */
export function afterAll({ key }: Place): Place {
  for (let i = key.length - 1; i >= 0; i--) {
    const next = nextPart(key[i] as KVKeyPart);
    if (next !== null) return placeOf([...key.slice(0, i), next]);
  }
  return placeOf([true, true]);
}

/** All keys that begin with the parts of a place, itself among them. */
export function rangeBelow(place: Place): KeyRange {
  return { start: place, end: afterAll(place) };
}

/** The place right after one that no key is below of. */
export function rightAfter({ key }: Place): Place {
  return placeOf([...key, NULL_PART]);
}

/**
 * The key to ask the store for: of one that it does not take, because no key it holds is as long, the beginning. What is held sorts
 * before or after that as before or after the whole.
 */
export function readableKey(key: KVKey, keyBytes: number): KVKey {
  let units = 0;
  for (const part of key) units += typeof part === "string" || typeof part === "object" ? part.length + 1 : 3;
  // A unit of a text or a number has three bytes at most.
  if (3 * units <= keyBytes || idOf(key).length <= keyBytes) return key;
  // Rows and entries leave more of the limit free than this: see `checkKeys`.
  let left = keyBytes - 10;
  const cut: KVKeyPart[] = [];
  for (const part of key) {
    const size = partId(part).length;
    cut.push(size > left ? cutPart(part, left) : part);
    if (size > left) break;
    left -= size;
  }
  return cut;
}

/** The shortest beginning of a part that has more than so many bytes. */
function cutPart(part: KVKeyPart, bytes: number): KVKeyPart {
  if (typeof part !== "string" && typeof part !== "object") return part;
  let [length, size] = [0, 2];
  for (const unit of part) {
    if (size > bytes) break;
    length += typeof unit === "string" ? unit.length : 1;
    size += typeof unit === "string" ? escapeZero(textId(unit)).length : unit === 0 ? 2 : 1;
  }
  return part.slice(0, length);
}

/** A part after this one, and before every other that is greater; null when there is none. */
function nextPart(part: KVKeyPart): KVKeyPart | null {
  switch (typeof part) {
    case "string":
      return `${part}\0`;
    case "number":
      return nextNumber(part);
    case "bigint":
      return part + 1n;
    case "boolean":
      return part ? null : true;
  }
  const longer = new Uint8Array(part.length + 1);
  longer.set(part);
  return longer;
}

/** The next greater number there is. */
function nextNumber(value: number): number {
  if (value === 0) return Number.MIN_VALUE;
  view.setFloat64(0, value);
  const bits = view.getBigInt64(0);
  view.setBigInt64(0, value > 0 ? bits + 1n : bits - 1n);
  return view.getFloat64(0);
}

/** The text right after all that begin with this one, or null when there is none. */
export function textAfter(prefix: string): string | null {
  const points = [...prefix];
  while (points.length > 0) {
    const code = (points.pop() as string).codePointAt(0) as number;
    if (code === 0x10ffff) continue;
    const next = code + 1;
    return points.join("") + String.fromCodePoint(next >= 0xd800 && next <= 0xdfff ? 0xe000 : next);
  }
  return null;
}

function partId(part: KVKeyPart): string {
  switch (typeof part) {
    case "string":
      return `\x02${textId(part)}\0`;
    case "number":
      return `\x21${numberId(part)}`;
    case "bigint":
      return bigintId(part);
    case "boolean":
      return part ? "\x27" : "\x26";
  }
  return `\x01${escapeZero(bytesId(part))}\0`;
}

function textId(text: string): string {
  // deno-lint-ignore no-control-regex
  if (/^[\x01-\x7f]*$/.test(text)) return text;
  return escapeZero(bytesId(encoder.encode(text)));
}

function numberId(value: number): string {
  view.setFloat64(0, value);
  const negative = view.getInt8(0) < 0;
  const high = view.getUint32(0) ^ (negative ? 0xffffffff : 0x80000000);
  const low = view.getUint32(4) ^ (negative ? 0xffffffff : 0);
  return String.fromCharCode(
    high >>> 24,
    (high >>> 16) & 255,
    (high >>> 8) & 255,
    high & 255,
    low >>> 24,
    (low >>> 16) & 255,
    (low >>> 8) & 255,
    low & 255,
  );
}

/** The tuple encoding of an integer: the tag tells the sign and how many bytes follow. */
function bigintId(value: bigint): string {
  let length = 0;
  for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 8n) length++;
  const unsigned = value < 0n ? value + (1n << BigInt(8 * length)) - 1n : value;
  let id = String.fromCharCode(value < 0n ? 0x14 - length : 0x14 + length);
  for (let i = length - 1; i >= 0; i--) id += String.fromCharCode(Number((unsigned >> BigInt(8 * i)) & 255n));
  return id;
}

function bytesId(bytes: Uint8Array): string {
  let id = "";
  for (let i = 0; i < bytes.length; i++) id += String.fromCharCode(bytes[i] as number);
  return id;
}

function escapeZero(id: string): string {
  return id.includes("\0") ? id.replaceAll("\0", "\0\xff") : id;
}
