import type { ColumnKind } from "../../schema/column.ts";
import { writeISODate, writeISODateTime } from "../../schema/dates.ts";
import { toHex } from "../hex.ts";
import type { Encode, KindEncoding } from "../sql_dialect.ts";

const date: Encode = (value) => writeISODate(value as Date);
const datetime: Encode = (value) => writeISODateTime(value as Date);
const json: Encode = (value) => JSON.stringify(value);
/** Node 22 binds bytes without any memory of their own as NULL: these have a byte of it. */
const NO_BYTES: Uint8Array = new Uint8Array(new ArrayBuffer(1), 0, 0);
const blob: Encode = (bytes) => (bytes as Uint8Array).length === 0 ? NO_BYTES : bytes;
const integer: Encode = (value) => BigInt(value as number);
const booleanNumber: Encode = (value) => value ? 1 : 0;
const booleanBigint: Encode = (value) => value ? 1n : 0n;
const plainList: Encode = (list) => JSON.stringify(list);
const bigintList: Encode = (list) => `[${(list as bigint[]).join(",")}]`;
const listOf = (encode: (value: unknown) => unknown): Encode => (list) =>
  JSON.stringify((list as unknown[]).map(encode));

/** Values that need no encoding are bound as they are; every other kind has its one form, whatever the engine would make of it. */
const PLAIN: Readonly<Record<ColumnKind, KindEncoding>> = {
  text: { one: null, list: plainList },
  integer: { one: null, list: plainList },
  bigint: { one: null, list: bigintList },
  real: { one: null, list: plainList },
  boolean: { one: booleanNumber, list: listOf(booleanNumber) },
  date: { one: date, list: listOf(date) },
  datetime: { one: datetime, list: listOf(datetime) },
  json: { one: json, list: listOf(json) },
  blob: { one: blob, list: listOf((bytes) => toHex(bytes as Uint8Array)) },
};

const WITH_BIGINTS: Readonly<Record<ColumnKind, KindEncoding>> = {
  ...PLAIN,
  integer: { one: integer, list: plainList },
  boolean: { one: booleanBigint, list: listOf(booleanNumber) },
};

/** How values of a kind are written for SQLite. */
export function sqliteEncoding(kind: ColumnKind, integers: "number" | "bigint"): KindEncoding {
  return (integers === "bigint" ? WITH_BIGINTS : PLAIN)[kind];
}
