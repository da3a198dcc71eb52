import type { IndexOptions, ReferenceAction } from "../../contract/mod.ts";
import { ForeignKeyConstraintError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { all, declares, declaresOperators, promiseIf, type TestCase } from "../test_case.ts";
import type { Row } from "../test_model.ts";
import type { World } from "../world.ts";
import { copies } from "./condition.ts";
import { allRows, directTable } from "./direct_table.ts";
import { JOINED_VALUES } from "./joined_values.ts";

const isUnique = declares("unique");
const hasIndexes = declares("uniqueIndexes");
const refers = declares("references");

/** The constraints a driver declares, it enforces itself, and a statement that one refuses changes nothing. */
export const driverConstraintsSuite: readonly TestCase[] = [
  promiseIf(isUnique, "driver.insert: an equal primary key or unique value is refused", refuses),
  promiseIf(isUnique, "driver.bulkInsert: stores no row when one is refused", bulkInsertsNone),
  promiseIf(isUnique, "driver.update: changes no row when one is refused", updatesNone),
  promiseIf(isUnique, "driver.bulkUpdate: makes no update when one is refused", bulkUpdatesNone),
  promiseIf(
    isUnique,
    "driver.bulkUpdate: each update is checked as it is made, also when a later one would set it right",
    bulkUpdatesInOrder,
  ),
  promiseIf(
    isUnique,
    "driver: equal values in all columns of a composite primary key are refused",
    composite,
  ),
  promiseIf(hasIndexes, "driver.createIndex: a unique index refuses equal rows", uniqueIndex),
  promiseIf(
    hasIndexes,
    "driver.createIndex: values of several columns are never taken for one another",
    joinedValues,
  ),
  promiseIf(
    hasIndexes,
    "driver.createIndex: indexes of one name on two tables have nothing in common",
    indexesApart,
  ),
  promiseIf(hasIndexes, "driver.createIndex: throws when another index has the name", anotherIndex),
  promiseIf(
    all(hasIndexes, declares("partialIndexes"), declaresOperators("$gt")),
    "driver.createIndex: a unique index of some rows looks at these only",
    partialIndex,
  ),
  promiseIf(refers, "driver.insert and update: a reference to nothing is refused", orphans),
  promiseIf(
    refers,
    "driver.delete: rows that are referred to stay, unless an action says otherwise",
    onDelete,
  ),
  promiseIf(refers, "driver.update: a value referred to stays, unless an action says otherwise", onUpdate),
];

const id = { type: "INTEGER", primaryKey: true, notNull: true } as const;
const schema = { id, name: { type: "TEXT", unique: true }, n: { type: "INTEGER" } } as const;
const ROWS: readonly Row[] = [{ id: 1, name: "a", n: 1 }, { id: 2, name: "b", n: 1 }, {
  id: 3,
  name: null,
  n: 1,
}];

const equal = (...columns: string[]) =>
  ({ error: UniqueConstraintError, code: "UNIQUE_CONSTRAINT", table: "items", columns }) as const;
const orphan = (table: string, column: string) =>
  ({ error: ForeignKeyConstraintError, code: "FOREIGN_KEY_CONSTRAINT", table, columns: [column] }) as const;

async function refuses(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, ROWS);
  const { driver, db, name } = table;
  await expectFailure(() => driver.insert(db, name, { id: 1, name: "z", n: null }), equal("id"));
  await expectFailure(() => driver.insert(db, name, { id: 9, name: "b", n: null }), equal("name"));
  expectEqual(await allRows(table), ROWS);
  await driver.insert(db, name, { id: 9, name: null, n: null });
}

async function bulkInsertsNone(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, ROWS);
  const { driver, db, name } = table;
  const small = [{ id: 9, name: "z", n: 9 }, { id: 1, name: "y", n: 8 }];
  await expectFailure(() => driver.bulkInsert(db, name, copies(small)), equal("id"));
  expectEqual(await allRows(table), ROWS);
  const length = Math.min(250, world.capabilities.limits?.batchRows ?? 250);
  const rows = Array.from({ length }, (_, i) => ({ id: 100 + i, name: `n${i}`, n: i }));
  for (const bad of [{ name: "a" }, { id: 1 }, { name: "n0" }, { id: 100 }]) {
    const batch = rows.map((row, i) => i === length - 1 ? { ...row, ...bad } : { ...row });
    const forget = world.log.part();
    await expectFailure(() => driver.bulkInsert(db, name, batch), equal(Object.keys(bad)[0] as string));
    expectEqual(await allRows(table), ROWS);
    forget();
  }
}

async function updatesNone(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, ROWS);
  const { driver, db, name } = table;
  await expectFailure(() => driver.update(db, name, { name: "same" }, { n: 1 }), equal("name"));
  await expectFailure(() => driver.update(db, name, { name: "a", n: 9 }, { id: 2 }), equal("name"));
  await expectFailure(() => driver.update(db, name, { id: 2 }, { id: 1 }), equal("id"));
  expectEqual(await allRows(table), ROWS);
  expectEqual(await driver.update(db, name, { name: "a" }, { id: 1 }), 1);
}

async function bulkUpdatesNone(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, ROWS);
  const updates = [{ where: { id: 1 }, data: { n: 9 } }, { where: { id: 3 }, data: { name: "b" } }];
  await expectFailure(() => table.driver.bulkUpdate(table.db, "items", updates), equal("name"));
  expectEqual(await allRows(table), ROWS);
}

async function bulkUpdatesInOrder(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, ROWS);
  const { driver, db, name } = table;
  const swapped = [{ where: { id: 1 }, data: { name: "b" } }, { where: { id: 2 }, data: { name: "a" } }];
  await expectFailure(() => driver.bulkUpdate(db, name, swapped), equal("name"));
  expectEqual(await allRows(table), ROWS);
  const keys = [{ where: { id: 1 }, data: { id: 2 } }, { where: { name: "b" }, data: { id: 1 } }];
  await expectFailure(() => driver.bulkUpdate(db, name, keys), equal("id"));
  expectEqual(await allRows(table), ROWS);
  const moved = [
    { where: { id: 1 }, data: { name: "z" } },
    { where: { id: 2 }, data: { name: "a" } },
    { where: { id: 1 }, data: { name: "b" } },
  ];
  expectEqual(await driver.bulkUpdate(db, name, moved), 3);
  expectEqual((await allRows(table)).map((row) => row["name"]), ["b", "a", null]);
}

async function composite(world: World): Promise<void> {
  const pairs = {
    id,
    part: { type: "TEXT", primaryKey: true, notNull: true },
    n: { type: "INTEGER" },
  } as const;
  const { driver, db } = await directTable(world, "items", pairs, [{ id: 1, part: "a", n: 1 }, {
    id: 1,
    part: "b",
    n: 2,
  }]);
  await expectFailure(() => driver.insert(db, "items", { id: 1, part: "a", n: 3 }), equal("id", "part"));
  await expectFailure(() => driver.update(db, "items", { part: "b" }, { n: 1 }), equal("id", "part"));
  await driver.insert(db, "items", { id: 2, part: "a", n: 3 });
  expectEqual(await driver.count(db, "items"), 3);
}

async function uniqueIndex(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, ROWS);
  const { driver, db, name } = table;
  await expectFailure(
    () => driver.createIndex(db, name, "one", { columns: ["n"], unique: true }),
    equal("n"),
  );
  await driver.update(db, name, { n: 2 }, { id: 2 });
  await driver.update(db, name, { n: null }, { id: 3 });
  await driver.createIndex(db, name, "one", { columns: ["n"], unique: true });
  await driver.createIndex(db, name, "one", { columns: ["n"], unique: true });
  await expectFailure(() => driver.insert(db, name, { id: 4, name: "d", n: 2 }), equal("n"));
  await expectFailure(() => driver.update(db, name, { n: 1 }, { id: 2 }), equal("n"));
  await driver.insert(db, name, { id: 4, name: "d", n: null });
  await driver.dropIndex(db, name, "one");
  await driver.insert(db, name, { id: 5, name: "e", n: 2 });
  expectEqual((await allRows(table)).map(({ n }) => n), [1, 2, null, null, 2]);
}

async function joinedValues(world: World): Promise<void> {
  const rows = JOINED_VALUES.map((values, i) => ({ id: i, ...values }));
  const columns = { id, a: { type: "TEXT" }, b: { type: "TEXT" } } as const;
  const before = await directTable(world, "before", columns);
  await before.driver.createIndex(before.db, before.name, "both", { columns: ["a", "b"], unique: true });
  await directTable(world, "before", columns, rows);
  expectEqual(await allRows(before), rows);
  const after = await directTable(world, "after", columns, rows);
  await after.driver.createIndex(after.db, after.name, "both", { columns: ["a", "b"], unique: true });
  for (const { driver, db, name } of [before, after]) {
    const refused = { ...equal("a", "b"), table: name };
    for (const row of rows.slice(0, 9)) {
      await expectFailure(() => driver.insert(db, name, { ...row, id: 1000 }), refused);
    }
  }
}

/** Two tables with an index each, by names that are one name when they are joined without care. */
const TWINS = [
  [["items", "one"], ["others", "one"]],
  [["a", "b_one"], ["a_b", "one"]],
  [["a", "b__one"], ["a__b", "one"]],
  [["a", "b.one"], ["a.b", "one"]],
] as const;

async function indexesApart(world: World): Promise<void> {
  for (const twins of TWINS) {
    const forget = world.log.part();
    const rows = [{ id: 1, name: null, n: 1 }];
    for (const [table] of twins) await directTable(world, table, schema, rows);
    const driver = await world.direct();
    const db = world.database;
    const [[first, index], [second]] = twins;
    const add = (table: string, id: number) => driver.insert(db, table, { id, name: null, n: 1 });
    for (const [table, name] of twins) {
      await driver.createIndex(db, table, name, { columns: ["n"], unique: true });
    }
    for (const [table] of twins) await expectFailure(() => add(table, 2), { ...equal("n"), table });
    await driver.dropIndex(db, first, index);
    await add(first, 2);
    await expectFailure(() => add(second, 2), { ...equal("n"), table: second });
    await driver.dropTable(db, first);
    await expectFailure(() => add(second, 2), { ...equal("n"), table: second });
    await driver.dropTable(db, second);
    forget();
  }
}

async function anotherIndex(world: World): Promise<void> {
  const table = await directTable(world, "items", schema, [{ id: 1, name: "a", n: 1 }]);
  const { driver, db, name } = table;
  await driver.createIndex(db, name, "one", { columns: ["n"], unique: true });
  const others: IndexOptions[] = [
    { columns: ["name"], unique: true },
    { columns: ["n", "name"], unique: true },
    { columns: ["n"] },
  ];
  if (world.capabilities.partialIndexes === true) {
    others.push({ columns: ["n"], unique: true, where: { name: "a" } });
  }
  const mismatch = { error: ValidationError, code: "INDEX_MISMATCH", table: name } as const;
  for (const other of others) await expectFailure(() => driver.createIndex(db, name, "one", other), mismatch);
  await expectFailure(() => driver.insert(db, name, { id: 2, name: "b", n: 1 }), equal("n"));
  await driver.dropIndex(db, name, "one");
  await driver.createIndex(db, name, "one", { columns: ["n"] });
  await expectFailure(() => driver.createIndex(db, name, "one", { columns: ["n"], unique: true }), mismatch);
  await driver.insert(db, name, { id: 2, name: "b", n: 1 });
}

async function partialIndex(world: World): Promise<void> {
  const { driver, db, name } = await directTable(world, "items", schema, ROWS);
  await driver.createIndex(db, name, "some", { columns: ["n"], unique: true, where: { n: { $gt: 10 } } });
  await driver.insert(db, name, { id: 4, name: "d", n: 11 });
  await driver.insert(db, name, { id: 5, name: "e", n: 1 });
  await expectFailure(() => driver.insert(db, name, { id: 6, name: "f", n: 11 }), equal("n"));
  await expectFailure(() => driver.update(db, name, { n: 11 }, { id: 1 }), equal("n"));
  await driver.dropIndex(db, name, "some");
  await driver.insert(db, name, { id: 6, name: "f", n: 11 });
}

async function family(world: World, onDelete: ReferenceAction, onUpdate: ReferenceAction) {
  const parent = await directTable(world, "parents", { id }, [{ id: 1 }, { id: 2 }, { id: 3 }]);
  const references = { table: "parents", column: "id", onDelete, onUpdate };
  const rows = [{ id: 1, parent: 1 }, { id: 2, parent: 1 }, { id: 3, parent: 2 }, { id: 4, parent: null }];
  const child = await directTable(world, "children", { id, parent: { type: "INTEGER", references } }, rows);
  const parents = async (): Promise<unknown[]> =>
    (await allRows(child)).map((row) => [row["id"], row["parent"]]);
  return { ...parent, parents };
}

const AS_THEY_WERE = [[1, 1], [2, 1], [3, 2], [4, null]];

async function orphans(world: World): Promise<void> {
  const { driver, db, parents } = await family(world, "NO ACTION", "NO ACTION");
  await expectFailure(
    () => driver.insert(db, "children", { id: 5, parent: 9 }),
    orphan("children", "parent"),
  );
  await expectFailure(
    () => driver.update(db, "children", { parent: 9 }, { id: 1 }),
    orphan("children", "parent"),
  );
  const rows = [{ id: 5, parent: 1 }, { id: 6, parent: 9 }];
  await expectFailure(() => driver.bulkInsert(db, "children", rows), orphan("children", "parent"));
  expectEqual(await parents(), AS_THEY_WERE);
}

async function onDelete(world: World): Promise<void> {
  const outcomes: readonly (readonly [ReferenceAction, unknown])[] = [
    ["NO ACTION", null],
    ["RESTRICT", null],
    ["CASCADE", [[3, 2], [4, null]]],
    ["SET NULL", [[1, null], [2, null], [3, 2], [4, null]]],
  ];
  for (const [action, expected] of outcomes) {
    const { driver, db, parents } = await family(world, action, "NO ACTION");
    const remove = () => driver.delete(db, "parents", { id: 1 });
    if (expected === null) await expectFailure(remove, orphan("parents", "id"));
    else expectEqual(await remove(), 1);
    expectEqual(await parents(), expected ?? AS_THEY_WERE);
    for (const name of ["children", "parents"]) await driver.dropTable(db, name);
  }
}

async function onUpdate(world: World): Promise<void> {
  const outcomes: readonly (readonly [ReferenceAction, unknown])[] = [
    ["NO ACTION", null],
    ["RESTRICT", null],
    ["CASCADE", [[1, 10], [2, 10], [3, 2], [4, null]]],
    ["SET NULL", [[1, null], [2, null], [3, 2], [4, null]]],
  ];
  for (const [action, expected] of outcomes) {
    const { driver, db, parents } = await family(world, "NO ACTION", action);
    const change = () => driver.update(db, "parents", { id: 10 }, { id: 1 });
    if (expected === null) await expectFailure(change, orphan("parents", "id"));
    else expectEqual(await change(), 1);
    expectEqual(await parents(), expected ?? AS_THEY_WERE);
    for (const name of ["children", "parents"]) await driver.dropTable(db, name);
  }
}
