import { assertEquals, assertThrows } from "@std/assert";
import { compareValues, matches, type TableSchema, ValidationError } from "../../../mod.ts";
import { describe, test } from "../../support/runner.ts";

const schema: TableSchema = {
  id: { type: "INTEGER", primaryKey: true },
  name: { type: "TEXT" },
  at: { type: "DATETIME" },
  data: { type: "JSON" },
};
const rows = [
  { id: 1, name: "Ada", at: new Date(5), data: { a: [1, { b: 2 }] } },
  { id: 2, name: null, at: null, data: null },
  { id: 3, name: "a😀a", at: new Date(7), data: [] },
];
const idsOf = (where: Record<string, unknown>) => rows.filter(matches(schema, where)).map(({ id }) => id);

describe("matches:", () => {
  test("a condition as a driver gets it means what it means on every store", () => {
    assertEquals(idsOf({}), [1, 2, 3]);
    assertEquals(idsOf({ name: { $like: "A_A" } }), [1, 3]);
    assertEquals(idsOf({ $not: { name: "Ada" } }), [2, 3]);
    assertEquals(idsOf({ name: null }), [2]);
    assertEquals(idsOf({ $or: [{ at: { $gt: new Date(5) } }, { "data.a.1.b": 2 }] }), [1, 3]);
  });

  test("a column or operator that is not known is refused", () => {
    assertThrows(() => matches(schema, { nam: 1 }), ValidationError, "nam");
    assertThrows(() => matches(schema, { name: { $regex: "a" } }), ValidationError, "$regex");
  });
});

describe("compareValues:", () => {
  test("null comes first, then values by what they are", () => {
    const sorted = (type: "TEXT" | "INTEGER" | "DATE" | "BLOB", values: unknown[]) =>
      values.sort((a, b) => compareValues({ type }, a, b));
    assertEquals(sorted("TEXT", ["b", "😀", "\uffff", null]), [null, "b", "\uffff", "😀"]);
    assertEquals(sorted("INTEGER", [10, 9, null, -1]), [null, -1, 9, 10]);
    assertEquals(sorted("DATE", [new Date(1), new Date(0)]), [new Date(0), new Date(1)]);
    assertEquals(sorted("BLOB", [Uint8Array.of(2), Uint8Array.of(1, 9)]), [
      Uint8Array.of(1, 9),
      Uint8Array.of(2),
    ]);
  });
});
