import type { Column, ColumnKind } from "../../src/schema/column.ts";
import type { Table } from "../../src/schema/table.ts";
import type { Row } from "../../src/reference/mod.ts";
import type { KVKeyPart } from "./kv.ts";
import { toPart } from "./key.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * A row as bytes, which every runtime reads alike: a JSON array of the columns' values, then a zero and the bytes of the
 * BLOB columns, for which the array has their lengths. When the row expires the array has the time as its last item.
 */
export function encodeRow(table: Table, row: Row, expiresAt: number | null): Uint8Array {
  const blobs: Uint8Array[] = [];
  let size = 0;
  const items: unknown[] = table.columns.map(({ name, kind }) => {
    const value = row[name] ?? null;
    if (value === null) return null;
    if (kind === "blob") {
      blobs.push(value as Uint8Array);
      size += (value as Uint8Array).length;
      return (value as Uint8Array).length;
    }
    return encodeValue(kind, value);
  });
  if (expiresAt !== null) items.push(expiresAt);
  const json = encoder.encode(JSON.stringify(items));
  if (blobs.length === 0) return json;
  const bytes = new Uint8Array(json.length + 1 + size);
  bytes.set(json);
  let at = json.length + 1;
  for (const blob of blobs) {
    bytes.set(blob, at);
    at += blob.length;
  }
  return bytes;
}

/** A row that was read, and when it expires. */
export interface DecodedRow {
  /** The values by column. */
  readonly row: Record<string, unknown>;
  /** Epoch milliseconds, or null. */
  readonly expiresAt: number | null;
}

/** Reads what {@linkcode encodeRow} wrote. */
export function decodeRow(table: Table, bytes: Uint8Array): DecodedRow {
  const { columns } = table;
  const end = columns.some(({ kind }) => kind === "blob") ? bytes.indexOf(0) : -1;
  const items = JSON.parse(decoder.decode(end < 0 ? bytes : bytes.subarray(0, end))) as unknown[];
  const row: Record<string, unknown> = {};
  let at = end + 1;
  for (let i = 0; i < columns.length; i++) {
    const { name, kind } = columns[i] as Column;
    const item = items[i] ?? null;
    if (kind === "blob" && item !== null) {
      // A copy that is a Uint8Array also where the bytes are a Buffer.
      row[name] = new Uint8Array(bytes.subarray(at, at + (item as number)));
      at += item as number;
    } else {
      row[name] = item === null ? null : decodeValue(kind, item);
    }
  }
  return { row, expiresAt: items.length > columns.length ? items[columns.length] as number : null };
}

/** The key of a row as the value of an entry of a unique index. */
export function encodeKeyOf(columns: readonly Column[], row: Row): Uint8Array {
  return encoder.encode(JSON.stringify(columns.map(({ name, kind }) => {
    const value = row[name];
    return kind === "blob" ? [...value as Uint8Array] : encodeValue(kind, value);
  })));
}

/** The parts of the key of the row that an entry of a unique index leads to. */
export function decodeKeyParts(columns: readonly Column[], bytes: Uint8Array): KVKeyPart[] {
  const items = JSON.parse(decoder.decode(bytes)) as unknown[];
  return columns.map(({ kind }, i) =>
    toPart(kind, kind === "blob" ? Uint8Array.from(items[i] as number[]) : decodeValue(kind, items[i]))
  );
}

function encodeValue(kind: ColumnKind, value: unknown): unknown {
  switch (kind) {
    case "bigint":
      return String(value);
    case "date":
    case "datetime":
      return (value as Date).getTime();
    default:
      return value;
  }
}

function decodeValue(kind: ColumnKind, item: unknown): unknown {
  switch (kind) {
    case "bigint":
      return BigInt(item as string);
    case "date":
    case "datetime":
      return new Date(item as number);
    default:
      return item;
  }
}
