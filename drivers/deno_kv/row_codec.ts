import type { Row } from "../../src/reference/mod.ts";
import type { Column, ColumnKind } from "../../src/schema/column.ts";
import { canGenerateCode } from "../../src/sql/code_generation.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Code is generated when this many rows were read: before, it would cost more than it saves. */
const HOT_ROWS = 100;

/** A row that was read, and when it expires. */
export interface DecodedRow {
  /** The values by column. */
  readonly row: Record<string, unknown>;
  /** Epoch milliseconds, or null. */
  readonly expiresAt: number | null;
}

/** Makes a row of the items of its array. */
type MakeRow = (items: readonly unknown[]) => Record<string, unknown>;

/**
 * Rows of a table as bytes, which every runtime reads alike: a JSON array of the columns' values, then a zero and the bytes
 * of the BLOB columns, for which the array has their lengths. When a row expires the array has the time as its last item.
 */
export class RowCodec {
  readonly #columns: readonly Column[];
  readonly #hasBlobs: boolean;
  #make: MakeRow;
  #left: number;

  /** Prepares for the columns of a table. */
  constructor(columns: readonly Column[]) {
    this.#columns = columns;
    this.#hasBlobs = columns.some(({ kind }) => kind === "blob");
    this.#make = rowMaker(columns);
    this.#left = canGenerateCode() ? HOT_ROWS : Infinity;
  }

  /** Writes a row. */
  encode(row: Row, expiresAt: number | null): Uint8Array {
    const columns = this.#columns;
    const items: unknown[] = [];
    for (let i = 0; i < columns.length; i++) {
      const { name, kind } = columns[i] as Column;
      const value = row[name] ?? null;
      items.push(
        value === null ? null : kind === "blob" ? (value as Uint8Array).length : encodeValue(kind, value),
      );
    }
    if (expiresAt !== null) items.push(expiresAt);
    const json = encoder.encode(JSON.stringify(items));
    return this.#hasBlobs ? this.#withBlobs(json, row) : json;
  }

  /** Reads what {@linkcode RowCodec.encode} wrote. */
  decode(bytes: Uint8Array): DecodedRow {
    if (this.#left > 0 && --this.#left === 0) this.#make = generatedRowMaker(this.#columns);
    const end = this.#hasBlobs ? bytes.indexOf(0) : -1;
    const items = JSON.parse(decoder.decode(end < 0 ? bytes : bytes.subarray(0, end))) as unknown[];
    const row = this.#make(items);
    if (end >= 0) this.#cutBlobs(row, bytes, end + 1);
    const { length } = this.#columns;
    return { row, expiresAt: items.length > length ? items[length] as number : null };
  }

  #withBlobs(json: Uint8Array, row: Row): Uint8Array {
    const blobs: Uint8Array[] = [];
    for (const { name, kind } of this.#columns) {
      if (kind === "blob" && (row[name] ?? null) !== null) blobs.push(row[name] as Uint8Array);
    }
    if (blobs.length === 0) return json;
    const bytes = new Uint8Array(blobs.reduce((size, { length }) => size + length, json.length + 1));
    bytes.set(json);
    let at = json.length + 1;
    for (const blob of blobs) {
      bytes.set(blob, at);
      at += blob.length;
    }
    return bytes;
  }

  /** Puts the bytes of BLOB columns in the place of their lengths. */
  #cutBlobs(row: Record<string, unknown>, bytes: Uint8Array, start: number): void {
    let at = start;
    for (const { name, kind } of this.#columns) {
      if (kind !== "blob" || row[name] === null) continue;
      const end = at + (row[name] as number);
      // A copy that is a Uint8Array also where the bytes are a Buffer.
      row[name] = new Uint8Array(bytes.subarray(at, end));
      at = end;
    }
  }
}

/** Makes rows with a loop over the columns. */
function rowMaker(columns: readonly Column[]): MakeRow {
  return (items) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) {
      const { name, kind } = columns[i] as Column;
      const item = items[i] ?? null;
      row[name] = item === null ? null : decodeValue(kind, item);
    }
    return row;
  };
}

/** Makes rows with code made for these columns. Names enter it only as JSON texts, which are string literals. */
function generatedRowMaker(columns: readonly Column[]): MakeRow {
  const members = columns.map(({ name, kind }, i) => {
    const value = CODED.includes(kind)
      ? `(v = items[${i}] ?? null) === null ? null : decode(${JSON.stringify(kind)}, v)`
      : `items[${i}] ?? null`;
    return `${JSON.stringify(name)}: ${value}`;
  });
  const code = `"use strict"; return (items) => { let v; return { ${members.join(", ")} }; };`;
  return new Function("decode", code)(decodeValue) as MakeRow;
}

/** The kinds whose values are not stored as they are. */
const CODED: readonly ColumnKind[] = ["bigint", "date", "datetime"];

/** A value that is no BLOB, as JSON has it. */
export function encodeValue(kind: ColumnKind, value: unknown): unknown {
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

/** Reads what {@linkcode encodeValue} gave. */
export function decodeValue(kind: ColumnKind, item: unknown): unknown {
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
