import { ForeignKeyConstraintError, UniqueConstraintError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { take } from "../steps.ts";
import { promise, promiseIf, reopens, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** What several programs on one store, and the store and its user, have in common and what not. */
export const sharingSuite: readonly TestCase[] = [
  promise("two ORMs: a unique index that one makes holds for the other", indexes),
  promise("two ORMs: a reference holds for the one that does not define it", references),
  promise("two ORMs: a table that one drops is made anew for the other", drops),
  promiseIf(reopens, "reopen: an index and a reference hold for who defines neither", reopened),
  promise("create: a row given, and a row handed out, is the caller's", given),
  promise("transaction: a row handed out is the caller's, and what is pending is not", pending),
];

const key = { type: "INTEGER", primaryKey: true } as const;
const user = {
  id: { ...key, autoIncrement: true },
  email: { type: "TEXT" },
  n: { type: "INTEGER" },
} as const;
const parent = { id: key } as const;
const child = {
  id: key,
  up: { type: "INTEGER", references: { table: "parents", column: "id" } },
  with: { type: "INTEGER", references: { table: "parents", column: "id", onDelete: "CASCADE" } },
} as const;

const refused = { error: UniqueConstraintError, table: "users", columns: ["email"] };
const referred = { error: ForeignKeyConstraintError, table: "parents", columns: ["id"] };

async function indexes(world: World): Promise<void> {
  const [One, Two] = [world.define("users", user), world.define("users", user, { orm: world.newORM() })];
  await Two.create({ email: "w" });
  await One.createIndex("by_email", { columns: ["email"], unique: true });
  await One.create({ email: "x", n: 1 });
  await expectFailure(() => Two.create({ email: "x" }), refused);
  await expectFailure(() => Two.update({ email: "x" }, { email: "w" }), refused);
  expectEqual(await Two.upsert({ email: "x", n: 2 }, { conflict: ["email"] }), { id: 2, email: "x", n: 2 });
  await Two.dropIndex("by_email");
  await One.create({ email: "x" });
  expectEqual(await One.count({ email: "x" }), 2);
}

async function references(world: World): Promise<void> {
  const One = world.define("parents", parent);
  const Child = world.define("children", child);
  const Two = world.define("parents", parent, { orm: world.newORM() });
  await One.bulkCreate([{ id: 1 }, { id: 2 }]);
  await Child.bulkCreate([{ id: 1, up: 1 }, { id: 2, with: 2 }]);
  await expectFailure(() => Two.delete({ id: 1 }), referred);
  expectEqual(await Two.delete({ id: 2 }), 1);
  expectEqual(await Child.findAll(), [{ id: 1, up: 1, with: null }]);
  await expectFailure(() => Two.drop(), referred);
}

async function drops(world: World): Promise<void> {
  const [One, Two] = [world.define("users", user), world.define("users", user, { orm: world.newORM() })];
  await One.create({ email: "x" });
  expectEqual(await Two.count(), 1);
  await One.drop();
  expectEqual(await Two.findAll(), []);
  expectEqual((await Two.create({ email: "y" }))["email"], "y");
  expectEqual(await One.count(), 1);
}

async function reopened(world: World): Promise<void> {
  const User = world.define("users", user);
  const Parent = world.define("parents", parent);
  const Child = world.define("children", child);
  await User.createIndex("by_email", { columns: ["email"], unique: true });
  await User.create({ email: "x", n: 1 });
  await Parent.bulkCreate([{ id: 1 }, { id: 2 }]);
  await Child.bulkCreate([{ id: 1, up: 1 }, { id: 2, with: 2 }]);
  await world.reopen();
  const Again = world.define("users", user);
  await expectFailure(() => Again.create({ email: "x" }), refused);
  expectEqual(await Again.upsert({ email: "x", n: 2 }, { conflict: ["email"] }), { id: 1, email: "x", n: 2 });
  const Old = world.define("parents", parent);
  await expectFailure(() => Old.delete({ id: 1 }), referred);
  expectEqual(await Old.delete({ id: 2 }), 1);
  expectEqual(await world.define("children", child).findAll(), [{ id: 1, up: 1, with: null }]);
}

const values = {
  id: key,
  data: { type: "JSON" },
  at: { type: "DATETIME" },
  bytes: { type: "BLOB" },
} as const;

function fresh(id: number): Row {
  return { id, data: { list: [1, { deep: "a" }] }, at: new Date(86_400_000), bytes: Uint8Array.of(1, 2) };
}

/** Changes everything in a row that can be changed in place. */
function spoil(row: Row | null | undefined): void {
  if (row === null || row === undefined) return;
  const { data, at, bytes } = row as { data: { list: unknown[] }; at: Date; bytes: Uint8Array };
  (data.list[1] as Row)["deep"] = "spoilt";
  data.list.push("spoilt");
  at.setTime(0);
  bytes[0] = 99;
  row["id"] = -1;
}

async function given(world: World): Promise<void> {
  const Item = world.define("items", values);
  const mine = [fresh(1), fresh(2), fresh(3)] as const;
  const made = [await Item.create(mine[0]), ...await Item.bulkCreate([mine[1]]), await Item.upsert(mine[2])];
  for (const each of [...mine, ...made]) spoil(each);
  await unspoilt(Item, [1, 2, 3]);
}

/** Expects rows as they were stored, twice: the first that are read are changed. */
async function unspoilt(Item: TestModel, ids: readonly number[]): Promise<void> {
  for (let times = 0; times < 2; times++) {
    const rows = await Item.findAll();
    expectEqual(rows, ids.map(fresh));
    const one = await Item.findById(ids[0]);
    expectEqual(one, fresh(ids[0] as number));
    for (const each of [...rows, one]) spoil(each);
  }
}

async function pending(world: World): Promise<void> {
  const Item = world.define("items", values);
  await Item.create(fresh(1));
  const work = (fails: boolean) =>
    world.transaction(function* () {
      const rows: (Row | null)[] = [];
      rows.push(yield* take(Item.create(fresh(2))));
      rows.push(...yield* take(Item.bulkCreate([fresh(3)])));
      rows.push(yield* take(Item.upsert(fresh(4))));
      rows.push(yield* take(Item.upsert({ id: 1 })));
      rows.push(yield* take(Item.findById(2)), ...yield* take(Item.findAll()));
      for (const each of rows) spoil(each);
      yield* take(Item.update({ at: fresh(3)["at"] }, { id: 3 }));
      expectEqual(yield* take(Item.findAll()), [1, 2, 3, 4].map(fresh));
      if (fails) throw new Error("undo");
    });
  await expectFailure(() => work(true), { error: Error });
  await unspoilt(Item, [1]);
  await work(false);
  await unspoilt(Item, [1, 2, 3, 4]);
}
