import {
  type ColumnKind,
  corruptValue,
  type Decode,
  type DecoderOptions,
  type Encode,
  type KindEncoding,
  type SqlColumnDescription,
} from "../../src/sql/mod.ts";
import { quoteText } from "./names.ts";

/** The PostgreSQL type of each kind of column. */
export const TYPES: Readonly<Record<ColumnKind, string>> = {
  // Collation C compares UTF-8 bytes, which is the order of code points, in every locale.
  text: 'text COLLATE "C"',
  integer: "bigint",
  bigint: "bigint",
  real: "double precision",
  boolean: "boolean",
  date: "date",
  datetime: "timestamptz(3)",
  // Not jsonb: that sorts the members of objects, which come back as they were given.
  json: "json",
  blob: "bytea",
};

/** The type of a list of values of each kind, where they are compared. */
export const LIST_TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "text[]",
  integer: "bigint[]",
  bigint: "bigint[]",
  real: "double precision[]",
  boolean: "boolean[]",
  date: "date[]",
  datetime: "timestamptz[]",
  json: "text[]",
  blob: "bytea[]",
};

/** PostgreSQL has no year 0: what ISO 8601 calls so is 1 BC. */
const FIRST_YEAR = "0000";
const BC = " BC";

const date: Encode = (value) => withEra((value as Date).toISOString().slice(0, 10));
const datetime: Encode = (value) => withEra((value as Date).toISOString());
const json: Encode = (value) => JSON.stringify(value);

/** Kinds that are not named are bound as they are: the client writes numbers, booleans, bigints and bytes. */
const ONE: Readonly<Partial<Record<ColumnKind, Encode>>> = { date, datetime, json };

/** How values of a kind are written: one by one, or a list as one value. */
export function encoding(kind: ColumnKind): KindEncoding {
  const one = ONE[kind] ?? null;
  const item: Encode = kind === "blob" ? (bytes) => hex(bytes as Uint8Array) : one ?? String;
  return {
    one,
    list: (list) => `{${(list as unknown[]).map((value) => arrayItem(String(item(value)))).join(",")}}`,
  };
}

/** Writes an encoded value as a literal; PostgreSQL takes its type from where it stands. */
export function literal(value: unknown): string {
  if (value === null) return "NULL";
  return quoteText(value instanceof Uint8Array ? hex(value) : String(value));
}

/** Makes the function that reads the texts of a column. */
export function decoder(column: SqlColumnDescription, { driver }: DecoderOptions): Decode | null {
  const corrupt = (value: unknown): never => corruptValue(column, driver, value);
  switch (column.kind) {
    case "text":
      return null;
    case "integer":
      return (text) => {
        const number = Number(text);
        return Number.isSafeInteger(number) ? number : corrupt(number);
      };
    case "bigint":
      return (text) => BigInt(text as string);
    case "real":
      return (text) => Number(text);
    case "boolean":
      return (text) => text === "t";
    case "date":
    case "datetime":
      return (text) => readTime(text as string) ?? corrupt(text);
    case "json":
      return (text) => JSON.parse(text as string);
    case "blob":
      return (text) => readHex(text as string);
  }
}

function withEra(iso: string): string {
  return iso.startsWith(FIRST_YEAR) ? `0001${iso.slice(FIRST_YEAR.length)}${BC}` : iso;
}

const TIME = /^(\d{4,})-(\d\d)-(\d\d)(?: (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:\+00)?)?( BC)?$/;

/** Reads `2024-02-29`, or `2024-02-29 12:34:56.789+00`; null when no Date is that. */
function readTime(text: string): Date | null {
  const parts = TIME.exec(text);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0)) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const milliseconds = Number((parts[7] ?? "").padEnd(3, "0").slice(0, 3));
  const time = new Date(0);
  // Not Date.UTC, which takes the years to 99 for those from 1900.
  time.setUTCFullYear(parts[8] === BC ? 1 - year : year, month - 1, day);
  time.setUTCHours(hour, minute, second, milliseconds);
  return Number.isNaN(time.getTime()) ? null : time;
}

const PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

function hex(bytes: Uint8Array): string {
  let text = "\\x";
  for (const byte of bytes) text += PAIRS[byte];
  return text;
}

function readHex(text: string): Uint8Array {
  const bytes = new Uint8Array((text.length - 2) / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16);
  return bytes;
}

function arrayItem(text: string): string {
  return `"${text.replace(/["\\]/g, "\\$&")}"`;
}
