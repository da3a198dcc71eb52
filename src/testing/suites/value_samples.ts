import type { ColumnDefinition, DataType } from "../../contract/mod.ts";

/** A value as it is given, and as it comes back. */
export interface Sample {
  /** What is given. */
  readonly give: unknown;
  /** What comes back: the same, unless it is said. */
  readonly get: unknown;
}

/** A kind of column with values that it takes and values that it refuses. */
export interface ColumnSamples {
  /** The name of the kind, as a column of a table can be called. */
  readonly name: string;
  /** How exactly its values come back, where it is not plain. */
  readonly precision?: string;
  /** The column. */
  readonly column: ColumnDefinition;
  /** Values it takes, no two of them equal as they come back. */
  readonly samples: readonly Sample[];
  /** Values it refuses. */
  readonly refused: readonly unknown[];
}

const same = (give: unknown): Sample => ({ give, get: give });
const day = (text: string): Date => new Date(`${text}T00:00:00.000Z`);

const TEXTS: readonly string[] = [
  "",
  "a",
  "A",
  " ",
  "  padded  ",
  'it\'s "quoted" `twice`',
  "back\\slash",
  "100%_",
  "line\nbreak\r\n\ttab",
  "\u0001\u001f\u007f",
  "é",
  "e\u0301",
  "日本語",
  "\u{1F600}",
  "\u{1F469}\u200D\u{1F469}\u200D\u{1F467}",
  "\uFEFFmark",
  "\u200Fright",
  "\uFFFD",
  "\uFFFF",
  "\u{10FFFF}",
  "null",
  "undefined",
  "true",
  "5",
  "5.0",
  "05",
  "1e3",
  "0x10",
  "2024-02-29",
  "2024-02-29T00:00:00.000Z",
  '{"a":1}',
  "[]",
  "X'00'",
  "'; DROP TABLE `kinds`; --",
  "x".repeat(20_000),
];

const REALS: readonly number[] = [
  0,
  1,
  -1,
  0.1,
  -0.5,
  1 / 3,
  Math.PI,
  123456789.12345679,
  Number.EPSILON,
  Number.MIN_VALUE,
  Number.MAX_VALUE,
  -Number.MAX_VALUE,
  1e15,
  1e21,
  1e300,
  Number.MAX_SAFE_INTEGER,
  2 ** 53,
  2 ** 53 + 2,
  2 ** 63,
  -(2 ** 63),
  2 ** 64,
];

const INTEGERS: readonly number[] = [
  0,
  1,
  -1,
  255,
  -32_769,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  2 ** 48 + 1,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
];

const BIGINTS: readonly bigint[] = [
  0n,
  1n,
  -1n,
  10n,
  9n,
  2n ** 31n,
  2n ** 53n,
  2n ** 53n + 1n,
  -(2n ** 53n) - 1n,
  123_456_789_012_345_678n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

const OBJECTS: readonly object[] = [
  {},
  { a: 1 },
  { a: null },
  { a: { b: [1, "two", true, null, { c: [] }] } },
  { "": 1, "a.b": 2, $gt: 3, "it's": 4, 'a "quoted" key': 5, "a`b": 6 },
  { constructor: 1, toString: 2, hasOwnProperty: 3, length: 4 },
  { unicode: "\u{1F600}", "\u{1F600}": "é", nested: { text: "'; DROP TABLE x; --" } },
  { numbers: [0, -1, 0.1, 1e300, 5e-324, Number.MAX_SAFE_INTEGER] },
  nested(50),
];

const ARRAYS: readonly (readonly unknown[])[] = [
  [],
  [null],
  [1, 2, 3],
  ["1", 1, true, null],
  [[], [[]], {}],
  [{ a: 1 }, { a: 2 }],
  Array.from({ length: 300 }, (_, i) => i),
];

const BYTES: readonly Uint8Array[] = [
  new Uint8Array(),
  Uint8Array.of(0),
  Uint8Array.of(0, 0),
  Uint8Array.of(255),
  Uint8Array.of(39, 34, 96, 92, 0, 10),
  Uint8Array.from({ length: 256 }, (_, i) => i),
  Uint8Array.from({ length: 10 }, (_, i) => i).subarray(3, 7),
  new Uint8Array(20_000).fill(7),
];

const DATE_TIMES: readonly Date[] = [
  "1970-01-01T00:00:00.000Z",
  "1970-01-01T00:00:00.001Z",
  "1969-12-31T23:59:59.999Z",
  "2024-02-29T12:34:56.789Z",
  "2024-02-29T12:34:56.000Z",
  "0000-01-01T00:00:00.000Z",
  "0099-12-31T23:59:59.999Z",
  "9999-12-31T23:59:59.999Z",
].map((text) => new Date(text));

const NO_JSON: readonly unknown[] = [
  NaN,
  Infinity,
  1n,
  Symbol("s"),
  () => 1,
  new Date(0),
  new Map(),
  Uint8Array.of(1),
  { a: undefined },
  [undefined],
  { a: NaN },
  { a: 1n },
  { a: "\0" },
  { a: "\ud800" },
  { "\ud800": 1 },
  JSON.parse('{ "__proto__": 1 }'),
  circle(),
  new (class Point {
    x = 1;
  })(),
];

const text = (name: string, type: DataType): ColumnSamples => ({
  name,
  column: { type },
  samples: TEXTS.map(same),
  refused: [1, true, 1n, new Date(0), {}, ["a"], Symbol("s"), "\0", "a\0b", "\ud800", "a\udc00b"],
});

const real = (name: string, type: DataType): ColumnSamples => ({
  name,
  column: { type },
  samples: REALS.map(same),
  refused: [NaN, Infinity, -Infinity, "1", 1n, true, new Date(0), {}, [1]],
});

/** Every kind of column. */
export const COLUMN_SAMPLES: readonly ColumnSamples[] = [
  text("text", "TEXT"),
  text("string", "STRING"),
  {
    name: "integer",
    precision: "to the last digit",
    column: { type: "INTEGER" },
    samples: INTEGERS.map(same),
    refused: [0.5, NaN, Infinity, 2 ** 53, -(2 ** 53), "1", 1n, true, new Date(0), {}, [1]],
  },
  {
    name: "bigint",
    precision: "to the last digit",
    column: { type: "INTEGER", bigint: true },
    samples: [...BIGINTS.map(same), { give: 5, get: 5n }, { give: -7, get: -7n }],
    refused: [2n ** 63n, -(2n ** 63n) - 1n, 0.5, 2 ** 53, "1", true, new Date(0), {}],
  },
  real("number", "NUMBER"),
  real("real", "REAL"),
  {
    name: "boolean",
    column: { type: "BOOLEAN" },
    samples: [true, false].map(same),
    refused: [0, 1, "true", "", 1n, new Date(0), {}, []],
  },
  dates("date", { type: "DATE" }),
  dates("date_seconds", { type: "DATE", stored: "seconds" }),
  dates("date_sql", { type: "DATE", stored: "sql" }),
  times("datetime", { type: "DATETIME" }),
  times("datetime_milliseconds", { type: "DATETIME", stored: "milliseconds" }),
  times("datetime_sql", { type: "DATETIME", stored: "sql" }),
  {
    ...times("datetime_seconds", { type: "DATETIME", stored: "seconds" }),
    precision: "to the second",
    samples: DATE_TIMES.filter((time) => time.getTime() % 1000 === 0).map(same),
    refused: ["tomorrow", "2024-02-30T00:00:00Z", new Date(NaN), NaN, true],
  },
  {
    name: "json",
    column: { type: "JSON" },
    samples: [...OBJECTS, ...ARRAYS, "", "text", "null", "\u{1F600}", 0, -1.5, 1e300, true, false].map(same),
    refused: NO_JSON,
  },
  {
    name: "object",
    column: { type: "OBJECT" },
    samples: OBJECTS.map(same),
    refused: [[], "text", 1, true, ...NO_JSON],
  },
  {
    name: "array",
    column: { type: "ARRAY" },
    samples: ARRAYS.map(same),
    refused: [{}, "text", 1, true, ...NO_JSON],
  },
  {
    name: "blob",
    column: { type: "BLOB" },
    samples: BYTES.map(same),
    refused: ["bytes", 1, [1, 2], {}, new ArrayBuffer(2), new Date(0)],
  },
];

/** Whether a kind has values with an order, which JSON has not. */
export function isOrdered({ column }: ColumnSamples): boolean {
  return column.type !== "JSON" && column.type !== "OBJECT" && column.type !== "ARRAY";
}

function nested(depth: number): object {
  return depth === 0 ? { end: true } : { inner: [nested(depth - 1)] };
}

function circle(): object {
  const ring: Record<string, unknown> = {};
  ring["self"] = ring;
  return ring;
}

/** Those of a DATE column. */
function dates(name: string, column: ColumnDefinition): ColumnSamples {
  return {
    name,
    column,
    samples: [
      ...["2024-02-29", "1999-12-31", "0000-01-01", "0099-03-01", "9999-12-31"].map((each) => ({
        give: each,
        get: day(each),
      })),
      same(day("1970-01-01")),
      same(day("1969-12-31")),
      same(day("2038-01-19")),
    ],
    refused: [
      "2024-02-30",
      "2023-02-29",
      "2024-2-9",
      "tomorrow",
      "",
      new Date(NaN),
      new Date(1),
      new Date("+010000-01-01T00:00:00Z"),
      0,
      true,
      {},
    ],
  };
}

/** Those of a DATETIME column. */
function times(name: string, column: ColumnDefinition): ColumnSamples {
  return {
    name,
    precision: "to the millisecond",
    column,
    samples: [
      ...DATE_TIMES.map(same),
      { give: "2024-05-01T02:00:00.5+02:00", get: new Date("2024-05-01T00:00:00.500Z") },
      { give: "2024-05-02", get: day("2024-05-02") },
      { give: 1_700_000_000_123, get: new Date(1_700_000_000_123) },
    ],
    refused: [
      "2024-02-29T12:34:56",
      "2024-02-30T00:00:00Z",
      "2024-02-29T12:34:56.1234Z",
      "tomorrow",
      "",
      new Date(NaN),
      0.5,
      NaN,
      8.64e15,
      1n,
      true,
      {},
    ],
  };
}
