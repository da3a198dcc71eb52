import type { TableSchema } from "../../../src/contract/mod.ts";
import type { Random } from "../../support/random.ts";

/** A table with a column of every kind, nullable or not. */
export const everyKind: TableSchema = {
  id: { type: "INTEGER", primaryKey: true },
  word: { type: "TEXT" },
  must: { type: "TEXT", notNull: true },
  whole: { type: "INTEGER" },
  count: { type: "INTEGER", notNull: true },
  big: { type: "INTEGER", bigint: true },
  real: { type: "REAL" },
  flag: { type: "BOOLEAN" },
  day: { type: "DATE" },
  time: { type: "DATETIME" },
  json: { type: "JSON" },
  blob: { type: "BLOB" },
};

const WORDS = [
  "",
  "a",
  "A",
  "ab",
  "aB",
  "b%",
  "a_b",
  "a\\b",
  "é",
  "É",
  "😀",
  "😀x",
  "x😀",
  "\ud7ff",
  "\ue000",
  "\u{10ffff}",
  "'",
  '"',
  "`",
];
const NUMBERS = [-1, 0, 1, 1.5, 2, 10, 0.1, 0.30000000000000004, 1e21, 9007199254740991, 440575587930138430];
const BIGS = [-(2n ** 63n), -1n, 0n, 1n, 9007199254740993n, 2n ** 63n - 1n];
const DAYS = ["0000-01-01", "1969-12-31", "2024-02-29", "9999-12-31"];
const TIMES = [-62_167_219_200_000, -1, 0, 1_700_000_000_123, 253_402_300_799_999];
const BLOBS = [[], [0], [0, 1], [255], [1, 2, 3]];
const INSIDE = ["x", "", "10", 10, 1.5, -3, 1e21, true, false, "true", "null", "é😀", 440575587930138430];

function pick<T>(random: Random, list: readonly T[]): T {
  return list[random.int(list.length)] as T;
}

function jsonValue(random: Random, depth: number): unknown {
  switch (random.int(depth > 2 ? 2 : 5)) {
    case 0:
      return pick(random, INSIDE);
    case 1:
      return depth === 0 ? pick(random, INSIDE) : null;
    case 2:
      return Array.from({ length: random.int(4) }, () => jsonValue(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from(
          { length: random.int(4) },
          () => [pick(random, ["a", "b", "c d", "ü"]), jsonValue(random, depth + 1)],
        ),
      );
  }
}

/** A value of a column that is not null. */
export function randomValue(random: Random, column: string): unknown {
  switch (column) {
    case "word":
    case "must":
      return pick(random, WORDS);
    case "whole":
    case "count":
    case "id":
      return pick(random, [-1, 0, 1, 2, 3, 9007199254740991]);
    case "big":
      return pick(random, BIGS);
    case "real":
      return pick(random, NUMBERS);
    case "flag":
      return random.int(2) === 0;
    case "day":
      return new Date(`${pick(random, DAYS)}T00:00:00Z`);
    case "time":
      return new Date(pick(random, TIMES));
    case "json":
      return jsonValue(random, 0);
    default:
      return new Uint8Array(pick(random, BLOBS));
  }
}

/** A row; `id` is given. */
export function randomRow(random: Random, id: number): Record<string, unknown> {
  const row: Record<string, unknown> = { id };
  for (const name of Object.keys(everyKind)) {
    if (name === "id") continue;
    row[name] = everyKind[name]?.notNull !== true && random.oneIn(4) ? null : randomValue(random, name);
  }
  return row;
}

const PATHS = [
  "json.a",
  "json.b",
  "json.0",
  "json.1",
  "json.a.b",
  "json.a.0",
  "json.c d",
  "json.ü.1",
  "json.a.a.a",
];

/** A condition in the form drivers are given. */
export function randomWhere(random: Random, depth = 0): Record<string, unknown> {
  if (depth < 4 && random.oneIn(3)) {
    const items = Array.from({ length: random.int(4) }, () => randomWhere(random, depth + 1));
    return pick(random, [{ $and: items }, { $or: items }, { $not: randomWhere(random, depth + 1) }]);
  }
  const comparisons = Array.from({ length: 1 + random.int(depth === 0 ? 3 : 1) }, () => comparison(random));
  return Object.fromEntries(comparisons);
}

function comparison(random: Random): [string, unknown] {
  if (random.oneIn(3)) return [pick(random, PATHS), pathOperator(random)];
  const column = pick(random, Object.keys(everyKind));
  const value = () => randomValue(random, column);
  const list = () =>
    Array.from(
      { length: random.int(4) },
      () => everyKind[column]?.notNull !== true && random.oneIn(5) ? null : value(),
    );
  const equal = [{ $eq: value() }, { $ne: value() }, { $in: list() }, { $notIn: list() }, { $eq: null }, {
    $ne: null,
  }];
  if (column === "json") return [column, pick(random, equal)];
  const order = [
    { $gt: value() },
    { $gte: value() },
    { $lt: value() },
    { $lte: value() },
    { $between: [value(), value()] },
  ];
  const text = column === "word" || column === "must" ? textOperators(random) : [];
  return [column, pick(random, [...equal, ...order, ...text, ...text])];
}

function pathOperator(random: Random): unknown {
  const value = () => pick(random, INSIDE);
  const ordered = pick(random, [["x", "", "10", "é😀"], [10, 1.5, -3, 1e21, 440575587930138430]]);
  const operand = () => pick(random, ordered as unknown[]);
  return pick(random, [
    { $eq: value() },
    { $ne: value() },
    { $eq: null },
    { $ne: null },
    { $in: [value(), value(), ...(random.oneIn(3) ? [null] : [])] },
    { $notIn: [value(), value(), ...(random.oneIn(3) ? [null] : [])] },
    { $gt: operand() },
    { $gte: operand() },
    { $lt: operand() },
    { $lte: operand() },
    { $between: [operand(), operand()] },
    ...textOperators(random),
  ]);
}

function textOperators(random: Random): unknown[] {
  const text = () => pick(random, WORDS);
  return [
    { $like: pick(random, ["%", "a%", "%b", "_", "__", "A_B", "a\\_b", "a\\\\b", "%😀%", "é", "%\\%%", ""]) },
    { $startsWith: text() },
    { $endsWith: text() },
    { $contains: text() },
  ];
}
