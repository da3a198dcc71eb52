import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import {
  type AsyncDriver,
  belongsTo,
  DataTypes,
  hasMany,
  ORM,
  RinariError,
  type SyncDriver,
  toAsyncDriver,
  UnsupportedError,
  ValidationError,
  type View,
} from "../../mod.ts";
import { plan } from "../../src/migration/mod.ts";
import { watchedTables } from "../../src/live/watched_tables.ts";
import { entryIn } from "../../src/model/view.ts";
import { expectType } from "../support/expect_type.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { openRaw, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const { BOOLEAN, DATETIME, INTEGER, REAL, TEXT } = DataTypes;
const ID = { type: INTEGER, primaryKey: true } as const;

const drivers = [
  ...sqliteDrivers,
  { name: "LibSQLDriver", make: (options: object) => new LibSQLDriver(options as never) },
];

const DDL = `CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
  CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id), total DECIMAL(10,2) NOT NULL,
    paid BOOLEAN NOT NULL DEFAULT 0, made_at DATETIME NOT NULL);
  INSERT INTO customers VALUES (1, 'Ada'), (2, 'Grace'), (3, 'Joan');
  INSERT INTO orders VALUES (1, 1, 5, 1, '2024-01-01 10:00:00'), (2, 1, 2.5, 0, '2024-01-02 10:00:00'), (3, 2, 8, 1, '2024-01-03 10:00:00');
  CREATE VIEW customer_totals AS SELECT customer_id, count(*) AS "how many", sum(total) AS total, max(paid) AS any_paid,
    max(made_at) AS last_at FROM orders GROUP BY customer_id;
  CREATE VIEW odd AS SELECT NULL AS id, 'x' AS text;`;

function shop<D extends SyncDriver | AsyncDriver>(driver: D) {
  const orm = new ORM({ driver, naming: "snake_case" });
  const Customer = orm.define("app", "customers", { id: ID, name: { type: TEXT, notNull: true } }, {
    relations: { totals: () => hasMany(Total, "customerId") },
  });
  const Total = orm.view("app", "customerTotals", {
    customerId: { ...ID, references: { table: "customers", column: "id" } },
    orders: { type: INTEGER, notNull: true, column: "how many" },
    total: { type: REAL, notNull: true },
    anyPaid: { type: BOOLEAN, notNull: true },
    lastAt: { type: DATETIME, notNull: true },
  }, { relations: { customer: () => belongsTo(Customer, "customerId") } });
  return { orm, Customer, Total };
}

const ada = {
  customerId: 1,
  orders: 2,
  total: 7.5,
  anyPaid: true,
  lastAt: new Date("2024-01-02T10:00:00Z"),
};
const grace = { customerId: 2, orders: 1, total: 8, anyPaid: true, lastAt: new Date("2024-01-03T10:00:00Z") };

for (const { name: driver, make } of drivers) {
  const withShop = (
    work: (
      shop: ReturnType<typeof shopOf>,
      path: string,
    ) => Promise<void>,
  ): Promise<void> =>
    withTempDir(async (dir) => {
      const path = join(dir, "app.db");
      const raw = openRaw(path);
      raw.exec(DDL);
      raw.close();
      const given = make({ databases: { app: path } });
      // What is awaited in a transaction needs an async driver.
      const made = shopOf(given instanceof LibSQLDriver ? given : toAsyncDriver(given as SyncDriver));
      try {
        await work(made, path);
      } finally {
        await made.orm.disconnect();
      }
    });
  const shopOf = (of: AsyncDriver) => shop(of);

  describe(`${driver}: a view`, () => {
    test("is read as a table is", () =>
      withShop(async ({ Total }) => {
        assertEquals(await Total.findAll(), [ada, grace]);
        assertEquals(await Total.findById(2), grace);
        assertEquals(await Total.findAll({ where: { lastAt: { $gt: ada.lastAt } }, select: ["total"] }), [{
          total: 8,
        }]);
        assertEquals(await Total.count({ anyPaid: true, orders: { $gte: 2 } }), 1);
        assertEquals(await Total.exists({ total: 8 }), true);
        assertEquals(await Total.sum("total"), 15.5);
        assertEquals(
          await Total.groupBy({ by: ["anyPaid"], aggregates: { orders: { sum: "orders" } } }),
          [{ anyPaid: true, orders: 3 }] as never,
        );
        const first = await Total.paginate({ size: 1, orderBy: [["total", "DESC"]] });
        assertEquals(first.rows, [grace]);
        const second = await Total.paginate({ size: 1, orderBy: [["total", "DESC"]], after: first.next });
        assertEquals(second.rows, [ada]);
        const seen: unknown[] = [];
        for await (const row of Total.iterate({ where: (t) => t.total.gt(t.orders) })) seen.push(row);
        assertEquals(seen, [ada, grace]);
        const byTotal = Total.prepare(({ least }: { least: number }) => ({
          where: { total: { $gte: least } },
        }));
        assertEquals(await byTotal.findAll({ least: 8 }), [grace]);
        assertEquals((await Total.explain()).steps.length > 0, true);
      }));

    test("has relations, and tables have relations to it", () =>
      withShop(async ({ orm, Customer, Total }) => {
        const [total] = await Total.findAll({
          with: { customer: true },
          where: { customer: { name: "Ada" } },
        });
        assertEquals(total, { ...ada, customer: { id: 1, name: "Ada" } });
        assertEquals(await Customer.findAll({ with: { totals: { select: ["total"] } } }), [
          { id: 1, name: "Ada", totals: [{ total: 7.5 }] },
          { id: 2, name: "Grace", totals: [{ total: 8 }] },
          { id: 3, name: "Joan", totals: [] },
        ]);
        assertEquals(await Customer.count({ totals: { $some: { total: { $gt: 7.6 } } } }), 1);
        const sql = orm.sql("app");
        assertEquals(
          await sql`SELECT ${Total}.total FROM ${Total} WHERE customer_id = ${1}`.all({ total: "REAL" }),
          [{ total: 7.5 }],
        );
      }));

    test("shows in a transaction what was written there, and after a rollback what was before", () =>
      withShop(async ({ orm, Customer, Total }) => {
        await assertRejects(() =>
          orm.transaction(async () => {
            await orm.sql("app")`INSERT INTO orders VALUES (4, 3, 1, 0, '2024-01-04 10:00:00')`.run();
            assertEquals(await Total.count(), 3);
            throw new Error("undo");
          }) as Promise<unknown>
        );
        assertEquals(await Total.count(), 2);
        assertEquals(await Customer.count(), 3);
      }));

    test("is not written", () =>
      withShop(async ({ Total, Customer }) => {
        const writes = [
          () => Total["create" as never as "findAll"]({} as never),
          () => Total["updateAll" as never as "findAll"]({ total: 1 } as never),
          () => Total["deleteAll" as never as "findAll"](),
          () => Total["scope" as never as "findAll"]({}),
          () => Total["drop" as never as "findAll"](),
          () =>
            (Customer.create as (data: object, options: object) => Promise<unknown>)({ id: 4, name: "x" }, {
              with: { totals: [{ orders: 1, total: 1, anyPaid: false, lastAt: 0 }] },
            }),
        ];
        for (const write of writes) {
          const error = await assertRejects(async () => await write(), UnsupportedError);
          assertEquals(error.code, "READ_ONLY_VIEW");
        }
        assertEquals(await Customer.count(), 3);
      }));

    test("that is absent, is a table, or lacks a column is named", () =>
      withShop(async ({ orm }) => {
        const refusal = async (view: View<Record<string, unknown>, never, "async">, code: string) => {
          const error = await assertRejects(async () => await view.findAll(), ValidationError);
          assertEquals(error.code, code);
          return error.message;
        };
        const absent = orm.view("app", "nowhere", { id: ID });
        assertStringIncludes(
          await refusal(absent as never, "UNKNOWN_TABLE"),
          "Cannot use view `nowhere` of `app`: the store has none of that name",
        );
        const table = orm.view("app", "orders", { id: ID });
        assertStringIncludes(
          await refusal(table as never, "SCHEMA_MISMATCH"),
          "it is a table and no view: use `define`",
        );
        const odd = orm.view("app", "odd", { id: ID, more: { type: TEXT } });
        assertStringIncludes(
          await refusal(odd as never, "SCHEMA_MISMATCH"),
          "column `more` is in the schema and not in the store",
        );
        const defined = new ORM({ driver: make({ databases: { app: ":memory:" } }) as AsyncDriver });
        await defined.sql("app")`CREATE VIEW v AS SELECT 1 AS id`.run();
        const V = defined.define("app", "v", { id: ID });
        const error = await assertRejects(async () => await V.findAll(), ValidationError);
        assertStringIncludes(error.message, "read it with orm.view");
        await defined.disconnect();
      }));

    test("that gives null for its key or for what takes none is CORRUPT_VALUE", () =>
      withShop(async ({ orm }) => {
        const odd = orm.view("app", "odd", { id: ID, text: { type: TEXT } });
        const error = await assertRejects(async () => await odd.findAll(), RinariError);
        assertEquals([error.code, error.columns], ["CORRUPT_VALUE", ["id"]]);
      }));

    test("is no table of the models: nothing migrates or makes it", () =>
      withShop(async ({ orm }) => {
        assertEquals(orm.getAllModels().map(({ table }) => table), ["customers"]);
        assertEquals(Object.keys(orm.getSchemas()["app"] as object), ["customers"]);
        const { changes, blocked } = await plan(orm, "app");
        assertEquals([changes, blocked], [[], []]);
      }));
  });
}

describe("a view", () => {
  test("is refused where the store has none, typed", () => {
    const orm = new ORM({ driver: new MemoryDriver() });
    const error = assertThrows(() => orm.view("app", "v", { id: ID }), UnsupportedError);
    assertEquals([error.driver, error.table], ["memory", "v"]);
    assertEquals(orm.hasModel("app", "v"), false);
  });

  test("takes nothing that only written rows need", () => {
    const orm = new ORM({ driver: sqliteDrivers[0]!.make({ databases: { app: ":memory:" } }) });
    for (
      const column of [
        { autoIncrement: true },
        { default: 1 },
        { touch: 1 },
        { generated: "always", autoIncrement: true },
      ]
    ) {
      const error = assertThrows(
        () => orm.view("app", "v", { id: { ...ID, ...column } } as never),
        ValidationError,
      );
      assertEquals(error.code, "INVALID_SCHEMA");
    }
    const indexes = assertThrows(
      () => orm.view("app", "v", { id: ID }, { indexes: [] } as never),
      ValidationError,
    );
    assertStringIncludes(indexes.message, '"indexes" is no option; there is `relations`');
    orm.disconnect();
  });

  test("is nothing that a foreign key leads to", () => {
    const orm = new ORM({ driver: sqliteDrivers[0]!.make({ databases: { app: ":memory:" } }) });
    orm.view("app", "v", { id: ID });
    const Item = orm.define("app", "items", {
      id: ID,
      v: { type: INTEGER, references: { table: "v", column: "id" } },
    });
    const error = assertThrows(() => Item.count(), ValidationError);
    assertStringIncludes(error.message, "refers to `v`, which is a view");
    orm.disconnect();
  });

  test("is looked for again in a file that took the place of the one removed", () =>
    withTempDir((dir) => {
      const path = join(dir, "app.db");
      const fill = () => {
        const raw = openRaw(path);
        raw.exec(DDL);
        raw.close();
      };
      fill();
      const { orm, Customer, Total } = shop(sqliteDrivers[0]!.make({ databases: { app: path } }));
      assertEquals(Total.findAll(), [ada, grace]);
      for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
      fill();
      assertThrows(() => Customer.create({ id: 9, name: "x" }), RinariError);
      Customer.create({ id: 9, name: "x" });
      assertEquals(Total.findAll(), [ada, grace]);
      orm.disconnect();
    }));

  test("may change with any table, so live queries of it look after each commit", () => {
    const { orm, Customer, Total } = shop(sqliteDrivers[0]!.make({ databases: { app: ":memory:" } }));
    assertEquals(watchedTables(entryIn(Total), undefined), null);
    assertEquals(watchedTables(entryIn(Customer), { with: { totals: true } }), null);
    orm.disconnect();
  });

  test("has no writing in its type", () => {
    const { orm, Customer, Total } = shop(sqliteDrivers[0]!.make({ databases: { app: ":memory:" } }));
    const never = (): void => {
      // @ts-expect-error: a view is only read.
      Total.create({});
      // @ts-expect-error: a view is only read.
      Total.delete({ customerId: 1 });
      // @ts-expect-error: no row of a view is made with another.
      Customer.create({ id: 1, name: "x" }, { with: { totals: [{ total: 1 }] } });
      // @ts-expect-error: no such column.
      Total.findAll({ where: { nothing: 1 } });
      expectType(Total.findOne()?.lastAt).toBe<Date | undefined>();
      expectType(Total.findAll({ with: { customer: true } })[0]?.customer.name).toBe<string | undefined>();
    };
    assertEquals(typeof never, "function");
    orm.disconnect();
  });
});
