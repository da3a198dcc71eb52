import { RinariError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import type { Exprs } from "../../types/expression.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** What an upsert does to a row that is there, and which row that is. */
export const upsertChoicesSuite: readonly TestCase[] = [
  promise("upsert: `update` as a list names what a row that is there gets; nothing when it is empty", lists),
  promise("upsert: `update` as an object gives values, and functions of (old, given)", objects),
  promise("upsert: `given` is the row as it would be stored, with defaults and nulls", given),
  promise("upsert: `where` decides whether the row that is there is changed", onlyIf),
  promise(
    "upsert: what an update computes is held to its columns, and changes nothing when refused",
    refused,
  ),
  promise("upsert: an index is named, also one with a condition", named),
  promise("upsert: a partial index is found by its columns when the row is in it", partial),
  promise("upsert: a change of a row that is there is counted, and stays inside of a scope", lifecycle),
  promise("findOrCreate: gives the row that is there as it is, or the one it stores", finds),
  promise("findOrCreate: another row's unique value is refused", findRefused),
  promise("findOrCreate: many at the same moment store one row", race),
  promise("upsert: many at the same moment lose nothing of what they compute", counts),
];

const SCHEMA = {
  sku: { type: "TEXT", primaryKey: true },
  n: { type: "INTEGER", notNull: true, default: 1 },
  note: { type: "TEXT" },
  at: { type: "DATETIME" },
  data: { type: "JSON" },
  state: { type: "TEXT", notNull: true, values: ["new", "old"], default: "new" },
  code: { type: "TEXT", unique: true },
} as const;

type Given = Exprs<{
  readonly n: number;
  readonly note: string | null;
  readonly at: Date | null;
  readonly state: string;
  readonly code: string | null;
}>;

const row = (sku: string, more: object = {}): Row => ({
  sku,
  n: 1,
  note: null,
  at: null,
  data: null,
  state: "new",
  code: null,
  ...more,
});

const plus = (old: Given, given: Given) => old.n.plus(given.n);

function stock(world: World, rows: readonly Row[] = []): Promise<TestModel> {
  return world.filled("stock", SCHEMA, rows);
}

async function lists(world: World): Promise<void> {
  const Item = await stock(world, [row("a", { n: 5, note: "first" })]);
  const again = { sku: "a", n: 7, note: "again", at: 9 };
  expectEqual(await Item.upsert(again, { update: [] }), row("a", { n: 5, note: "first" }));
  expectEqual(await Item.upsert(again, { update: ["n", "sku", "state"] }), row("a", { n: 7, note: "first" }));
  expectEqual(
    await Item.upsert({ sku: "b", n: 2, note: "x" }, { update: ["n"] }),
    row("b", { n: 2, note: "x" }),
  );
  expectEqual(await Item.findAll(), [row("a", { n: 7, note: "first" }), row("b", { n: 2, note: "x" })]);
}

async function objects(world: World): Promise<void> {
  const Item = await stock(world);
  const add = (n: number, more: object = {}) =>
    Item.upsert({ sku: "a", n, note: "first seen", ...more }, { update: { n: plus } });
  expectEqual(await add(5), row("a", { n: 5, note: "first seen" }));
  expectEqual(await add(3, { note: "lost" }), row("a", { n: 8, note: "first seen" }));
  const both = {
    n: (old: Given) => old.n.times(2),
    note: (_: Given, it: Given) => it.note,
    at: new Date(3),
    data: { a: [1] },
    code: "c",
    state: undefined,
  };
  const changed = row("a", { n: 16, note: "second", at: new Date(3), data: { a: [1] }, code: "c" });
  expectEqual(await Item.upsert({ sku: "a", note: "second" }, { update: both }), changed);
  expectEqual(await Item.upsert({ sku: "a" }, { update: {} }), changed);
  expectEqual(await Item.findAll(), [changed]);
  const state = { state: (_: Given, it: Given) => it.state };
  expectEqual(await Item.upsert({ sku: "a", state: "old" }, { update: state }), { ...changed, state: "old" });
  expectEqual(await Item.upsert({ sku: "a" }, { update: { sku: "z" } }), {
    ...changed,
    state: "old",
    sku: "z",
  });
}

async function given(world: World): Promise<void> {
  const Item = await stock(world, [row("a", { n: 4, note: "x" })]);
  // `n` was not given: its default is.
  expectEqual(await Item.upsert({ sku: "a" }, { update: { n: plus } }), row("a", { n: 5, note: "x" }));
  const note = (old: Given, it: Given) => it.note.orElse(old.note.concat("!") as never);
  expectEqual(await Item.upsert({ sku: "a" }, { update: { note } }), row("a", { n: 5, note: "x!" }));
  expectEqual(
    await Item.upsert({ sku: "a", note: "y" }, { update: { note } }),
    row("a", { n: 5, note: "y" }),
  );
  const cleared = { note: (_: Given, it: Given) => it.note, at: (_: Given, it: Given) => it.at };
  expectEqual(
    await Item.upsert({ sku: "a", at: 7 }, { update: cleared }),
    row("a", { n: 5, at: new Date(7) }),
  );
}

async function onlyIf(world: World): Promise<void> {
  const Item = await stock(world);
  const newer = { where: (old: Given, it: Given) => it.at.gt(old.at as never) };
  const write = (n: number, at: number) => Item.upsert({ sku: "a", n, at }, newer);
  expectEqual(await write(1, 10), row("a", { n: 1, at: new Date(10) }));
  expectEqual(await write(2, 5), row("a", { n: 1, at: new Date(10) }));
  expectEqual(await write(3, 20), row("a", { n: 3, at: new Date(20) }));
  expectEqual(
    await Item.upsert({ sku: "a", n: 9 }, { update: ["n"], where: { state: "old" } }),
    row("a", { n: 3, at: new Date(20) }),
  );
  expectEqual(
    await Item.upsert({ sku: "a", n: 9 }, { update: { n: plus }, where: { n: { $lt: 5 }, state: "new" } }),
    row("a", { n: 12, at: new Date(20) }),
  );
  expectEqual(await Item.upsert({ sku: "b", n: 2 }, { where: { state: "old" } }), row("b", { n: 2 }));
  expectEqual(await Item.count(), 2);
}

async function refused(world: World): Promise<void> {
  const Item = await stock(world, [row("a", { n: 5 }), row("b", { code: "c" })]);
  const before = await Item.findAll();
  const wrong: readonly (readonly [update: unknown, code: string])[] = [
    [{ n: (old: Given) => old.n.times(9_007_199_254_740_991) }, "OUT_OF_RANGE"],
    [{ state: (old: Given) => old.state.concat("!") }, "INVALID_VALUE"],
    [{ n: (_: Given, it: Given) => it.note }, "INVALID_EXPRESSION"],
    [{ code: (_: Given, it: Given) => it.code }, "INVALID_EXPRESSION"],
    [{ n: () => 5 }, "INVALID_EXPRESSION"],
    [{ n: "5" }, "INVALID_VALUE"],
    [{ nothing: 5 }, "UNKNOWN_COLUMN"],
  ];
  for (const [update, code] of wrong) {
    await expectFailure(() => Item.upsert({ sku: "a" }, { update }), { error: ValidationError, code });
  }
  const taken = { error: UniqueConstraintError, columns: ["code"] };
  await expectFailure(() => Item.upsert({ sku: "a" }, { update: { code: "c" } }), taken);
  await expectFailure(() => Item.upsert({ sku: "new", code: "c" }, { update: { n: plus } }), taken);
  expectEqual(await Item.findAll(), before);
}

const USERS = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  email: { type: "TEXT", notNull: true },
  gone: { type: "BOOLEAN", notNull: true, default: false },
  name: { type: "TEXT" },
} as const;
const LIVE = { name: "users_live", columns: ["email"], unique: true, where: { gone: false } };

async function named(world: World): Promise<void> {
  const User = await world.filled("users", USERS, [
    { email: "x", gone: true, name: "dead" },
    { email: "x", gone: true, name: "dead too" },
  ], { indexes: [LIVE] });
  const live = { conflict: "users_live" };
  const ada = { id: 3, email: "x", gone: false, name: "Ada" };
  expectEqual(await User.upsert({ email: "x", name: "Ada" }, live), ada);
  expectEqual(await User.upsert({ email: "x", name: "Ada L." }, { ...live, update: ["name"] }), {
    ...ada,
    name: "Ada L.",
  });
  // It is in no index: it meets nothing.
  expectEqual(await User.upsert({ email: "x", gone: true }, live), { ...ada, id: 4, gone: true, name: null });
  expectEqual((await User.findOrCreate({ email: "x" }, live)).created, false);
  expectEqual((await User.findOrCreate({ email: "y" }, live)).created, true);
  const whole = { name: "by_name", columns: ["name"], unique: true };
  await User.createIndex(whole.name, { columns: whole.columns, unique: true });
  expectEqual(await User.upsert({ email: "z", name: "Ada L." }, { conflict: "by_name" }), {
    ...ada,
    name: "Ada L.",
    email: "z",
  });
  const invalid = { error: ValidationError, code: "INVALID_CONFLICT", table: "users" };
  await expectFailure(() => User.upsert({ email: "x" }, { conflict: "nothing" }), invalid);
  await expectFailure(() => User.upsert({ email: "x" }, { conflict: "by_name" }), invalid);
}

async function partial(world: World): Promise<void> {
  const User = await world.filled("users", USERS, [{ email: "x", gone: true }], { indexes: [LIVE] });
  const byEmail = { conflict: ["email"] };
  const row = { id: 2, email: "x", gone: false, name: null };
  expectEqual(await User.upsert({ email: "x" }, byEmail), row);
  expectEqual(await User.upsert({ email: "x", name: "n" }, byEmail), { ...row, name: "n" });
  expectEqual(await User.upsert({ email: "x", gone: true }, byEmail), { ...row, id: 3, gone: true });
  await User.createIndex("named_live", { columns: ["email"], unique: true, where: { name: { $ne: null } } });
  expectEqual((await User.upsert({ email: "x", name: null }, byEmail)).id, 2);
  await expectFailure(() => User.upsert({ email: "y", name: "m" }, byEmail), {
    error: ValidationError,
    code: "INVALID_CONFLICT",
  });
  expectEqual(await User.count(), 3);
}

async function finds(world: World): Promise<void> {
  const Item = await stock(world, [row("a", { n: 5, code: "c" })]);
  const there = { row: row("a", { n: 5, code: "c" }), created: false };
  expectEqual(await Item.findOrCreate({ sku: "a", n: 9 }), there);
  expectEqual(await Item.findOrCreate({ sku: "z", code: "c" }, { conflict: ["code"] }), there);
  expectEqual(await Item.findOrCreate({ sku: "b", n: 2 }), { row: row("b", { n: 2 }), created: true });
  await world.transaction(function* () {
    expectEqual((yield* take(Item.findOrCreate({ sku: "c" }))).created, true);
    expectEqual((yield* take(Item.findOrCreate({ sku: "c" }))).created, false);
  });
  expectEqual((await Item.findAll()).map(({ sku }) => sku), ["a", "b", "c"]);
}

async function findRefused(world: World): Promise<void> {
  const Item = await stock(world, [row("a", { code: "c" })]);
  await expectFailure(() => Item.findOrCreate({ sku: "b", code: "c" }), {
    error: UniqueConstraintError,
    columns: ["code"],
  });
  for (const bad of [["sku"], { update: [] }, { where: {} }, "sku"]) {
    await expectFailure(() => Item.findOrCreate({ sku: "b" }, bad), {
      error: ValidationError,
      code: "INVALID_OPTIONS",
    });
  }
  expectEqual(await Item.count(), 1);
}

async function race(world: World): Promise<void> {
  const Item = await stock(world);
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, n) => Item.findOrCreate({ sku: "a", n, note: String(n) })),
  );
  expectEqual(all.filter(({ created }) => created).length, 1);
  const [stored] = await Item.findAll();
  for (const found of all) expectEqual(found.row, stored as Row);
  expectEqual(await Item.count(), 1);
}

async function counts(world: World): Promise<void> {
  const Item = await stock(world);
  // A store may refuse a change that another got before; it is made again.
  const count = async (left = 100): Promise<void> => {
    try {
      await Item.upsert({ sku: "a", n: 1 }, { update: { n: plus } });
    } catch (error) {
      if (left === 0 || !(error instanceof RinariError) || !error.retryable) throw error;
      await count(left - 1);
    }
  };
  await Promise.all(Array.from({ length: 20 }, () => count()));
  expectEqual((await Item.findAll()).map(({ n }) => n), [20]);
}

async function lifecycle(world: World): Promise<void> {
  const Item = world.define("kept", {
    id: { type: "INTEGER", primaryKey: true },
    tenant: { type: "TEXT", notNull: true },
    n: { type: "INTEGER", notNull: true, default: 1 },
    changes: { type: "INTEGER", notNull: true, version: true },
  });
  const [Mine, Theirs] = ["me", "them"].map((tenant) => Item.scope({ tenant })) as [TestModel, TestModel];
  expectEqual(await Mine.upsert({ id: 1 }, { update: { n: plus } }), {
    id: 1,
    tenant: "me",
    n: 1,
    changes: 1,
  });
  expectEqual(await Mine.upsert({ id: 1 }, { update: { n: plus } }), {
    id: 1,
    tenant: "me",
    n: 2,
    changes: 2,
  });
  expectEqual(await Mine.upsert({ id: 1, n: 9 }, { update: [] }), { id: 1, tenant: "me", n: 2, changes: 2 });
  expectEqual(await Mine.bulkUpsert([{ id: 1, n: 5 }, { id: 2 }]), [
    { id: 1, tenant: "me", n: 5, changes: 3 },
    { id: 2, tenant: "me", n: 1, changes: 1 },
  ]);
  const outside = { error: UniqueConstraintError, columns: ["id"] };
  await expectFailure(() => Theirs.upsert({ id: 1 }, { update: { n: plus } }), outside);
  await expectFailure(() => Theirs.findOrCreate({ id: 1 }), outside);
  await expectFailure(() => Theirs.bulkUpsert([{ id: 1 }], { update: [] }), outside);
  const counted = { error: ValidationError, code: "GENERATED_VALUE" };
  await expectFailure(() => Mine.upsert({ id: 1 }, { update: { changes: 7 } }), counted);
  expectEqual((await Item.findAll()).map(({ changes }) => changes), [3, 1]);
}
