import type { BulkUpdate } from "../../contract/mod.ts";
import { expectEqual, expectSameItems, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row } from "../test_model.ts";
import type { World } from "../world.ts";
import { copies } from "./condition.ts";
import { allRows, type DirectTable, directTable, expectIds, rowOf } from "./direct_table.ts";
import { TWINS } from "./joined_values.ts";

/** What every driver does with rows, whatever it declares. */
export const driverRowsSuite: readonly TestCase[] = [
  promise("driver.insert: returns the row as stored", inserts),
  promise("driver.insert: assigns the numbers of an autoIncrement column", assigns),
  promise("driver.bulkInsert: stores and returns the rows in order", bulkInserts),
  promise("driver.findAll: applies equality with strings, numbers and booleans", equality),
  promise("driver.findAll: several columns must all be equal", several),
  promise("driver.findOne: gives a row that matches, or null", findsOne),
  promise("driver.count: counts the rows that match", counts),
  promise("driver.update: changes the given columns of the rows that match, and no others", updates),
  promise("driver.update: tells how many rows match, changed or not", tellsUpdates),
  promise("driver.bulkUpdate: makes the updates in order", bulkUpdates),
  promise("driver.bulkUpdate: tells how many rows match in all, changed or not", tellsBulkUpdates),
  promise("driver: rows of a composite primary key are never taken for one another", alike),
  promise("driver.delete: removes the rows that match, and no others", deletes),
  promise("driver.delete: tells how many rows match", tellsDeletes),
  promise("driver.findAll: the rows belong to the caller", belongs),
  promise("driver.createIndex: may be called again, and dropIndex without an index", indexes),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true, notNull: true },
  name: { type: "TEXT" },
  n: { type: "INTEGER" },
  r: { type: "REAL" },
  on: { type: "BOOLEAN" },
  data: { type: "JSON" },
} as const;

const ROWS: readonly Row[] = [
  { id: 1, name: "a", n: 1, r: 0.5, on: true, data: { a: [1] } },
  { id: 2, name: "A", n: 2, r: 1.5, on: false, data: null },
  { id: 3, name: "it's", n: 1, r: 0.5, on: true, data: [1, "x"] },
  { id: 4, name: null, n: null, r: null, on: null, data: null },
  { id: 5, name: "", n: 0, r: 0, on: false, data: "text" },
];

function items(world: World): Promise<DirectTable> {
  return directTable(world, "items", schema, ROWS);
}

async function inserts(world: World): Promise<void> {
  const table = await directTable(world, "items", schema);
  for (const row of ROWS) {
    expectEqual(await table.driver.insert(table.db, "items", structuredClone(row)), row);
    expectEqual(await rowOf(table, row["id"] as number), row);
  }
  expectEqual(await allRows(table), ROWS);
}

async function assigns(world: World): Promise<void> {
  const table = await directTable(world, "items", {
    id: { type: "INTEGER", primaryKey: true, notNull: true, autoIncrement: true },
    name: { type: "TEXT" },
  });
  const { driver, db, name } = table;
  expectEqual(await driver.insert(db, name, { name: "a" }), { id: 1, name: "a" });
  expectEqual(await driver.insert(db, name, { id: 7, name: "b" }), { id: 7, name: "b" });
  const rows = [{ name: "c" }, { id: 20, name: "d" }, { name: "e" }];
  expectEqual((await driver.bulkInsert(db, name, rows)).map(({ id }) => id), [8, 20, 21]);
  await driver.delete(db, name, { id: 21 });
  expectEqual(await driver.insert(db, name, { name: "f" }), { id: 22, name: "f" });
}

async function bulkInserts(world: World): Promise<void> {
  const table = await directTable(world, "items", schema);
  expectEqual(
    await table.driver.bulkInsert(table.db, "items", structuredClone([...ROWS].reverse())),
    [...ROWS].reverse(),
  );
  expectEqual(await table.driver.bulkInsert(table.db, "items", []), []);
  expectEqual(await allRows(table), ROWS);
}

async function equality(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const cases: readonly (readonly [Row, readonly number[]])[] = [
    [{ id: 3 }, [3]],
    [{ name: "a" }, [1]],
    [{ name: "A" }, [2]],
    [{ name: "it's" }, [3]],
    [{ name: "" }, [5]],
    [{ name: "nothing" }, []],
    [{ n: 1 }, [1, 3]],
    [{ n: 0 }, [5]],
    [{ r: 0.5 }, [1, 3]],
    [{ r: 0 }, [5]],
    [{ on: true }, [1, 3]],
    [{ on: false }, [2, 5]],
    [{}, [1, 2, 3, 4, 5]],
  ];
  for (const [where, found] of cases) {
    expectIds(await driver.findAll(db, name, { where }), found);
    expectEqual(await driver.count(db, name, where), found.length);
  }
}

async function several(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  const cases: readonly (readonly [Row, readonly number[]])[] = [
    [{ n: 1, on: false }, []],
    [{ n: 1, on: true }, [1, 3]],
    [{ n: 2, on: false }, [2]],
    [{ n: 1, on: true, name: "a" }, [1]],
    [{ name: "A", on: true, n: 2 }, []],
  ];
  for (const [where, found] of cases) {
    expectIds(await driver.findAll(db, name, { where }), found);
    expectEqual(await driver.count(db, name, where), found.length);
    const one = await driver.findOne(db, name, { where });
    expectTrue(
      one === null ? found.length === 0 : found.includes(one["id"] as number),
      `a row with an \`id\` of [${found}] is found`,
    );
  }
}

async function findsOne(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  expectEqual(await driver.findOne(db, name, { where: { id: 2 } }), ROWS[1]);
  expectEqual(await driver.findOne(db, name, { where: { id: 9 } }), null);
  expectEqual(await driver.findOne(db, name, { where: { id: 4 } }), ROWS[3]);
}

async function counts(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  expectEqual(await driver.count(db, name), 5);
  expectEqual(await driver.count(db, name, {}), 5);
  expectEqual(await driver.count(db, name, { n: 1 }), 2);
  expectEqual(await driver.count(db, name, { n: 9 }), 0);
}

async function updates(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  await driver.update(db, name, { name: "new" }, { n: 1, on: false });
  expectEqual(await allRows(table), ROWS);
  await driver.update(db, name, { name: "new", data: { b: 2 } }, { n: 1 });
  const changed = ROWS.map((row) => row["n"] === 1 ? { ...row, name: "new", data: { b: 2 } } : row);
  expectEqual(await allRows(table), changed);
  await driver.update(db, name, { n: 5 }, { id: 9 });
  expectEqual(await allRows(table), changed);
  await driver.update(db, name, { name: null }, { n: 1, name: "new" });
  expectEqual(await allRows(table), changed.map((row) => row["n"] === 1 ? { ...row, name: null } : row));
  await driver.update(db, name, { n: 7 }, {});
  expectEqual((await allRows(table)).map((row) => row["n"]), [7, 7, 7, 7, 7]);
}

async function tellsUpdates(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  expectEqual(await driver.update(db, name, { name: "new" }, { id: 9 }), 0);
  expectEqual(await driver.update(db, name, { name: "new" }, { id: 1 }), 1);
  expectEqual(await driver.update(db, name, { name: "new" }, { id: 1 }), 1);
  expectEqual(await driver.update(db, name, { name: "new" }, { n: 1 }), 2);
  expectEqual(await driver.update(db, name, { n: 7 }, {}), 5);
}

async function bulkUpdates(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  await driver.bulkUpdate(db, name, []);
  expectEqual(await allRows(table), ROWS);
  await driver.bulkUpdate(db, name, bulkOfUpdates());
  const expected = ROWS.map((row) => {
    if (row["n"] === 1 || row["n"] === 2) return { ...row, n: 2, name: "two" };
    return row["id"] === 5 ? { ...row, r: 9.5, on: null } : row;
  });
  expectEqual(await allRows(table), expected);
}

async function tellsBulkUpdates(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  expectEqual(await driver.bulkUpdate(db, name, []), 0);
  expectEqual(await driver.bulkUpdate(db, name, [{ where: { id: 1 }, data: { name: "a" } }]), 1);
  expectEqual(await driver.bulkUpdate(db, name, bulkOfUpdates()), 6);
}

function bulkOfUpdates(): BulkUpdate[] {
  return [
    { where: { n: 1 }, data: { n: 2 } },
    { where: { n: 2 }, data: { name: "two" } },
    { where: { id: 9 }, data: { name: "none" } },
    { where: { id: 5 }, data: { r: 9.5, on: null } },
  ];
}

async function alike(world: World): Promise<void> {
  const pair = {
    a: { type: "TEXT", primaryKey: true, notNull: true },
    b: { type: "TEXT", primaryKey: true, notNull: true },
    id: { type: "INTEGER" },
  } as const;
  const texts = await directTable(world, "texts", pair);
  const { driver, db, name } = texts;
  const rows: Row[] = [];
  for (const twins of TWINS) {
    const both = twins.map((values, i) => ({ ...values, id: rows.length + i }));
    await driver.bulkInsert(db, name, copies(both));
    for (const row of both) {
      const where = { a: row.a, b: row.b };
      expectEqual(await world.log.look(() => driver.findOne(db, name, { where })), row);
    }
    rows.push(...both);
  }
  expectEqual(await allRows(texts), rows);
  for (const { a, b, id } of rows) {
    if (Number(id) % 2 === 0) await driver.delete(db, name, { a, b });
    else await driver.update(db, name, { id: 1000 + Number(id) }, { a, b });
  }
  const left = rows.filter(({ id }) => Number(id) % 2 === 1);
  expectEqual(await allRows(texts), left.map((row) => ({ ...row, id: 1000 + Number(row["id"]) })));
  const second = { ...pair, b: { type: "INTEGER", primaryKey: true, notNull: true } } as const;
  const numbers = [["a", 11], ["a1", 1], ["a", -1], ["a-", 1], ["", 1], ["1", 0], ["", 10], ["1", 1], [
    "",
    11,
  ]]
    .map(([a, b], id) => ({ a, b, id }));
  const mixed = await directTable(world, "mixed", second, numbers);
  expectEqual(await allRows(mixed), numbers);
}

async function deletes(world: World): Promise<void> {
  const table = await items(world);
  const { driver, db, name } = table;
  for (const where of [{ id: 9 }, { n: 1, on: false }]) {
    await driver.delete(db, name, where);
    expectEqual(await allRows(table), ROWS);
  }
  await driver.delete(db, name, { n: 1 });
  expectIds(await allRows(table), [2, 4, 5]);
  await driver.delete(db, name, { on: false, n: 2 });
  expectIds(await allRows(table), [4, 5]);
  await driver.delete(db, name, {});
  expectIds(await allRows(table), []);
}

async function tellsDeletes(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  expectEqual(await driver.delete(db, name, { id: 9 }), 0);
  expectEqual(await driver.delete(db, name, { n: 1 }), 2);
  expectEqual(await driver.delete(db, name, { n: 1 }), 0);
  expectEqual(await driver.delete(db, name, {}), 3);
}

async function belongs(world: World): Promise<void> {
  const table = await items(world);
  for (const row of await allRows(table)) {
    row["name"] = "spoilt";
    if (row["id"] === 1) (row["data"] as { a: number[] }).a.push(99);
  }
  const one = await table.driver.findOne(table.db, "items", { where: { id: 3 } }) as Row;
  (one["data"] as unknown[]).length = 0;
  expectSameItems(await allRows(table), ROWS);
}

async function indexes(world: World): Promise<void> {
  const { driver, db, name } = await items(world);
  await driver.createIndex(db, name, "by_n", { columns: ["n"] });
  await driver.createIndex(db, name, "by_n", { columns: ["n"] });
  expectIds(await driver.findAll(db, name, { where: { n: 1 } }), [1, 3]);
  await driver.dropIndex(db, name, "by_n");
  await driver.dropIndex(db, name, "by_n");
  await driver.dropIndex(db, name, "never_made");
  expectIds(await driver.findAll(db, name, { where: { n: 1 } }), [1, 3]);
}
