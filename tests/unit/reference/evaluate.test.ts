import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { ValidationError } from "../../../src/errors/mod.ts";
import { compilePredicate } from "../../../src/reference/evaluate.ts";
import { describe, test } from "../../support/runner.ts";
import { matching, passing, tableOf } from "./support.ts";

const text = tableOf({ v: { type: "TEXT" } });
const integer = tableOf({ v: { type: "INTEGER" } });
const big = tableOf({ v: { type: "INTEGER", bigint: true } });
const datetime = tableOf({ v: { type: "DATETIME" } });
const blob = tableOf({ v: { type: "BLOB" } });
const flag = tableOf({ v: { type: "BOOLEAN" } });
const json = tableOf({ v: { type: "JSON" } });

describe("compilePredicate on a column", () => {
  const values = [null, 1, 2, 3];

  test("equality is null-safe", () => {
    assertEquals(passing(integer, 2, values), [2]);
    assertEquals(passing(integer, { $eq: 2 }, values), [2]);
    assertEquals(passing(integer, null, values), [null]);
    assertEquals(passing(integer, { $ne: 2 }, values), [null, 1, 3]);
    assertEquals(passing(integer, { $ne: null }, values), [1, 2, 3]);
  });

  test("order comparisons are false on null, and their complements true", () => {
    assertEquals(passing(integer, { $gt: 2 }, values), [3]);
    assertEquals(passing(integer, { $gte: 2 }, values), [2, 3]);
    assertEquals(passing(integer, { $lt: 2 }, values), [1]);
    assertEquals(passing(integer, { $lte: 2 }, values), [1, 2]);
    assertEquals(passing(integer, { $between: [2, 3] }, values), [2, 3]);
    assertEquals(passing(integer, { $between: [3, 2] }, values), []);
    assertEquals(passing(integer, { $not: { $gt: 2 } }, values), [null, 1, 2]);
    assertEquals(passing(integer, { $not: { $between: [2, 3] } }, values), [null, 1]);
  });

  test("lists hold null only when it is listed", () => {
    assertEquals(passing(integer, { $in: [1, 3] }, values), [1, 3]);
    assertEquals(passing(integer, { $in: [1, null] }, values), [null, 1]);
    assertEquals(passing(integer, { $in: [null] }, values), [null]);
    assertEquals(passing(integer, { $in: [] }, values), []);
    assertEquals(passing(integer, { $notIn: [] }, values), values);
    assertEquals(passing(integer, { $nin: [1] }, values), [null, 2, 3]);
    assertEquals(passing(integer, { $notIn: [1, null] }, values), [2, 3]);
  });

  test("lists of any length are quick", () => {
    const list = Array.from({ length: 200_000 }, (_, i) => i * 2);
    const many = Array.from({ length: 10_000 }, (_, i) => i);
    assertEquals(passing(integer, { $in: list }, many).length, 5_000);
  });

  test("text matches are false on null", () => {
    const words = [null, "", "Ada", "ada", "a%b", "Bob"];
    assertEquals(passing(text, { $like: "a%" }, words), ["Ada", "ada", "a%b"]);
    assertEquals(passing(text, { $like: "%" }, words), ["", "Ada", "ada", "a%b", "Bob"]);
    assertEquals(passing(text, { $not: { $like: "%" } }, words), [null]);
    assertEquals(passing(text, { $startsWith: "a" }, words), ["ada", "a%b"]);
    assertEquals(passing(text, { $endsWith: "b" }, words), ["a%b", "Bob"]);
    assertEquals(passing(text, { $contains: "%" }, words), ["a%b"]);
    assertEquals(passing(text, { $contains: "" }, words), ["", "Ada", "ada", "a%b", "Bob"]);
  });

  test("text is compared by code point", () => {
    assertEquals(passing(text, { $gt: "\ue000" }, ["a", "\ue000", "😀", null]), ["😀"]);
    assertEquals(passing(text, { $lt: "😀" }, ["a", "\ue000", "😀", null]), ["a", "\ue000"]);
  });

  test("bigints are compared exactly, also with safe integers", () => {
    const bigs = [-(2n ** 63n), 5n, 2n ** 53n, 2n ** 53n + 1n, null];
    assertEquals(passing(big, 2n ** 53n, bigs), [2n ** 53n]);
    assertEquals(passing(big, { $gt: 2n ** 53n }, bigs), [2n ** 53n + 1n]);
    assertEquals(passing(big, 5, bigs), [5n]);
    assertEquals(passing(big, { $in: [5, 2n ** 53n + 1n] }, bigs), [5n, 2n ** 53n + 1n]);
  });

  test("dates are compared by time, bytes by content, booleans by value", () => {
    const dates = [new Date(1), new Date(2), null];
    assertEquals(passing(datetime, new Date(2), dates), [new Date(2)]);
    assertEquals(passing(datetime, { $in: [new Date(1)] }, dates), [new Date(1)]);
    assertEquals(passing(datetime, { $lt: new Date(2) }, dates), [new Date(1)]);
    const bytes = [new Uint8Array([1]), new Uint8Array([1, 2]), new Uint8Array(), null];
    assertEquals(passing(blob, new Uint8Array([1, 2]), bytes), [new Uint8Array([1, 2])]);
    assertEquals(passing(blob, { $in: [new Uint8Array(), new Uint8Array([1])] }, bytes), [
      new Uint8Array([1]),
      new Uint8Array(),
    ]);
    assertEquals(passing(blob, { $gte: new Uint8Array([1]) }, bytes), [
      new Uint8Array([1]),
      new Uint8Array([1, 2]),
    ]);
    assertEquals(passing(flag, { $gt: false }, [true, false, null]), [true]);
    assertEquals(passing(flag, { $ne: true }, [true, false, null]), [false, null]);
  });

  test("whole JSON values are equal by value, whatever the order of members", () => {
    const values = [{ a: 1, b: 2 }, { b: 2, a: 1 }, [1, "1"], "x", 1, true, null];
    assertEquals(passing(json, { $eq: { a: 1, b: 2 } }, values), [{ a: 1, b: 2 }, { b: 2, a: 1 }]);
    assertEquals(passing(json, { $in: [{ b: 2, a: 1 }] }, values), [{ a: 1, b: 2 }, { b: 2, a: 1 }]);
    assertEquals(passing(json, { $eq: { a: 1 } }, values), []);
    assertEquals(passing(json, { $eq: { a: 1, b: 2, c: null } }, values), []);
    assertEquals(passing(json, { $eq: [1, "1"] }, values), [[1, "1"]]);
    assertEquals(passing(json, { $in: ["x", 1] }, values), ["x", 1]);
    assertEquals(passing(json, { $ne: true }, values), [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
      [1, "1"],
      "x",
      1,
      null,
    ]);
    assertEquals(passing(json, null, values), [null]);
  });

  test("an unknown column is refused", () => {
    const predicate = { kind: "null", column: "constructor", path: null } as const;
    assertThrows(() => compilePredicate(integer, predicate, []), ValidationError);
  });
});

describe("compilePredicate with logic", () => {
  const rows = [{ id: 1, v: null }, { id: 2, v: 1 }, { id: 3, v: 2 }];
  const ids = (where: unknown) => matching(integer, where, rows).map(({ id }) => id);

  test("empty AND is true, empty OR false", () => {
    assertEquals(ids({}), [1, 2, 3]);
    assertEquals(ids({ $and: [] }), [1, 2, 3]);
    assertEquals(ids({ $or: [] }), []);
    assertEquals(ids({ $not: { $or: [] } }), [1, 2, 3]);
    assertEquals(ids({ $not: {} }), []);
  });

  test("AND, OR and NOT nest", () => {
    assertEquals(ids({ $or: [{ v: 1 }, { v: null }] }), [1, 2]);
    assertEquals(ids({ $and: [{ id: { $gt: 1 } }, { $or: [{ v: 2 }, { id: 1 }, { id: 2 }] }] }), [2, 3]);
    assertEquals(ids({ id: { $gt: 1, $lt: 3 }, v: 1 }), [2]);
    assertEquals(ids({ $not: { $and: [{ id: { $gte: 2 } }, { v: { $gte: 2 } }] } }), [1, 2]);
  });
});

describe("compilePredicate on a JSON path", () => {
  const values = [
    { a: { b: 1 }, list: [10, { x: "y" }], "0": "zero" },
    { a: { b: "1" }, list: { "0": 10 } },
    { a: { b: null } },
    { a: { b: true } },
    [[5], 6],
    "text",
    null,
  ];
  const found = (where: Record<string, unknown>) =>
    matching(json, where, values.map((v, id) => ({ id, v }))).map(({ id }) => id);

  test("equality is by type and value", () => {
    assertEquals(found({ "v.a.b": 1 }), [0]);
    assertEquals(found({ "v.a.b": "1" }), [1]);
    assertEquals(found({ "v.a.b": true }), [3]);
    assertEquals(found({ "v.a.b": { $ne: 1 } }), [1, 2, 3, 4, 5, 6]);
    assertEquals(found({ "v.a.b": { $in: [1, true] } }), [0, 3]);
    assertEquals(found({ "v.a.b": { $notIn: [1, true, null] } }), [1]);
  });

  test("nothing at the path is null, and so is a JSON null", () => {
    assertEquals(found({ "v.a.b": null }), [2, 4, 5, 6]);
    assertEquals(found({ "v.a": { $ne: null } }), [0, 1, 2, 3]);
    assertEquals(found({ "v.a.b.c": { $ne: null } }), []);
  });

  test("comparisons see only values of the operand's type", () => {
    assertEquals(found({ "v.a.b": { $gte: 0 } }), [0]);
    assertEquals(found({ "v.a.b": { $gte: "" } }), [1]);
    assertEquals(found({ "v.a.b": { $between: [1, 2] } }), [0]);
    assertEquals(found({ "v.a.b": { $not: { $gte: 0 } } }), [1, 2, 3, 4, 5, 6]);
    assertEquals(found({ "v.a.b": { $like: "_" } }), [1]);
    assertEquals(found({ "v.list.1.x": { $startsWith: "y" } }), [0]);
  });

  test("a whole number is an index of arrays and a member of objects, a name a member of objects only", () => {
    assertEquals(found({ "v.list.0": 10 }), [0, 1]);
    assertEquals(found({ "v.0": { $ne: null } }), [0, 4]);
    assertEquals(found({ "v.0": "zero" }), [0]);
    assertEquals(found({ "v.0.0": 5 }), [4]);
    assertEquals(found({ "v.length": { $ne: null } }), []);
    assertEquals(found({ "v.list.length": { $ne: null } }), []);
  });

  test("a name is an own member, never an inherited one", () => {
    assertEquals(found({ "v.constructor": { $ne: null } }), []);
    assertEquals(found({ "v.toString.name": { $ne: null } }), []);
    assertEquals(found({ "v.a.hasOwnProperty": { $ne: null } }), []);
  });
});

describe("compilePredicate for any condition", () => {
  const table = tableOf({
    n: { type: "REAL" },
    t: { type: "TEXT" },
    d: { type: "DATETIME" },
    b: { type: "BLOB" },
    f: { type: "BOOLEAN" },
    j: { type: "JSON" },
  });
  const date = fc.constantFrom(new Date(0), new Date(1), new Date(86_400_000));
  const bytes = fc.uint8Array({ maxLength: 2, max: 2 });
  const word = fc.string({ unit: fc.constantFrom("a", "B", "%", "_", "😀"), maxLength: 3 });
  const number = fc.constantFrom(-1, 0, 0.5, 1, 2);
  const scalar = fc.oneof(number, word, fc.boolean());
  const document = fc.oneof(
    scalar,
    fc.record({ k: fc.option(scalar), l: fc.array(scalar, { maxLength: 2 }) }, { requiredKeys: [] }),
  );
  const row = fc.record({
    id: fc.integer(),
    n: fc.option(number),
    t: fc.option(word),
    d: fc.option(date),
    b: fc.option(bytes),
    f: fc.option(fc.boolean()),
    j: fc.option(document),
  });

  const nullable = <T>(column: string, value: fc.Arbitrary<T>) =>
    fc.oneof(
      fc.option(value).map((operand) => ({ [column]: { $eq: operand } })),
      fc.option(value).map((operand) => ({ [column]: { $ne: operand } })),
      fc.array(fc.option(value), { maxLength: 3 }).map((list) => ({ [column]: { $in: list } })),
      fc.array(fc.option(value), { maxLength: 3 }).map((list) => ({ [column]: { $notIn: list } })),
    );
  const ordered = <T>(column: string, value: fc.Arbitrary<T>) =>
    fc.oneof(
      nullable(column, value),
      fc.tuple(fc.constantFrom("$gt", "$gte", "$lt", "$lte"), value).map(([op, operand]) => ({
        [column]: { [op]: operand },
      })),
      fc.tuple(value, value).map(([low, high]) => ({ [column]: { $between: [low, high] } })),
    );
  const textual = (column: string) =>
    fc.tuple(fc.constantFrom("$like", "$startsWith", "$endsWith", "$contains"), word)
      .map(([op, operand]) => ({ [column]: { [op]: operand } }));
  const leaf = fc.oneof(
    ordered("n", number),
    ordered("t", word),
    ordered("d", date),
    ordered("b", bytes),
    ordered("f", fc.boolean()),
    nullable("j", document),
    nullable("j.k", scalar),
    ordered("j.l.0", number),
    ordered("j.k", word),
    textual("t"),
    textual("j.k"),
  );
  const { condition } = fc.letrec<{ condition: object }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.array(tie("condition"), { maxLength: 3 }).map(($and) => ({ $and })),
      fc.array(tie("condition"), { maxLength: 3 }).map(($or) => ({ $or })),
      tie("condition").map(($not) => ({ $not })),
    ),
  }));

  test("a condition and its complement part any rows", () => {
    fc.assert(
      fc.property(condition, fc.array(row, { maxLength: 8 }), (where, rows) => {
        const [yes, no] = [matching(table, where, rows), matching(table, { $not: where }, rows)];
        assertEquals(rows.filter((each) => !yes.includes(each)), no);
      }),
      { numRuns: 1_000 },
    );
  });

  test("De Morgan's laws hold", () => {
    fc.assert(fc.property(condition, condition, fc.array(row, { maxLength: 8 }), (p, q, rows) => {
      assertEquals(
        matching(table, { $not: { $and: [p, q] } }, rows),
        matching(table, { $or: [{ $not: p }, { $not: q }] }, rows),
      );
    }));
  });
});
