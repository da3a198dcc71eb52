import { assertEquals, assertMatch } from "@std/assert";
import { DataTypes, ORM } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { readCursor } from "../../src/query/cursor.ts";
import { toDriverWhere } from "../../src/query/driver_where.ts";
import { readFind } from "../../src/query/find_options.ts";
import { findAfter } from "../../src/query/keyset.ts";
import { Table } from "../../src/schema/table.ts";
import { test } from "../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  name: { type: DataTypes.TEXT, notNull: true },
} as const;

test("paginate: SQLite seeks the place where the page before ended, whatever the order", () => {
  const driver = new NodeSQLiteDriver({ databases: { app: ":memory:" } });
  using orm = new ORM({ driver });
  const City = orm.define("app", "cities", SCHEMA, { indexes: [{ columns: ["name"] }] });
  City.bulkCreate(Array.from({ length: 1_000 }, (_, i) => ({ name: `city ${i % 100}` })));
  const table = new Table("cities", SCHEMA);
  for (const orderBy of [undefined, [["name", "ASC"]], [["name", "DESC"]]] as const) {
    const { next } = City.paginate(orderBy === undefined ? {} : { orderBy });
    const find = readFind(table, orderBy === undefined ? {} : { orderBy }, false);
    const after = findAfter(table, find, readCursor(table, find.orderBy, next));
    const steps = driver.explain?.("app", "cities", {
      where: toDriverWhere(after.where, after.params),
      orderBy: after.orderBy,
      limit: 21,
    });
    assertMatch(steps?.[0] ?? "", /^SEARCH cities USING (COVERING )?(INTEGER PRIMARY KEY|INDEX)/);
    assertEquals(steps?.some((step) => step.includes("TEMP B-TREE FOR ORDER BY")), false, steps?.join("\n"));
  }
});

test("paginate: a cursor of another order, and one that was tampered with, are refused", () => {
  using orm = new ORM({ driver: new MemoryDriver() });
  const City = orm.define("app", "cities", SCHEMA);
  City.bulkCreate(Array.from({ length: 30 }, (_, i) => ({ name: `city ${i}` })));
  const { next } = City.paginate({ orderBy: [["name", "ASC"]] });
  const codes = [{ orderBy: [["name", "DESC"]] as const, after: next }, { after: next }, { after: "x" }, {
    after: "",
  }, {
    after: btoa('["id ASC",{"$gt":0}]'),
  }].map((options) => {
    try {
      City.paginate(options);
      return "none";
    } catch (error) {
      return (error as { code: string }).code;
    }
  });
  assertEquals(codes, [
    "INVALID_CURSOR",
    "INVALID_CURSOR",
    "INVALID_CURSOR",
    "INVALID_CURSOR",
    "INVALID_CURSOR",
  ]);
});
