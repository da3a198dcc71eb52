import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { World } from "../world.ts";
import { copies } from "./condition.ts";
import { allRows, directTable } from "./direct_table.ts";

/** What every driver does with connections and tables. */
export const driverTablesSuite: readonly TestCase[] = [
  promise("driver.connect: a second call does nothing, and may follow disconnect", connects),
  promise("driver.createTable: does nothing when the same table exists", createsOnce),
  promise("driver.createTable: throws when the table differs", createsOther),
  promise("driver.tableExists: tells whether the table exists", exists),
  promise("driver.dropTable: removes the table with its rows and indexes", drops),
  promise("driver: tables of one name in two databases have nothing in common", apart),
];

const id = { type: "INTEGER", primaryKey: true, notNull: true } as const;
const schema = { id, a: { type: "TEXT" } } as const;

async function connects(world: World): Promise<void> {
  const { driver, db } = await directTable(world, "items", schema);
  await driver.connect({});
  expectEqual(await driver.insert(db, "items", { id: 1, a: "x" }), { id: 1, a: "x" });
  expectEqual(await driver.count(db, "items"), 1);
  await driver.disconnect();
  await driver.disconnect();
}

async function createsOnce(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, [{ id: 1, a: "x" }]);
  await directTable(world, "items", schema);
  expectEqual(await allRows(table), [{ id: 1, a: "x" }]);
}

async function createsOther(world: World): Promise<void> {
  const { driver, db } = await directTable(world, "items", schema, [{ id: 1, a: "x" }]);
  const others = [{ id }, { ...schema, b: { type: "TEXT" } }, { id, a: { type: "INTEGER" } }, {
    id,
    a: { type: "TEXT", notNull: true },
  }] as const;
  for (const other of others) {
    await expectFailure(() => driver.createTable(db, "items", other), {
      error: ValidationError,
      code: "SCHEMA_MISMATCH",
      table: "items",
    });
  }
  expectEqual(await driver.count(db, "items"), 1);
}

async function exists(world: World): Promise<void> {
  const { driver, db } = await directTable(world, "items", schema);
  expectEqual(await driver.tableExists(db, "items"), true);
  expectEqual(await driver.tableExists(db, "nothing"), false);
  expectEqual(await driver.tableExists(world.otherDatabase, "items"), false);
}

async function drops(world: World): Promise<void> {
  const { driver, db } = await directTable(world, "items", schema, [{ id: 1, a: "x" }]);
  await driver.createIndex(db, "items", "one", { columns: ["a"], unique: true });
  await driver.dropTable(db, "items");
  expectEqual(await driver.tableExists(db, "items"), false);
  await driver.dropTable(db, "items");
  const again = await directTable(world, "items", { ...schema, b: { type: "INTEGER" } });
  expectEqual(await allRows(again), []);
  const rows = [{ id: 1, a: "x", b: null }, { id: 2, a: "x", b: null }];
  await driver.bulkInsert(db, "items", copies(rows));
  expectEqual(await allRows(again), rows);
  // The name is free, too.
  await driver.createIndex(db, "items", "one", { columns: ["b"] });
}

async function apart(world: World): Promise<void> {
  const { driver, db } = await directTable(world, "items", schema, [{ id: 1, a: "x" }]);
  await driver.createTable(world.otherDatabase, "items", schema);
  expectEqual(await driver.findAll(world.otherDatabase, "items", {}), []);
  await driver.insert(world.otherDatabase, "items", { id: 1, a: "y" });
  expectEqual(await driver.findOne(db, "items", { where: { id: 1 } }), { id: 1, a: "x" });
  await driver.dropTable(world.otherDatabase, "items");
  expectEqual(await driver.count(db, "items"), 1);
}
