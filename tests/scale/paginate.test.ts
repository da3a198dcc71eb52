import { assertEquals, assertMatch } from "@std/assert";
import { DataTypes, type Model, ORM } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { readCursor } from "../../src/query/cursor.ts";
import { toDriverWhere } from "../../src/query/driver_where.ts";
import { readFind } from "../../src/query/find_options.ts";
import type { ColumnOrder } from "../../src/query/order.ts";
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
    const order = find.plan.orderBy as ColumnOrder;
    const after = findAfter(table, find, order, readCursor(table, order, next));
    const steps = driver.explain?.("app", "cities", {
      where: toDriverWhere(after.plan.where, after.params),
      orderBy: order,
      limit: 21,
    });
    assertMatch(steps?.[0] ?? "", /^SEARCH cities USING (COVERING )?(INTEGER PRIMARY KEY|INDEX)/);
    assertEquals(steps?.some((step) => step.includes("TEMP B-TREE")), false, steps?.join("\n"));
  }
});

test("findAll: SQLite serves an order, its ties included, from an index on its column, in both directions", () => {
  using orm = new ORM({ driver: new NodeSQLiteDriver({ databases: { app: ":memory:" } }) });
  const at = { type: DataTypes.DATETIME, notNull: true } as const;
  const indexes = [{ columns: ["at"] }] as const;
  const models = [
    orm.define("app", "numbered", { id: SCHEMA.id, at }, { indexes }),
    orm.define("app", "named", { name: { type: DataTypes.TEXT, primaryKey: true }, at }, { indexes }),
    orm.define("app", "pairs", {
      a: { type: DataTypes.TEXT, primaryKey: true },
      b: { type: DataTypes.INTEGER, primaryKey: true },
      at: { type: DataTypes.DATETIME },
    }, { indexes }),
  ] as unknown as Model<{ at: Date }, object, unknown, "sync">[];
  for (const Item of models) {
    for (const direction of ["ASC", "DESC"] as const) {
      const { steps } = Item.explain({ orderBy: [["at", direction]], limit: 20 });
      const plain = steps.map((step) => step.replace("COVERING ", ""));
      assertEquals(plain, [`SCAN ${Item.table} USING INDEX ${Item.table}__at_index`]);
      const few = Item.explain({ where: { at: { $gt: new Date(0) } }, orderBy: [["at", direction]] }).steps;
      assertEquals(few.map((step) => step.replace("COVERING ", "")), [
        `SEARCH ${Item.table} USING INDEX ${Item.table}__at_index (at>?)`,
      ]);
    }
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
