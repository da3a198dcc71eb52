import { copyValue, type Row } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import type { Table } from "../../src/schema/table.ts";
import { canGenerateCode } from "../../src/sql/code_generation.ts";
import { corruptStore } from "./corrupt.ts";
import { toPart } from "./key.ts";
import type { KVKey, KVKeyPart } from "./kv.ts";
import { decodeText, decodeValue, encodeValue } from "./stored_value.ts";
import type { RowLayout, TableRecord } from "./table_record.ts";

const encoder = new TextEncoder();

/** Code is generated when this many rows were read: before, it would cost more than it saves. */
const HOT_ROWS = 100;

/** The bytes of `[` and `0`. */
const [ARRAY, ZERO] = [0x5b, 0x30];
const FIRST = { time: 0, start: 0 } as const;

/** A row that was read, and when it expires. */
export interface DecodedRow {
  /** The values by column. */
  readonly row: Record<string, unknown>;
  /** Epoch milliseconds, or null. */
  readonly expiresAt: number | null;
}

/** Makes a row of the items of its array, of which there is one for each column. */
type MakeRow = (items: readonly unknown[]) => Record<string, unknown>;

/** Why bytes are no row. */
class NoRow extends Error {
  readonly column: Column | null;

  constructor(what: string, column: Column | null = null) {
    super(what);
    this.column = column;
  }
}

/**
 * Rows of a table as bytes, which every runtime reads alike: a JSON array of the columns' values, then a zero and the bytes
 * of the BLOB columns, for which the array has their lengths. When a row expires the array has the time as its last item.
 * A row that was written after its table was changed begins with the number of that layout; all others are of the first one.
 */
export class RowCodec {
  readonly #table: string;
  readonly #columns: readonly Column[];
  readonly #primaryKey: readonly Column[];
  readonly #hasBlobs: boolean;
  readonly #layouts: readonly RowLayout[];
  readonly #initial: Readonly<Record<string, unknown>>;
  /** The number of the layout that rows are written in. */
  readonly #last: number;
  /** What the rows begin with that are written now. */
  readonly #mark: string;
  #make: MakeRow;
  #left: number;

  /** Prepares for the columns of a table. */
  constructor(
    { name, columns, primaryKey }: Table,
    { layouts = [], initial = {} }: Pick<TableRecord, "layouts" | "initial"> = {},
  ) {
    this.#layouts = layouts;
    this.#initial = initial;
    this.#last = Math.max(0, layouts.length - 1);
    this.#mark = this.#last > 0 ? String(this.#last) : "";
    this.#table = name;
    this.#columns = columns;
    this.#primaryKey = primaryKey;
    this.#hasBlobs = columns.some(({ kind }) => kind === "blob");
    this.#make = rowMaker(columns);
    this.#left = canGenerateCode() ? HOT_ROWS : Infinity;
  }

  /** How rows are written now. */
  get layout(): RowLayout {
    return this.#columns.map(({ name, kind }) => ({ column: name, kind }));
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
    const json = encoder.encode(this.#mark + JSON.stringify(items));
    return this.#hasBlobs ? this.#withBlobs(json, row) : json;
  }

  /**
   * Reads what {@linkcode RowCodec.encode} wrote.
   *
   * @param key Where it was found: the row has this key, or it is none.
   * @throws {CorruptValueError} When it is no row of the table (`CORRUPT_VALUE`).
   */
  decode(bytes: Uint8Array, key: KVKey): DecodedRow {
    try {
      return this.#decode(bytes, key);
    } catch (cause) {
      const told = cause instanceof NoRow;
      const columns = told && cause.column !== null ? [cause.column.name] : [];
      throw corruptStore(this.#table, key, told ? cause.message : "what is no row", {
        columns,
        cause: told ? undefined : cause,
      });
    }
  }

  #decode(bytes: Uint8Array, key: KVKey): DecodedRow {
    if (this.#left > 0 && --this.#left === 0) this.#make = generatedRowMaker(this.#columns);
    const { time, start } = timeOf(bytes);
    if (time !== this.#last) return this.#decodeOld(time, bytes, start, key);
    const end = this.#hasBlobs ? bytes.indexOf(0) : -1;
    const text = start === 0 && end < 0 ? bytes : bytes.subarray(start, end < 0 ? bytes.length : end);
    const items = JSON.parse(decodeText(text)) as unknown[];
    const { length } = this.#columns;
    if (!Array.isArray(items) || (items.length !== length && items.length !== length + 1)) {
      throw new NoRow("what is no row of its columns");
    }
    const expiresAt = items.length > length ? items[length] : null;
    if (expiresAt !== null && !Number.isFinite(expiresAt)) {
      throw new NoRow("a row with no time of its expiry");
    }
    const row = this.#make(items);
    if (this.#hasBlobs) this.#cutBlobs(row, bytes, end < 0 ? bytes.length : end + 1);
    this.#checkKey(row, key);
    return { row, expiresAt: expiresAt as number | null };
  }

  /** Reads a row that was written when the table had other columns. */
  #decodeOld(time: number, bytes: Uint8Array, start: number, key: KVKey): DecodedRow {
    const layout = this.#layouts[time];
    if (layout === undefined) throw new NoRow("a row of a time that the table does not know");
    const zero = layout.some(({ kind }) => kind === "blob") ? bytes.indexOf(0) : -1;
    const end = zero < 0 ? bytes.length : zero;
    const items = JSON.parse(decodeText(bytes.subarray(start, end))) as unknown[];
    if (!Array.isArray(items) || (items.length !== layout.length && items.length !== layout.length + 1)) {
      throw new NoRow("what is no row of its columns");
    }
    const expiresAt = items.length > layout.length ? items[layout.length] as unknown : null;
    if (expiresAt !== null && !Number.isFinite(expiresAt)) {
      throw new NoRow("a row with no time of its expiry");
    }
    const found = new Map<string, unknown>();
    let at = end + 1;
    layout.forEach(({ column, kind }, i) => {
      const item = items[i] ?? null;
      let value = item === null ? null : decodeValue({ kind }, item);
      if (value === undefined) throw new NoRow(`no value of what was ${column ?? "a column that is gone"}`);
      if (kind === "blob" && value !== null) {
        const from = at;
        at += value as number;
        if (at > bytes.length) throw new NoRow("a row with fewer bytes than its columns have");
        value = new Uint8Array(bytes.subarray(from, at));
      }
      if (column !== null) found.set(column, value);
    });
    const row: Record<string, unknown> = {};
    for (const column of this.#columns) {
      const { name, kind } = column;
      const value = found.has(name) ? found.get(name) : copyValue(kind, this.#initial[name] ?? null);
      if (value === null && !column.nullable) throw noValue(column);
      row[name] = value;
    }
    this.#checkKey(row, key);
    return { row, expiresAt: expiresAt as number | null };
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
    for (const column of this.#columns) {
      const { name, kind } = column;
      if (kind !== "blob" || row[name] === null) continue;
      const end = at + (row[name] as number);
      if (end > bytes.length) throw noValue(column);
      // A copy that is a Uint8Array also where the bytes are a Buffer.
      row[name] = new Uint8Array(bytes.subarray(at, end));
      at = end;
    }
    if (at !== bytes.length) throw new NoRow("a row with more bytes than its columns have");
  }

  #checkKey(row: Row, key: KVKey): void {
    const columns = this.#primaryKey;
    const first = key.length - columns.length;
    for (let i = 0; i < columns.length; i++) {
      const { name, kind } = columns[i] as Column;
      const part = toPart(kind, row[name]);
      const found = key[first + i] as KVKeyPart;
      if (part === found || (typeof part === "object" && isSamePart(part, found))) continue;
      throw new NoRow("the row of another key", columns[i]);
    }
  }
}

/** When a row was written, as the number of the layout, and where its array begins. */
function timeOf(bytes: Uint8Array): { readonly time: number; readonly start: number } {
  if (bytes[0] === ARRAY) return FIRST;
  let [time, start] = [0, 0];
  for (let byte = bytes[0] as number; byte >= ZERO && byte <= ZERO + 9; byte = bytes[++start] as number) {
    time = time * 10 + byte - ZERO;
  }
  return { time, start };
}

/** Makes rows with a loop over the columns. */
function rowMaker(columns: readonly Column[]): MakeRow {
  return (items) => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < columns.length; i++) {
      const column = columns[i] as Column;
      row[column.name] = readItem(column, items[i]);
    }
    return row;
  };
}

function readItem(column: Column, item: unknown): unknown {
  const value = item === null && column.nullable ? null : decodeValue(column, item);
  if (value === undefined) throw noValue(column);
  return value;
}

/** Makes rows with code made for these columns. Names enter it only as JSON texts, which are string literals. */
function generatedRowMaker(columns: readonly Column[]): MakeRow {
  const members = columns.map(({ name, kind, nullable }, i) => {
    const test = PLAIN[kind];
    const value = test === undefined
      ? `read(columns[${i}], items[${i}])`
      : `${test}${nullable ? " || v === null" : ""} ? v : read(columns[${i}], v)`;
    return `${JSON.stringify(name)}: (v = items[${i}], ${value})`;
  });
  const code = `"use strict"; return (items) => { let v; return { ${members.join(", ")} }; };`;
  return new Function("columns", "read", code)(columns, readItem) as MakeRow;
}

/** How values are told that are stored as they are. */
const PLAIN: Readonly<Record<string, string>> = {
  text: 'typeof v === "string"',
  integer: "Number.isSafeInteger(v)",
  real: "Number.isFinite(v)",
  boolean: 'typeof v === "boolean"',
};

function noValue(column: Column): NoRow {
  return new NoRow(`no value of column \`${column.name}\` (${column.type})`, column);
}

function isSamePart(part: Uint8Array, found: KVKeyPart): boolean {
  return typeof found === "object" && part.length === found.length &&
    part.every((byte, i) => byte === found[i]);
}
