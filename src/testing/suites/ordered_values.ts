import type { ColumnDefinition } from "../../contract/mod.ts";

/** Values of a column, in ascending order and no two of them equal. */
export interface OrderedValues {
  /** The name of the kind. */
  readonly name: string;
  /** The column. */
  readonly column: ColumnDefinition;
  /** The values. */
  readonly values: readonly unknown[];
}

const day = (text: string): Date => new Date(`${text}T00:00:00.000Z`);

const DAYS: readonly Date[] = [
  "0000-01-01",
  "0099-12-31",
  "1969-12-31",
  "1970-01-01",
  "2024-02-29",
  "9999-12-31",
].map(day);

const TIMES: readonly Date[] = [
  -62_167_219_200_000,
  -1_000,
  -1,
  0,
  1,
  10,
  100,
  999,
  1_000,
  1_700_000_000_000,
  1_700_000_000_001,
  253_402_300_799_000,
  253_402_300_799_999,
].map((ms) => new Date(ms));

/** The order of every kind of value that has one; null comes before them. */
export const ORDERED_VALUES: readonly OrderedValues[] = [
  {
    name: "text by code point",
    column: { type: "TEXT" },
    values: [
      "",
      "\t",
      " ",
      "!",
      "10",
      "9",
      "A",
      "Z",
      "a",
      "a\u0001",
      "aa",
      "ab",
      "b",
      "e\u0301",
      "z",
      "é",
      "ÿ",
      "日",
      "\uE000",
      "\uFF5E",
      "\uFFFD",
      "\u{10400}",
      "\u{1F600}",
      "\u{10FFFF}",
    ],
  },
  {
    name: "integers by value",
    column: { type: "INTEGER" },
    values: [
      Number.MIN_SAFE_INTEGER,
      -(2 ** 31),
      -10,
      -9,
      -1,
      0,
      1,
      9,
      10,
      2 ** 31,
      2 ** 32 + 1,
      Number.MAX_SAFE_INTEGER,
    ],
  },
  {
    name: "integers of 64 bit by value",
    column: { type: "INTEGER", bigint: true },
    values: [
      -(2n ** 63n),
      -(2n ** 53n) - 1n,
      -10n,
      -9n,
      0n,
      9n,
      10n,
      2n ** 53n,
      2n ** 53n + 1n,
      2n ** 63n - 1n,
    ],
  },
  {
    name: "numbers by value",
    column: { type: "REAL" },
    values: [
      -Number.MAX_VALUE,
      -1e21,
      -1.5,
      -1,
      -5e-324,
      0,
      5e-324,
      0.1,
      1,
      1.5,
      9,
      10,
      1e15,
      1e21,
      Number.MAX_VALUE,
    ],
  },
  { name: "false before true", column: { type: "BOOLEAN" }, values: [false, true] },
  { name: "dates by time", column: { type: "DATE" }, values: DAYS },
  { name: "dates stored as milliseconds", column: { type: "DATE", stored: "milliseconds" }, values: DAYS },
  { name: "dates stored as the text of SQL", column: { type: "DATE", stored: "sql" }, values: DAYS },
  { name: "times to the millisecond", column: { type: "DATETIME" }, values: TIMES },
  {
    name: "times stored as milliseconds",
    column: { type: "DATETIME", stored: "milliseconds" },
    values: TIMES,
  },
  { name: "times stored as the text of SQL", column: { type: "DATETIME", stored: "sql" }, values: TIMES },
  {
    name: "times stored as seconds",
    column: { type: "DATETIME", stored: "seconds" },
    values: TIMES.filter((time) => time.getTime() % 1000 === 0),
  },
  {
    name: "bytes one by one",
    column: { type: "BLOB" },
    values: [[], [0], [0, 0], [0, 255], [1], [1, 2], [1, 2, 0], [10], [65], [127], [128], [255], [255, 0]]
      .map((bytes) => Uint8Array.from(bytes)),
  },
];

/** The same items in an order that is neither ascending nor descending. */
export function shuffled<T>(items: readonly T[]): T[] {
  const result: T[] = [];
  for (let step = 0; step < 3; step++) {
    for (let i = (step * 2 + 1) % 3; i < items.length; i += 3) result.push(items[i] as T);
  }
  return result.length > 3
    ? [...result.slice(result.length / 2), ...result.slice(0, result.length / 2)]
    : result.reverse();
}
