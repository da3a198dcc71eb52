import { assertEquals } from "@std/assert";
import type { Capabilities, DriverWhere } from "../../../src/contract/mod.ts";
import { readWhere } from "../../../src/query/where_reader.ts";
import { Table } from "../../../src/schema/table.ts";
import { Pushdown } from "../../../src/store/pushdown.ts";
import { RowCodec } from "../../../src/store/row_codec.ts";
import { describe, test } from "../../support/runner.ts";
import { key } from "./support.ts";

const table = new Table("t", {
  id: key,
  a: { type: "TEXT" },
  n: { type: "INTEGER" },
  ok: { type: "BOOLEAN" },
  at: { type: "DATETIME" },
  big: { type: "INTEGER", bigint: true },
  bytes: { type: "BLOB" },
  json: { type: "JSON" },
});

/** What a driver that declares this is asked for, and whether something is left over. */
function split(declared: Capabilities, where: unknown): readonly [DriverWhere | undefined, boolean] {
  const pushdown = new Pushdown(table, declared, new RowCodec(table, "test", declared.nativeTypes ?? []));
  const { predicate, params } = readWhere(table, where, false);
  const result = pushdown.split(predicate, params);
  return [result.where, result.residual !== null];
}

describe("Pushdown.split for a driver that declares nothing", () => {
  const nothing = (where: unknown) => split({}, where);

  test("pushes equality of scalars, encoded", () => {
    assertEquals(nothing({ a: "x" }), [{ a: "x" }, false]);
    assertEquals(nothing({ a: "x", n: { $eq: 1 }, ok: false }), [{ a: "x", n: 1, ok: false }, false]);
    assertEquals(nothing({ at: new Date(0) }), [{ at: "1970-01-01T00:00:00.000Z" }, false]);
    assertEquals(nothing({ big: 5n, bytes: Uint8Array.from([255]) }), [{ big: "5", bytes: "/w==" }, false]);
    assertEquals(nothing({ $and: [{ a: "x" }, { $and: [{ n: 1 }] }] }), [{ a: "x", n: 1 }, false]);
  });

  test("pushes a list of one value as an equality", () => {
    assertEquals(nothing({ n: { $in: [3] } }), [{ n: 3 }, false]);
    assertEquals(nothing({ big: { $in: [3n] } }), [{ big: "3" }, false]);
    assertEquals(nothing({ n: { $in: [3, null] } }), [undefined, true]);
    assertEquals(nothing({ n: { $in: [3, 4] } }), [undefined, true]);
    assertEquals(nothing({ n: { $in: [] } }), [undefined, true]);
    assertEquals(nothing({ json: { $in: ["x"] } }), [undefined, true]);
  });

  test("pushes nothing else", () => {
    for (
      const where of [
        { a: null },
        { a: { $ne: "x" } },
        { a: { $like: "x%" } },
        { n: { $gt: 1 } },
        { n: { $between: [1, 2] } },
        { json: { $eq: "x" } },
        { json: { a: 1 } },
        { "json.a": 1 },
        { $or: [{ a: "x" }] },
        { $not: { a: "x" } },
      ]
    ) {
      assertEquals(nothing(where), [undefined, true], JSON.stringify(where));
      assertEquals(nothing({ $and: [{ n: 2 }, where] }), [{ n: 2 }, true], JSON.stringify(where));
    }
  });

  test("pushes one of two equalities of one column", () => {
    assertEquals(nothing({ $and: [{ a: "x" }, { a: "y" }] }), [{ a: "x" }, true]);
  });

  test("asks for everything without a condition", () => {
    assertEquals(nothing({}), [undefined, false]);
    assertEquals(nothing({ $and: [] }), [undefined, false]);
  });
});

describe("Pushdown.split by what is declared", () => {
  test("pushes the operators named, one a column", () => {
    const some = { operators: ["$gt", "$eq", "$in", "$like"] } as const;
    assertEquals(split(some, { n: { $gt: 1 }, a: null }), [{ n: { $gt: 1 }, a: { $eq: null } }, false]);
    assertEquals(split(some, { n: { $gt: 1, $lt: 9 } }), [{ n: { $gt: 1 } }, true]);
    assertEquals(split(some, { n: { $in: [1, null] }, a: { $like: "_" } }), [
      { n: { $in: [1, null] }, a: { $like: "_" } },
      false,
    ]);
    assertEquals(split(some, { a: { $ne: null } }), [undefined, true]);
    assertEquals(split(some, { n: { $notIn: [1] } }), [undefined, true]);
    assertEquals(split(some, { json: { $eq: { a: 1 } } }), [{ json: { $eq: { a: 1 } } }, false]);
    assertEquals(split({ operators: ["$ne", "$notIn"] }, { a: { $ne: "x" }, n: { $notIn: [1, 2] } }), [
      { a: { $ne: "x" }, n: { $notIn: [1, 2] } },
      false,
    ]);
  });

  test("pushes logic only when all of it can be pushed", () => {
    const logic = { logic: true, operators: ["$gt"] } as const;
    assertEquals(split(logic, { $or: [{ a: "x" }, { n: { $gt: 1 } }] }), [{
      $or: [{ a: "x" }, { n: { $gt: 1 } }],
    }, false]);
    assertEquals(split(logic, { $or: [{ a: "x" }, { n: { $lt: 1 } }] }), [undefined, true]);
    assertEquals(split(logic, { $not: { n: { $gt: 1 } } }), [{ $not: { n: { $gt: 1 } } }, false]);
    assertEquals(split(logic, { $not: { a: "x" } }), [undefined, true]);
    assertEquals(split(logic, { $and: [{ $or: [] }, { $or: [{ a: "x" }, { a: "y" }] }] }), [
      { $and: [{ $or: [] }, { $or: [{ a: "x" }, { a: "y" }] }] },
      false,
    ]);
    assertEquals(split(logic, { n: { $gt: 1 }, $and: [{ n: 2 }] }), [
      { $and: [{ n: { $gt: 1 } }, { n: 2 }] },
      false,
    ]);
  });

  test("pushes JSON paths", () => {
    const where = { "json.a.0": "x", "json.b": { $gt: 1 } };
    assertEquals(split({ operators: ["$eq", "$gt"] }, where), [undefined, true]);
    assertEquals(split({ operators: ["$eq", "$gt"], jsonPaths: true }, where), [
      { "json.a.0": { $eq: "x" }, "json.b": { $gt: 1 } },
      false,
    ]);
    assertEquals(split({ jsonPaths: true }, where), [undefined, true]);
  });

  test("pushes order comparisons of encoded values only where the text sorts alike", () => {
    const ranges = { operators: ["$gt", "$between"] } as const;
    const at = new Date(0);
    assertEquals(split(ranges, { at: { $gt: at } }), [{ at: { $gt: "1970-01-01T00:00:00.000Z" } }, false]);
    assertEquals(split(ranges, { big: { $gt: 1n } }), [undefined, true]);
    assertEquals(split(ranges, { bytes: { $between: [Uint8Array.of(), Uint8Array.of(1)] } }), [
      undefined,
      true,
    ]);
    const native = { ...ranges, nativeTypes: ["date", "bigint", "bytes"] } as const;
    assertEquals(split(native, { at: { $gt: at }, big: { $gt: 1n } }), [
      { at: { $gt: at }, big: { $gt: 1n } },
      false,
    ]);
  });

  test("pushes equality of native values that are no scalars only with $eq", () => {
    const nativeTypes = ["date", "bigint"] as const;
    assertEquals(split({ nativeTypes }, { at: new Date(0), big: 1n, n: 1 }), [{ n: 1 }, true]);
    assertEquals(split({ nativeTypes, operators: ["$eq"] }, { at: new Date(0), big: 1n }), [
      { at: { $eq: new Date(0) }, big: { $eq: 1n } },
      false,
    ]);
  });
});

describe("Pushdown.canOrder", () => {
  const can = (declared: Capabilities, ...columns: string[]): boolean =>
    new Pushdown(table, declared, new RowCodec(table, "test", declared.nativeTypes ?? []))
      .canOrder(columns.map((name) => [name, "ASC"]));

  test("needs the declaration and an order that encoding keeps", () => {
    assertEquals(can({}, "a"), false);
    assertEquals(can({ orderBy: true }, "a", "n", "ok", "at", "id"), true);
    assertEquals(can({ orderBy: true }, "a", "big"), false);
    assertEquals(can({ orderBy: true }, "bytes"), false);
    assertEquals(can({ orderBy: true, nativeTypes: ["bigint", "bytes"] }, "bytes", "big"), true);
  });
});
