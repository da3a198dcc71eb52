import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { ValidationError } from "../../errors/mod.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Numbers that the store assigns. */
export const autoIncrementSuite: readonly TestCase[] = [
  promise("autoIncrement: begins at 1 and goes on by one", counts),
  promise("autoIncrement: bulkCreate assigns numbers in order, between those given", inBulk),
  promise("autoIncrement: never assigns a number again, whatever was removed", neverAgain),
  promise("autoIncrement: goes on after the largest number given", afterGiven),
  promise("autoIncrement: a bigint column is assigned bigints", bigints),
  promise("autoIncrement: a number that is a row's is never assigned, though an update gave it", afterUpdate),
  promise("autoIncrement: upsert assigns a number to a new row", upserts),
  promise("autoIncrement: a given number that would use the others up is refused", mostGiven),
  promise("autoIncrement: a column that is always generated takes no number", always),
  promise("autoIncrement: no number is left after the largest, until the table is made anew", exhausted),
];

const number = { type: "INTEGER", primaryKey: true, autoIncrement: true } as const;

function items(world: World): TestModel {
  return world.define("items", { id: number, name: { type: "TEXT", unique: true } });
}

async function counts(world: World): Promise<void> {
  const Item = items(world);
  for (const id of [1, 2, 3]) expectEqual(await Item.create({ name: `n${id}` }), { id, name: `n${id}` });
  expectEqual(await Item.create({ id: undefined }), { id: 4, name: null });
}

async function inBulk(world: World): Promise<void> {
  const Item = items(world);
  expectEqual((await Item.bulkCreate([{}, {}, {}])).map(({ id }) => id), [1, 2, 3]);
  expectEqual((await Item.bulkCreate([{}, { id: 10 }, {}, { id: 7 }, {}])).map(({ id }) => id), [
    4,
    10,
    11,
    7,
    12,
  ]);
  expectEqual((await Item.findAll()).map(({ id }) => id), [1, 2, 3, 4, 7, 10, 11, 12]);
}

async function neverAgain(world: World): Promise<void> {
  const Item = items(world);
  await Item.bulkCreate([{}, {}, {}]);
  await Item.delete({ id: 3 });
  expectEqual(await Item.create({}), { id: 4, name: null });
  await Item.deleteAll();
  expectEqual(await Item.create({}), { id: 5, name: null });
  await Item.bulkDelete([5]);
  expectEqual((await Item.bulkCreate([{}, {}])).map(({ id }) => id), [6, 7]);
}

async function afterGiven(world: World): Promise<void> {
  const Item = items(world);
  expectEqual(await Item.create({ id: 100 }), { id: 100, name: null });
  expectEqual(await Item.create({ id: 50 }), { id: 50, name: null });
  expectEqual(await Item.create({}), { id: 101, name: null });
  expectEqual(await Item.create({ id: -5 }), { id: -5, name: null });
  expectEqual(await Item.create({ id: 0 }), { id: 0, name: null });
  await Item.delete({ id: { $gte: 100 } });
  expectEqual(await Item.create({}), { id: 102, name: null });
}

async function bigints(world: World): Promise<void> {
  const Item = world.define("items", { id: { ...number, bigint: true } });
  expectEqual(await Item.create({}), { id: 1n });
  expectEqual(await Item.create({ id: 41 }), { id: 41n });
  expectEqual(await Item.bulkCreate([{}, {}]), [{ id: 42n }, { id: 43n }]);
  expectEqual(await Item.findAll(), [{ id: 1n }, { id: 41n }, { id: 42n }, { id: 43n }]);
}

async function afterUpdate(world: World): Promise<void> {
  const Item = items(world);
  await Item.bulkCreate([{}, {}]);
  await Item.update({ id: 5 }, { id: 2 });
  const { id } = await Item.create({});
  expectTrue(typeof id === "number" && id > 5, `a number above 5 is assigned, not ${id}`);
  expectEqual(await Item.count(), 3);
}

async function upserts(world: World): Promise<void> {
  const Item = items(world);
  expectEqual(await Item.upsert({ name: "a" }, { conflict: ["name"] }), { id: 1, name: "a" });
  expectEqual(await Item.upsert({ name: "a" }, { conflict: ["name"] }), { id: 1, name: "a" });
  expectEqual(await Item.upsert({ id: 9, name: "b" }), { id: 9, name: "b" });
  expectEqual(await Item.create({}), { id: 10, name: null });
}

async function mostGiven(world: World): Promise<void> {
  const Item = items(world);
  await Item.create({ id: 1, name: "a" });
  const most = 2 ** 52;
  const refused = { error: ValidationError, code: "OUT_OF_RANGE", table: "items", columns: ["id"] };
  for (const id of [most + 1, Number.MAX_SAFE_INTEGER]) {
    await expectFailure(() => Item.create({ id }), refused);
    await expectFailure(() => Item.bulkCreate([{}, { id }]), refused);
    await expectFailure(() => Item.upsert({ id, name: "b" }), refused);
    await expectFailure(() => Item.update({ id }, { id: 1 }), refused);
    await expectFailure(() => Item.bulkUpdate([{ where: { id: 1 }, data: { id } }]), refused);
    expectEqual(await Item.findById(id), null);
  }
  expectEqual(await Item.create({}), { id: 2, name: null });
  expectEqual(await Item.create({ id: most }), { id: most, name: null });
  expectEqual(await Item.create({}), { id: most + 1, name: null });
  expectEqual(await Item.create({ id: -most - 1 }), { id: -most - 1, name: null });
  const Big = world.define("big", { id: { ...number, bigint: true } });
  await expectFailure(() => Big.create({ id: BigInt(most) + 1n }), { ...refused, table: "big" });
  expectEqual(await Big.create({ id: most }), { id: BigInt(most) });
  expectEqual(await Big.create({}), { id: BigInt(most) + 1n });
}

async function always(world: World): Promise<void> {
  const Item = world.define("items", {
    id: { ...number, generated: "always" },
    name: { type: "TEXT", unique: true },
  });
  const refused = { error: ValidationError, code: "GENERATED_VALUE", table: "items", columns: ["id"] };
  expectEqual(await Item.create({ name: "a" }), { id: 1, name: "a" });
  await expectFailure(() => Item.create({ id: 2 }), refused);
  await expectFailure(() => Item.bulkCreate([{}, { id: 2 }]), refused);
  await expectFailure(() => Item.upsert({ id: 1, name: "b" }), refused);
  await expectFailure(() => Item.update({ id: 2 }, { id: 1 }), refused);
  await expectFailure(() => Item.updateAll({ id: 2 }), refused);
  await expectFailure(() => Item.bulkUpdate([{ where: { id: 1 }, data: { id: 2 } }]), refused);
  expectEqual(await Item.upsert({ name: "a" }), { id: 1, name: "a" });
  expectEqual(await Item.create({ id: undefined, name: "b" }), { id: 2, name: "b" });
  expectEqual((await Item.findAll()).map(({ id }) => id), [1, 2]);
}

async function exhausted(world: World): Promise<void> {
  const Item = items(world);
  await Item.bulkCreate([{ name: "a" }, { name: "b" }]);
  const refused = { error: ValidationError, code: "OUT_OF_RANGE", table: "items" };
  // The model refuses such a number; another program does not.
  const driver = await world.direct();
  await driver.insert(Item.database, "items", { id: Number.MAX_SAFE_INTEGER, name: "last" });
  await expectFailure(() => Item.create({}), refused);
  expectEqual(await Item.create({ id: 3, name: "c" }), { id: 3, name: "c" });
  await Item.delete({ id: Number.MAX_SAFE_INTEGER });
  const rows = await Item.findAll();
  await Item.drop();
  expectEqual(await Item.bulkCreate(rows), rows);
  expectEqual(await Item.create({ name: "d" }), { id: 4, name: "d" });
}
