import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { namesDatabases, promise, promiseIf, type TestCase } from "../test_case.ts";
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
  promise("driver: tables have nothing in common, however alike their names are", alikeTables),
  promise("driver: names of 200 characters are kept to the last", longNames),
  promiseIf(
    namesDatabases,
    "driver: databases have nothing in common, however alike their names are",
    alikeDatabases,
  ),
  promiseIf(
    namesDatabases,
    "driver: of databases whose names differ by case, one is refused, or they have nothing in common",
    foldedDatabases,
  ),
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

/** A database and a table in it. */
type Place = readonly [database: string, table: string];

/** Makes tables that are not there yet, each with a row of its own, and removes them. */
async function expectApart(world: World, places: readonly Place[]): Promise<void> {
  const driver = await world.direct();
  for (const [i, [db, table]] of places.entries()) {
    expectEqual(await driver.tableExists(db, table), false);
    await driver.createTable(db, table, schema);
    await driver.insert(db, table, { id: 1, a: `${i}` });
  }
  for (const [i, [db, table]] of places.entries()) {
    expectEqual(await driver.findAll(db, table, {}), [{ id: 1, a: `${i}` }]);
  }
  for (const [i, [db, table]] of places.entries()) {
    expectEqual(await driver.count(db, table), 1);
    if (i % 2 === 0) await driver.delete(db, table, { id: 1 });
    await driver.dropTable(db, table);
  }
}

async function alikeTables(world: World): Promise<void> {
  const names = [
    "a.b",
    "a-b",
    "a_b",
    "a__b",
    "a b",
    "a/b",
    "a\\b",
    "a:b",
    "a|b",
    "a,b",
    "a%b",
    "a~b",
    "ab",
    "á",
    "a\u0301",
  ];
  await expectApart(world, names.map((name) => [world.database, name]));
}

/** Names that are one when they are cut. */
const LONG = ["n", "é"].flatMap((letter) => [`${letter.repeat(199)}1`, `${letter.repeat(199)}2`]);

async function longNames(world: World): Promise<void> {
  await expectApart(world, LONG.map((name) => [world.database, name]));
  const columns = Object.fromEntries(LONG.map((name) => [name, { type: "TEXT" } as const]));
  const row = { id: 1, ...Object.fromEntries(LONG.map((name, i) => [name, `${i}`])) };
  const table = await directTable(world, "items", { id, ...columns }, [row]);
  const { driver, db, name } = table;
  for (const column of LONG) await driver.createIndex(db, name, column, { columns: [column] });
  expectEqual(await allRows(table), [row]);
  for (const [i, column] of LONG.entries()) {
    expectEqual(await driver.update(db, name, { [column]: "new" }, { [column]: `${i}` }), 1);
    expectEqual(await driver.count(db, name, { [column]: "new" }), 1);
  }
  expectEqual(await allRows(table), [{
    id: 1,
    ...Object.fromEntries(LONG.map((column) => [column, "new"])),
  }]);
}

async function alikeDatabases(world: World): Promise<void> {
  const base = world.database;
  const long = base.padEnd(63, "x");
  const names = [
    `${base}.v1`,
    `${base}-v1`,
    `${base}_v1`,
    `${base}__v1`,
    `${base}v1`,
    `${long}1`,
    `${long}2`,
  ];
  await expectApart(world, names.map((name) => [name, "items"]));
  const joined = [".", "-", "_", "__"].flatMap((text): Place[] => [
    [base, `a${text}b`],
    [`${base}${text}a`, "b"],
  ]);
  await expectApart(world, joined);
}

/** A file system that knows no case would make them one: then the second has to be refused. */
async function foldedDatabases(world: World): Promise<void> {
  const driver = await world.direct();
  const [lower, upper] = [`${world.database}_a`, `${world.database}_A`];
  await driver.createTable(lower, "items", schema);
  await driver.insert(lower, "items", { id: 1, a: "lower" });
  let refusal: unknown = null;
  try {
    await driver.createTable(upper, "items", schema);
  } catch (error) {
    refusal = error;
  }
  if (refusal === null) {
    expectEqual(await driver.findAll(upper, "items", {}), []);
    await driver.insert(upper, "items", { id: 1, a: "upper" });
  } else {
    const refused = { error: ValidationError, code: "INVALID_NAME" };
    await expectFailure(() => Promise.reject(refusal), refused);
  }
  expectEqual(await driver.findAll(lower, "items", {}), [{ id: 1, a: "lower" }]);
  await driver.dropTable(lower, "items");
}
