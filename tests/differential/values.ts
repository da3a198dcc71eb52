import fc from "fast-check";
import { type DataType, DataTypes, type ModelColumn } from "../../mod.ts";

// Few values of each type, so that conditions meet rows, and each of them one that some store is known to change.
const TEXTS = [
  "",
  "a",
  "A",
  "ab",
  "aB",
  "b",
  "é",
  "e\u0301",
  "ß",
  "İ",
  "z",
  "😀",
  "𐐀",
  "\uffff",
  "\uff5e",
  "a%b",
  "a_b",
  "%",
  "_",
  "\\",
  "'",
  '"',
  "`",
  "a b",
  "5",
  "5.0",
  "null",
  "NULL",
  "true",
  "[1]",
  '{"a":1}',
  "; DROP TABLE t",
]; // deno-fmt-ignore-line
const INTEGERS = [0, 1, -1, 2, 5, 10, 255, 2 ** 31, -(2 ** 31) - 1, 2 ** 53 - 1, -(2 ** 53) + 1];
const REALS = [0, 1, -1.5, 0.1, 0.2, 5, 1e21, -1e300, 5e-324, 2 ** 60, 1 / 3];
const BIGINTS = [0n, 1n, -1n, 5n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const DATES = ["0000-01-01", "1969-12-31", "1970-01-01", "2000-02-29", "2024-12-31", "9999-12-31"];
const TIMES = [0, -1, 1, 1_700_000_000_123, -62_167_219_200_000, 253_402_300_799_999, 951_782_400_000];
const BYTES = [[], [0], [0, 1], [1], [127], [128], [255], [255, 0], [97, 98]];
const JSON_VALUES = [
  {},
  [],
  0,
  1.5,
  "a",
  "",
  true,
  false,
  { a: 1 },
  { a: "1" },
  { a: null },
  { a: true, b: { c: "x" } },
  { a: 2, b: { c: "é", d: [1, "2", null] } },
  { b: { c: 5 }, list: [1, 2, 3] },
  { list: [] },
  { list: ["a", { x: 1 }] },
  { "0": "member", "a b": 1 },
  [1, "a", null, [2]],
  { a: 1e21, b: { c: 0.1 } },
  { a: "😀" },
];
const PATHS = ["a", "b.c", "b.d.1", "b", "list", "list.0", "list.1.x", "missing.deep", "0", "a b"];

/** A value of a column's type. */
export function valueOf(column: ModelColumn): fc.Arbitrary<unknown> {
  if (column.bigint === true) return fc.constantFrom(...BIGINTS);
  const json = fc.constantFrom<unknown>(...JSON_VALUES);
  const byType: Record<DataType, () => fc.Arbitrary<unknown>> = {
    TEXT: () => fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...TEXTS) }, storableText),
    STRING: () => fc.constantFrom(...TEXTS),
    INTEGER: () => fc.constantFrom(...INTEGERS),
    NUMBER: () => fc.constantFrom(...REALS),
    REAL: () => fc.constantFrom(...REALS),
    BOOLEAN: () => fc.boolean(),
    DATE: () => fc.constantFrom(...DATES).map((text) => new Date(`${text}T00:00:00.000Z`)),
    DATETIME: () => fc.constantFrom(...TIMES).map((ms) => new Date(ms)),
    JSON: () => json,
    OBJECT: () => json.filter((value) => typeof value === "object" && !Array.isArray(value)),
    ARRAY: () => json.filter(Array.isArray),
    BLOB: () => fc.constantFrom(...BYTES).map((bytes) => Uint8Array.from(bytes)),
  };
  return byType[column.type]();
}

const storableText = fc.string({ unit: "binary", maxLength: 4 }).filter((text) =>
  text.isWellFormed() && !text.includes("\0")
);

/** A condition on one column, or on a path into it. */
export function comparisonOf(name: string, column: ModelColumn): fc.Arbitrary<Record<string, unknown>> {
  const value = valueOf(column);
  const orNull = fc.option(value, { freq: 4, nil: null });
  const list = fc.oneof(
    { weight: 6, arbitrary: fc.array(orNull, { maxLength: 4 }) },
    // Longer than what a store takes as single values.
    { weight: 1, arbitrary: fc.array(value, { minLength: 120, maxLength: 200 }) },
  );
  const equality = [
    orNull.map((each) => ({ $eq: each })),
    orNull.map((each) => ({ $ne: each })),
    list.map((each) => ({ $in: each })),
    list.map((each) => ({ $notIn: each })),
  ];
  const whole = (operators: fc.Arbitrary<Record<string, unknown>>) =>
    fc.oneof(
      { weight: 5, arbitrary: operators.map((each) => ({ [name]: each })) },
      { weight: 1, arbitrary: operators.map((each) => ({ [name]: { $not: each } })) },
    );
  if (isJSON(column)) {
    return fc.oneof(
      { weight: 1, arbitrary: whole(fc.oneof(...equality)) },
      { weight: 3, arbitrary: pathComparison(name) },
    );
  }
  const ordered = [
    value.map((each) => ({ $gt: each })),
    value.map((each) => ({ $gte: each })),
    value.map((each) => ({ $lt: each })),
    value.map((each) => ({ $lte: each })),
    fc.tuple(value, value).map((each) => ({ $between: each })),
    fc.tuple(value, value).map(([low, high]) => ({ $gt: low, $lte: high })),
  ];
  const plain = orNull.map((each) => ({ [name]: each }));
  const texts = column.type === "TEXT" || column.type === "STRING" ? [textMatch] : [];
  return fc.oneof(plain, whole(fc.oneof(...equality, ...ordered, ...texts)));
}

const pattern = fc.array(fc.constantFrom("a", "B", "%", "_", "\\%", "\\_", "\\\\", "é", "😀", " "), {
  maxLength: 5,
})
  .map((parts) => parts.join(""));
const textMatch: fc.Arbitrary<Record<string, unknown>> = fc.oneof(
  pattern.map((each) => ({ $like: each })),
  fc.constantFrom(...TEXTS).map((each) => ({ $startsWith: each })),
  fc.constantFrom(...TEXTS).map((each) => ({ $endsWith: each })),
  fc.constantFrom(...TEXTS).map((each) => ({ $contains: each })),
);

function pathComparison(name: string): fc.Arbitrary<Record<string, unknown>> {
  const scalar = fc.constantFrom<unknown>(
    0,
    1,
    1.5,
    2,
    5,
    1e21,
    0.1,
    "a",
    "1",
    "x",
    "é",
    "",
    "member",
    "😀",
    true,
    false,
  );
  const number = fc.constantFrom(0, 1, 1.5, 2, 5, 1e21);
  const text = fc.constantFrom("", "a", "x", "é", "1");
  const operators = fc.oneof(
    fc.option(scalar, { freq: 4, nil: null }).map((each) => ({ $eq: each })),
    fc.option(scalar, { freq: 4, nil: null }).map((each) => ({ $ne: each })),
    fc.array(fc.option(scalar, { freq: 4, nil: null }), { maxLength: 4 }).map((each) => ({ $in: each })),
    fc.array(scalar, { maxLength: 4 }).map((each) => ({ $notIn: each })),
    fc.oneof(number, text).map((each) => ({ $gt: each })),
    fc.oneof(number, text).map((each) => ({ $lte: each })),
    fc.tuple(number, number).map((each) => ({ $between: each })),
    fc.tuple(text, text).map((each) => ({ $between: each })),
    textMatch,
  );
  return fc.tuple(fc.constantFrom(...PATHS), operators).map(([path, each]) => ({
    [`${name}.${path}`]: each,
  }));
}

/** Whether a column holds JSON. */
export function isJSON({ type }: ModelColumn): boolean {
  return type === DataTypes.JSON || type === DataTypes.OBJECT || type === DataTypes.ARRAY;
}
