import type { Row } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import { toPart } from "./key.ts";
import type { KVKeyPart } from "./kv.ts";
import { decodeValue, encodeValue } from "./row_codec.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const NOTHING = new Uint8Array(0);

/** What the entry of a row that expires begins with, so that others need not be read to be told apart. */
const EXPIRES = " ";
const EXPIRES_BYTE = 0x20;

/**
 * The value of an entry: empty, or in a unique index the row's key as a JSON array. The entry of a row that expires has the
 * time as the last item of the array, so that entries can be counted and skipped without their rows.
 *
 * @param key The columns of the primary key, for a unique index; else empty.
 */
export function encodeEntry(key: readonly Column[], row: Row, expiresAt: number | null): Uint8Array {
  if (key.length === 0 && expiresAt === null) return NOTHING;
  const items = key.map(({ name, kind }) => {
    const value = row[name];
    return kind === "blob" ? [...value as Uint8Array] : encodeValue(kind, value);
  });
  return encoder.encode(
    expiresAt === null ? JSON.stringify(items) : EXPIRES + JSON.stringify([...items, expiresAt]),
  );
}

/** The parts of the key of the row that an entry of a unique index leads to. */
export function decodeEntryKey(columns: readonly Column[], bytes: Uint8Array): KVKeyPart[] {
  const items = JSON.parse(decoder.decode(bytes)) as unknown[];
  return columns.map(({ kind }, i) =>
    toPart(kind, kind === "blob" ? Uint8Array.from(items[i] as number[]) : decodeValue(kind, items[i]))
  );
}

/** Whether the row of an entry has not expired at a time. */
export function isLivingEntry({ value }: { readonly value: Uint8Array | null }, now: number): boolean {
  if (value === null || value[0] !== EXPIRES_BYTE) return true;
  const items = JSON.parse(decoder.decode(value)) as unknown[];
  return (items.at(-1) as number) > now;
}
