import { NotFoundError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Storing, changing, removing and counting rows. */
export const crudSuite: readonly TestCase[] = [
  promise("create: returns the row as stored, with defaults and nulls", creates),
  promise("create: a column that does not exist is refused", unknownColumns),
  promise("create: a row that is no object is refused", noRows),
  promise("bulkCreate: stores and returns the rows in order", bulkCreates),
  promise("bulkCreate: no rows are stored when one is refused", bulkCreatesNone),
  promise("bulkCreate: 3,000 rows at once", bulkCreatesMany),
  promise("findById: finds the row, or null", findsById),
  promise("findOrFail and findByIdOrFail: throw when there is no row", findsOrFails),
  promise("findById, findByIdOrFail and bulkDelete: options in the place of a key are refused", keysOnly),
  promise("findOne, findOrFail and findAll: a key in the place of options is refused", optionsOnly),
  promise("count and exists: tell how many rows match", counts),
  promise("update: changes the rows that match and tells how many", updates),
  promise("update: counts the rows that match, changed or not", updatesSame),
  promise("update: what is undefined stays as it is", updatesUndefined),
  promise("update: can change the columns of its own condition", updatesCondition),
  promise("update: can change the primary key", updatesKey),
  promise("updateAll: changes every row", updatesAll),
  promise("bulkUpdate: makes the updates in order and tells the total", bulkUpdates),
  promise("bulkUpdate: makes none of the updates when one is refused", bulkUpdatesNone),
  promise("bulkUpdate: each update is checked as it is made: values are not swapped", bulkUpdatesInOrder),
  promise("delete: removes the rows that match and tells how many", deletes),
  promise("deleteAll: removes every row", deletesAll),
  promise("bulkDelete: removes the rows with these keys", bulkDeletes),
  promise("update and delete: an empty or always true condition is refused", refusesAll),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  name: { type: "TEXT", unique: true },
  n: { type: "INTEGER", default: 7 },
} as const;

const row = (id: number, name: string | null, n: number | null = 7) => ({ id, name, n });

function items(world: World): Promise<TestModel> {
  return world.filled("items", schema, [row(1, "a", 1), row(2, "b", 2), row(3, null, null)]);
}

async function creates(world: World): Promise<void> {
  const Item = world.define("items", schema);
  expectEqual(await Item.create({ id: 1 }), row(1, null));
  expectEqual(await Item.create({ n: null, name: "x", id: 2 }), row(2, "x", null));
  expectEqual(await Item.create({ id: 3, name: undefined, n: undefined }), row(3, null));
  expectEqual(await Item.findAll(), [row(1, null), row(2, "x", null), row(3, null)]);
}

async function unknownColumns(world: World): Promise<void> {
  const Item = await items(world);
  const unknown = { error: ValidationError, code: "UNKNOWN_COLUMN", table: "items" };
  for (const name of ["nothing", "ID", "id ", "constructor", "name; --", "n`", "$set", ""]) {
    await expectFailure(() => Item.create({ id: 9, [name]: 1 }), unknown);
    await expectFailure(() => Item.bulkCreate([row(9, "x"), { id: 10, [name]: 1 }]), unknown);
    await expectFailure(() => Item.update({ [name]: 1 }, { id: 1 }), unknown);
    await expectFailure(() => Item.upsert({ id: 1, [name]: 1 }), unknown);
    await expectFailure(() => Item.count({ [name === "$set" ? "set" : name]: 1 }), unknown);
  }
  expectEqual(await Item.count(), 3);
}

async function noRows(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: ValidationError, table: "items" };
  for (const bad of [null, undefined, 1, "row", [], [row(9, "x")]]) {
    await expectFailure(() => Item.create(bad), refused);
    await expectFailure(() => Item.upsert(bad), refused);
    await expectFailure(() => Item.update(bad, { id: 1 }), refused);
    await expectFailure(() => Item.bulkCreate([bad]), refused);
  }
  await expectFailure(() => Item.bulkCreate(row(9, "x")), refused);
  expectEqual(await Item.count(), 3);
}

async function bulkCreates(world: World): Promise<void> {
  const Item = world.define("items", schema);
  expectEqual(await Item.bulkCreate([]), []);
  expectEqual(await Item.bulkCreate([{ id: 2 }, { id: 1, n: 5 }, { name: "z", id: 3, n: null }]), [
    row(2, null),
    row(1, null, 5),
    row(3, "z", null),
  ]);
  expectEqual(await Item.findAll(), [row(1, null, 5), row(2, null), row(3, "z", null)]);
}

async function bulkCreatesNone(world: World): Promise<void> {
  const Item = await items(world);
  const rows = [row(10, "x"), row(11, "y"), row(12, "a"), row(13, "z")];
  await expectFailure(() => Item.bulkCreate(rows), { error: UniqueConstraintError, columns: ["name"] });
  expectEqual(await Item.count(), 3);
  await expectFailure(() => Item.bulkCreate([row(10, "x"), row(10, "y")]), {
    error: UniqueConstraintError,
    columns: ["id"],
  });
  await expectFailure(() => Item.bulkCreate([row(10, "x"), row(11, "x")]), {
    error: UniqueConstraintError,
    columns: ["name"],
  });
  expectEqual(await Item.findAll({ where: { id: { $gt: 3 } } }), []);
  expectEqual(await Item.bulkCreate(rows.slice(0, 2)), rows.slice(0, 2));
}

async function bulkCreatesMany(world: World): Promise<void> {
  const most = Math.min(3_000, world.capabilities.limits?.batchRows ?? 3_000);
  const rows = Array.from({ length: most }, (_, i) => row(most - i, `name ${i}`, i % 10));
  const Item = world.define("items", schema);
  expectEqual(await Item.bulkCreate(rows), rows);
  expectEqual(await Item.count(), most);
  expectEqual(await Item.findAll(), rows.toReversed());
  expectEqual(await Item.count({ n: 3 }), rows.filter(({ n }) => n === 3).length);
}

async function findsById(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.findById(2), row(2, "b", 2));
  expectEqual(await Item.findById(9), null);
}

async function findsOrFails(world: World): Promise<void> {
  const Item = await items(world);
  const missing = { error: NotFoundError, code: "NOT_FOUND", table: "items" };
  expectEqual(await Item.findByIdOrFail(2), row(2, "b", 2));
  expectEqual(await Item.findOrFail({ where: { name: "a" } }), row(1, "a", 1));
  await expectFailure(() => Item.findByIdOrFail(9), missing);
  await expectFailure(() => Item.findOrFail({ where: { name: "z" } }), missing);
  const Day = await world.filled("days", { day: { type: "DATE", primaryKey: true } }, [
    { day: "2026-01-01" },
    { day: "2026-01-02" },
  ]);
  const second = new Date("2026-01-02");
  expectEqual(await Day.findByIdOrFail(second), { day: second });
  await expectFailure(() => Day.findByIdOrFail(new Date("2026-01-03")), { ...missing, table: "days" });
}

async function keysOnly(world: World): Promise<void> {
  const Item = await items(world);
  const Part = await world.filled("parts", {
    order: { type: "INTEGER", primaryKey: true },
    line: { type: "INTEGER", primaryKey: true },
  }, [{ order: 1, line: 1 }]);
  // What an outsider sends in the place of a key never becomes a search for other rows.
  const hostile = [{}, { where: { id: 1 } }, { limit: 1 }, { id: 1 }, { $gt: 0 }, [], [1], new Map()];
  for (const bad of [undefined, null, ...hostile]) {
    const refused = { error: ValidationError, table: "items" };
    await expectFailure(() => Item.findById(bad), refused);
    await expectFailure(() => Item.findByIdOrFail(bad), refused);
    await expectFailure(() => Item.bulkDelete([bad]), refused);
  }
  for (const bad of [{}, { where: { order: 1 } }, { order: 1 }, { order: { $gt: 0 }, line: 1 }, 1, null]) {
    const refused = { error: ValidationError, table: "parts" };
    await expectFailure(() => Part.findById(bad), refused);
    await expectFailure(() => Part.findByIdOrFail(bad), refused);
    await expectFailure(() => Part.bulkDelete([bad]), refused);
  }
  expectEqual(await Part.findByIdOrFail({ order: 1, line: 1 }), { order: 1, line: 1 });
  expectEqual([await Item.count(), await Part.count()], [3, 1]);
}

async function optionsOnly(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: ValidationError, code: "INVALID_OPTIONS", table: "items" };
  for (const key of [1, "a", true, new Date(0), new Uint8Array(1), null, [1], new Map()]) {
    await expectFailure(() => Item.findOne(key), refused);
    await expectFailure(() => Item.findOrFail(key), refused);
    await expectFailure(() => Item.findAll(key), refused);
    await expectFailure(() => Item.paginate(key), refused);
  }
  // Options that are missing by mistake never mean any row.
  await expectFailure(() => Item.findOrFail(undefined), refused);
}

async function counts(world: World): Promise<void> {
  const Item = world.define("items", schema);
  expectEqual([await Item.count(), await Item.exists()], [0, false]);
  await world.fill(Item, [row(1, "a"), row(2, "b", 2), row(3, null, null)]);
  expectEqual([await Item.count(), await Item.exists()], [3, true]);
  expectEqual([await Item.count({ name: null }), await Item.exists({ name: null })], [1, true]);
  expectEqual([await Item.count({ id: 9 }), await Item.exists({ id: 9 })], [0, false]);
  expectEqual(await Item.count({}), 3);
}

async function updates(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.update({ n: 5 }, { name: "a" }), 1);
  expectEqual(await Item.update({ n: 6 }, { id: { $in: [2, 3, 4] } }), 2);
  expectEqual(await Item.update({ n: 0 }, { id: 9 }), 0);
  expectEqual(await Item.findAll(), [row(1, "a", 5), row(2, "b", 6), row(3, null, 6)]);
  expectEqual(await Item.update({ name: null, n: null }, { id: 1 }), 1);
  expectEqual(await Item.findById(1), row(1, null, null));
}

async function updatesSame(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.update({ n: 1 }, { n: 1 }), 1);
  expectEqual(await Item.update({ name: "a" }, { id: 1 }), 1);
  expectEqual(await Item.updateAll({ n: 4 }), 3);
  expectEqual(await Item.updateAll({ n: 4 }), 3);
}

async function updatesUndefined(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.update({ n: 9, name: undefined }, { id: 1 }), 1);
  expectEqual(await Item.findById(1), row(1, "a", 9));
  expectEqual(await Item.update({ name: undefined }, { id: { $gte: 2 } }), 2);
  expectEqual(await Item.update({}, { id: 2 }), 1);
  expectEqual(await Item.findAll(), [row(1, "a", 9), row(2, "b", 2), row(3, null, null)]);
}

async function updatesCondition(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.update({ n: 2 }, { n: 1 }), 1);
  expectEqual(await Item.update({ n: 3 }, { n: 2 }), 2);
  expectEqual(await Item.count({ n: 3 }), 2);
}

async function updatesKey(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.update({ id: 20, n: 0 }, { id: 2 }), 1);
  expectEqual(await Item.findAll(), [row(1, "a", 1), row(3, null, null), row(20, "b", 0)]);
  await expectFailure(() => Item.update({ id: 1 }, { id: 20 }), {
    error: UniqueConstraintError,
    columns: ["id"],
  });
  expectEqual(await Item.findById(20), row(20, "b", 0));
  expectEqual(await Item.findById(2), null);
}

async function updatesAll(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.updateAll({ n: 5 }), 3);
  expectEqual(await Item.findAll(), [row(1, "a", 5), row(2, "b", 5), row(3, null, 5)]);
  await Item.deleteAll();
  expectEqual(await Item.updateAll({ n: 6 }), 0);
}

async function bulkUpdates(world: World): Promise<void> {
  const Item = await items(world);
  const changes = [
    { where: { id: 1 }, data: { n: 10 } },
    { where: { n: { $gte: 2 } }, data: { n: 20 } },
    { where: { id: 9 }, data: { n: 30 } },
    { where: { id: 2 }, data: { name: "B" } },
  ];
  expectEqual(await Item.bulkUpdate(changes), 4);
  expectEqual(await Item.findAll(), [row(1, "a", 20), row(2, "B", 20), row(3, null, null)]);
  expectEqual(await Item.bulkUpdate([]), 0);
}

async function bulkUpdatesNone(world: World): Promise<void> {
  const Item = await items(world);
  const changes = [{ where: { id: 1 }, data: { n: 10 } }, { where: { id: 3 }, data: { name: "b" } }];
  await expectFailure(() => Item.bulkUpdate(changes), { error: UniqueConstraintError, columns: ["name"] });
  expectEqual(await Item.findAll(), [row(1, "a", 1), row(2, "b", 2), row(3, null, null)]);
  await expectFailure(() => Item.updateAll({ name: "same" }), {
    error: UniqueConstraintError,
    columns: ["name"],
  });
  expectEqual(await Item.findAll(), [row(1, "a", 1), row(2, "b", 2), row(3, null, null)]);
}

async function bulkUpdatesInOrder(world: World): Promise<void> {
  const Item = await items(world);
  const before = await Item.findAll();
  const swaps = [
    {
      column: "name",
      updates: [{ where: { id: 1 }, data: { name: "b" } }, { where: { id: 2 }, data: { name: "a" } }],
    },
    {
      column: "id",
      updates: [{ where: { id: 1 }, data: { id: 2 } }, { where: { name: "b" }, data: { id: 1 } }],
    },
  ];
  for (const { column, updates } of swaps) {
    await expectFailure(() => Item.bulkUpdate(updates), { error: UniqueConstraintError, columns: [column] });
    expectEqual(await Item.findAll(), before);
  }
  const moves = [
    { where: { id: 1 }, data: { name: "z" } },
    { where: { id: 2 }, data: { name: "a" } },
    { where: { id: 1 }, data: { name: "b" } },
  ];
  expectEqual(await Item.bulkUpdate(moves), 3);
  expectEqual(await Item.findAll(), [row(1, "b", 1), row(2, "a", 2), row(3, null, null)]);
}

async function deletes(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.delete({ name: "nothing" }), 0);
  expectEqual(await Item.delete({ n: { $gte: 2 } }), 1);
  expectEqual(await Item.delete({ name: null }), 1);
  expectEqual(await Item.findAll(), [row(1, "a", 1)]);
  expectEqual(await Item.create({ id: 2, name: "b" }), row(2, "b"));
}

async function deletesAll(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.deleteAll(), 3);
  expectEqual(await Item.deleteAll(), 0);
  expectEqual(await Item.findAll(), []);
}

async function bulkDeletes(world: World): Promise<void> {
  const Item = await items(world);
  expectEqual(await Item.bulkDelete([]), 0);
  expectEqual(await Item.bulkDelete([1, 1, 3, 9]), 2);
  expectEqual(await Item.findAll(), [row(2, "b", 2)]);
}

async function refusesAll(world: World): Promise<void> {
  const Item = await items(world);
  const empty = { error: ValidationError, code: "EMPTY_WHERE", table: "items" };
  const always = [
    {},
    undefined,
    null,
    { $and: [] },
    { $and: [{}, {}] },
    { $not: { $or: [] } },
    { $or: [{ id: 1 }, {}] },
    { id: { $notIn: [] } },
    { $not: { id: { $in: [] } } },
  ];
  for (const where of always) {
    await expectFailure(() => Item.update({ n: 0 }, where), empty);
    await expectFailure(() => Item.delete(where), empty);
    await expectFailure(() => Item.bulkUpdate([{ where, data: { n: 0 } }]), empty);
  }
  expectEqual(await Item.findAll(), [row(1, "a", 1), row(2, "b", 2), row(3, null, null)]);
}
