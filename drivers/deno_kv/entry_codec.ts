import type { Row } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import { corruptStore } from "./corrupt.ts";
import { toPart } from "./key.ts";
import type { KVKey, KVKeyPart } from "./kv.ts";
import { decodeText, decodeValue, encodeValue } from "./stored_value.ts";

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);

/** What the entry of a row that expires begins with, so that others need not be read to be told apart. */
const EXPIRES = " ";
const EXPIRES_BYTE = 0x20;

/** An entry as it is found. */
interface FoundEntry {
  readonly key: KVKey;
  readonly value: Uint8Array | null;
}

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

/**
 * The parts of the key of the row that an entry of a unique index leads to.
 *
 * @param columns The columns of that key.
 * @throws {CorruptValueError} When the entry leads nowhere (`CORRUPT_VALUE`).
 */
export function decodeEntryKey(columns: readonly Column[], { key, value }: FoundEntry): KVKeyPart[] {
  const items = readItems((columns[0] as Column).table, key, value as Uint8Array);
  return columns.map((column, i) => {
    const part = column.kind === "blob" ? bytesOf(items[i]) : decodeValue(column, items[i]);
    if (part === undefined) {
      throw corruptStore(column.table, key, "an entry that leads to no row", { columns: [column.name] });
    }
    return toPart(column.kind, part);
  });
}

/**
 * Whether the row of an entry has not expired at a time.
 *
 * @param table The name of its table.
 * @throws {CorruptValueError} When the entry does not tell (`CORRUPT_VALUE`).
 */
export function isLivingEntry({ key, value }: FoundEntry, table: string, now: number): boolean {
  if (value === null || value[0] !== EXPIRES_BYTE) return true;
  const expiresAt = readItems(table, key, value).at(-1);
  if (Number.isFinite(expiresAt)) return (expiresAt as number) > now;
  throw corruptStore(table, key, "an entry with no time of its expiry");
}

function readItems(table: string, key: KVKey, value: Uint8Array): readonly unknown[] {
  try {
    const items: unknown = JSON.parse(decodeText(value));
    if (Array.isArray(items)) return items;
  } catch (cause) {
    throw corruptStore(table, key, "what is no entry of an index", { cause });
  }
  throw corruptStore(table, key, "what is no entry of an index");
}

function bytesOf(item: unknown): Uint8Array | undefined {
  const isByte = (each: unknown): boolean =>
    Number.isInteger(each) && (each as number) >= 0 && (each as number) < 256;
  return Array.isArray(item) && item.every(isByte) ? Uint8Array.from(item as number[]) : undefined;
}
