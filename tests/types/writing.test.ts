import { assertEquals, assertThrows } from "@std/assert";
import { DataTypes, ORM, ValidationError } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { describe, test } from "../support/runner.ts";

const orm = new ORM({ driver: new MemoryDriver() });
const Stock = orm.define("app", "stock", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  sku: { type: DataTypes.TEXT, notNull: true, unique: true },
  n: { type: DataTypes.INTEGER, notNull: true },
  note: { type: DataTypes.TEXT },
  state: { type: DataTypes.TEXT, notNull: true, values: ["open", "shut"], default: "open" },
  at: { type: DataTypes.DATETIME, notNull: true, default: () => new Date(0) },
});

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_proof: Equal<A, B>): void {}

describe("types of writing:", () => {
  test("update and delete give numbers, and rows with `returning`", () => {
    const count = Stock.update({ n: 1 }, { id: 1 });
    same<typeof count, number>(true);
    const rows = Stock.update({ n: (s) => s.n.plus(1) }, { id: 1 }, { returning: true });
    same<typeof rows, (typeof Stock.$row)[]>(true);
    const gone = Stock.delete({ id: 1 }, { returning: true });
    same<typeof gone, (typeof Stock.$row)[]>(true);
    same<(typeof gone)[number]["state"], "open" | "shut">(true);
    // @ts-expect-error a misspelt option
    const option = () => Stock.update({ n: 1 }, { id: 1 }, { returned: true });
    // @ts-expect-error the values are still checked
    const value = () => Stock.update({ n: "1" }, { id: 1 }, { returning: true });
    // @ts-expect-error and so is the condition
    const where = () => Stock.delete({ idd: 1 }, { returning: true });
    assertEquals([option, value, where].length, 3);
  });

  test("upsert and findOrCreate take functions of (old, given) that fit their column", () => {
    const row = Stock.upsert({ sku: "a", n: 1 }, { update: { n: (old, given) => old.n.plus(given.n) } });
    same<typeof row, typeof Stock.$row>(true);
    Stock.upsert({ sku: "a", n: 1 }, {
      conflict: ["sku"],
      update: { note: (_, given) => given.note, state: "shut" },
      where: (old, given) => given.at.gt(old.at),
    });
    const named = () =>
      Stock.upsert({ sku: "a", n: 1 }, {
        conflict: "by_name",
        update: ["n", "note"],
        where: { state: "open" },
      });
    assertThrows(named, ValidationError, "by_name");
    const found = Stock.findOrCreate({ sku: "b", n: 1 }, { conflict: ["sku"] });
    same<typeof found, { readonly row: typeof Stock.$row; readonly created: boolean }>(true);
    const rows = Stock.bulkUpsert([{ sku: "a", n: 1 }], {
      update: { n: (old, given) => old.n.plus(given.n) },
    });
    same<typeof rows, (typeof Stock.$row)[]>(true);
    // @ts-expect-error a row without a column it needs
    const needs = () => Stock.bulkUpsert([{ sku: "a" }], { update: [] });
    // @ts-expect-error conflict columns are an option
    const list = () => Stock.upsert({ sku: "a", n: 1 }, ["sku"]);
    // @ts-expect-error a misspelt conflict column
    const conflict = () => Stock.upsert({ sku: "a", n: 1 }, { conflict: ["skku"] });
    // @ts-expect-error a misspelt column of a list
    const column = () => Stock.upsert({ sku: "a", n: 1 }, { update: ["nn"] });
    // @ts-expect-error a misspelt column of an object
    const key = () => Stock.upsert({ sku: "a", n: 1 }, { update: { nn: 1 } });
    // @ts-expect-error text is no number
    const kind = () => Stock.upsert({ sku: "a", n: 1 }, { update: { n: (old) => old.sku } });
    // @ts-expect-error what can be null does not fit a column that refuses it
    const nulls = () => Stock.upsert({ sku: "a", n: 1 }, { update: { sku: (_, given) => given.note } });
    // @ts-expect-error text that is narrowed takes no other
    const narrowed = () => Stock.upsert({ sku: "a", n: 1 }, { update: { state: "closed" } });
    // @ts-expect-error a number is no condition
    const where = () => Stock.upsert({ sku: "a", n: 1 }, { where: (old) => old.n });
    // @ts-expect-error nothing is changed by findOrCreate
    const changed = () => Stock.findOrCreate({ sku: "a", n: 1 }, { update: ["n"] });
    assertEquals([needs, list, conflict, column, key, kind, nulls, narrowed, where, changed].length, 10);
  });

  test("pick gives a list of the column's type", () => {
    const found = Stock.findAll({ where: { sku: { $in: Stock.pick("sku", { where: { n: 1 } }) } } });
    same<typeof found, (typeof Stock.$row)[]>(true);
    Stock.count({ n: { $notIn: Stock.pick("id", { orderBy: [["n", "DESC"]], limit: 3 }) } });
    Stock.count({ note: { $in: Stock.pick("sku") } });
    // @ts-expect-error text is in no list of numbers
    const kind = () => Stock.count({ sku: { $in: Stock.pick("n") } });
    // @ts-expect-error a misspelt column
    const column = () => Stock.pick("skku");
    // @ts-expect-error a misspelt column of its condition
    const where = () => Stock.pick("sku", { where: { nn: 1 } });
    // @ts-expect-error a list is no value
    const value = () => Stock.count({ n: Stock.pick("n") });
    assertEquals([kind, column, where, value].length, 4);
  });
});
