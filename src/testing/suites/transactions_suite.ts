import { NotFoundError, TransactionError, UniqueConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectThrown, expectTrue, failing, throwing } from "../assertions.ts";
import { isOfMode, promise, promiseIf, type TestCase } from "../test_case.ts";
import { take } from "../steps.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Transactions of one flow: all or nothing, nested to any depth. */
export const transactionsSuite: readonly TestCase[] = [
  promise("transaction: keeps the work and returns what its callback returns", commits),
  promise("transaction: a throw undoes every kind of write, and is passed on as it is", undoes),
  promise("transaction: is undone also when what is thrown is no Error", undoesForAnything),
  promise("transaction: sees its own writes", seesItself),
  promise("transaction: undoes what references and upserts changed", undoesCascades),
  promise("transaction: a nested one that throws is undone alone", nestedUndone),
  promise("transaction: a nested one that succeeds goes with the outer one", nestedGoes),
  promise("transaction: nests ten levels deep", deep),
  promise("transaction: after a failed operation only its end is possible", failed),
  promise("transaction: goes on after findOrFail found nothing", notFound),
  promise("transaction: a failed operation that is caught still undoes it", swallowed),
  promise("transaction: a failure in a nested one can be survived", survived),
  promise("transaction: a second database is refused", secondDatabase),
  promise("transaction: may follow another, however that one ended", oneAfterAnother),
  promise("transaction: tables that it is the first to use stay", firstUse),
  promise("transaction: undoes a dropped table and an index", undoesTables),
  promise("transaction: iterate and paginate see it", readsInside),
  promise("transaction: a callback that is no function is refused", noFunction),
  promiseIf(isOfMode("sync"), "transaction: an async callback is refused and undone", asyncCallback),
  promiseIf(isOfMode("async"), "transaction: may wait for anything in between", waits),
];

class Undo extends Error {}

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  name: { type: "TEXT", unique: true },
  at: { type: "DATETIME" },
} as const;

const row = (id: number, name: string | null = null, at: Date | null = null) => ({ id, name, at });

async function items(world: World): Promise<TestModel> {
  return await world.filled("items", schema, [row(1, "a", new Date(1)), row(2, "b"), row(3)]);
}

async function ids(model: TestModel): Promise<unknown[]> {
  return (await model.findAll({ select: ["id"] })).map(({ id }) => id);
}

/** Runs steps and then throws. */
async function undone(world: World, steps: () => Generator<unknown, unknown, unknown>): Promise<void> {
  const reason = new Undo("undo");
  const thrown = await expectFailure(() =>
    world.transaction(function* () {
      yield* steps();
      throw reason;
    }), { error: Undo });
  expectTrue(thrown === reason, "what is thrown is what the callback threw");
}

async function commits(world: World): Promise<void> {
  const Item = await items(world);
  const result = await world.transaction(function* () {
    yield* take(Item.create(row(4)));
    yield* take(Item.update({ name: "B" }, { id: 2 }));
    yield* take(Item.delete({ id: 3 }));
    return { found: yield* take(Item.count()) };
  });
  expectEqual(result, { found: 3 });
  expectEqual(await Item.findAll(), [row(1, "a", new Date(1)), row(2, "B"), row(4)]);
  expectEqual(await world.transaction(function* () {}), undefined);
}

async function undoes(world: World): Promise<void> {
  const Item = await items(world);
  const before = await Item.findAll();
  const writes: readonly (() => unknown)[] = [
    () => Item.create(row(4, "d")),
    () => Item.bulkCreate([row(5), row(6, "f", new Date(6))]),
    () => Item.update({ name: "A", at: null }, { id: 1 }),
    () => Item.update({ id: 10 }, { id: 1 }),
    () => Item.updateAll({ at: new Date(9) }),
    () =>
      Item.bulkUpdate([{ where: { id: 1 }, data: { name: "x" } }, {
        where: { id: 2 },
        data: { name: null },
      }]),
    () => Item.upsert({ id: 2, name: "bb" }),
    () => Item.upsert({ id: 7, name: "g" }),
    () => Item.delete({ id: { $lte: 2 } }),
    () => Item.bulkDelete([1, 3]),
    () => Item.deleteAll(),
  ];
  for (const write of writes) {
    await undone(world, function* () {
      yield write();
    });
    expectEqual(await Item.findAll(), before);
  }
  await undone(world, function* () {
    for (const write of writes.slice(0, 2)) yield write();
    yield Item.delete({ id: 1 });
    yield Item.create(row(1, "new"));
    yield Item.upsert({ id: 1, name: "newer" });
    yield Item.updateAll({ name: null });
    yield Item.deleteAll();
    yield Item.bulkCreate([row(1, "b"), row(2, "a")]);
  });
  expectEqual(await Item.findAll(), before);
  await expectFailure(() => Item.create(row(9, "b")), { error: UniqueConstraintError, columns: ["name"] });
  await Item.create(row(4, "d"));
}

async function undoesForAnything(world: World): Promise<void> {
  const Item = await items(world);
  const before = await Item.findAll();
  for (const reason of [undefined, null, 0, "", false, NaN]) {
    const forget = world.log.part();
    const work = () =>
      world.transaction(function* () {
        yield Item.deleteAll();
        throw reason;
      });
    await expectThrown(work, reason);
    expectEqual(await Item.findAll(), before);
    await world.transaction(function* () {
      yield* throwing(work, reason);
      expectEqual(yield* take(Item.findAll()), before);
    });
    expectEqual(await Item.findAll(), before);
    forget();
  }
}

async function seesItself(world: World): Promise<void> {
  const Item = await items(world);
  const prepared = Item.prepare(({ name }) => ({ where: { name } }));
  await undone(world, function* () {
    yield Item.create(row(4, "d"));
    yield Item.delete({ id: 2 });
    yield Item.update({ name: "A" }, { id: 1 });
    expectEqual(yield* take(Item.count()), 3);
    expectEqual(yield* take(Item.findById(4)), row(4, "d"));
    expectEqual(yield* take(prepared.findOne({ name: "A" })), row(1, "A", new Date(1)));
    expectEqual(yield* take(prepared.findOne({ name: "b" })), null);
    expectEqual(yield* take(Item.max("id")), 4);
    expectEqual((yield* take(Item.groupBy({ by: ["name"], aggregates: { n: { count: "*" } } }))).length, 3);
    expectEqual(yield* take(Item.exists({ id: 2 })), false);
  });
  expectEqual(await prepared.findOne({ name: "b" }), row(2, "b"));
}

async function undoesCascades(world: World): Promise<void> {
  const Parent = await world.filled("parents", { id: schema.id }, [{ id: 1 }, { id: 2 }]);
  const references = { table: "parents", column: "id", onDelete: "CASCADE", onUpdate: "CASCADE" };
  const rows = [{ id: 1, parent: 1 }, { id: 2, parent: 2 }];
  const Child = await world.filled(
    "children",
    { id: schema.id, parent: { type: "INTEGER", references } },
    rows,
  );
  await undone(world, function* () {
    yield Parent.update({ id: 20 }, { id: 2 });
    yield Parent.delete({ id: 1 });
    expectEqual(yield* take(Child.findAll()), [{ id: 2, parent: 20 }]);
  });
  expectEqual([await Parent.count(), await Child.findAll()], [2, rows]);
  await undone(world, function* () {
    yield Parent.deleteAll();
    expectEqual(yield* take(Child.count()), 0);
    yield Parent.create({ id: 1 });
    yield Child.create({ id: 1, parent: 1 });
  });
  expectEqual([await Parent.count(), await Child.findAll()], [2, rows]);
}

async function nestedUndone(world: World): Promise<void> {
  const Item = await items(world);
  await world.transaction(function* () {
    yield Item.create(row(4));
    const inner = () =>
      world.transaction(function* () {
        yield Item.create(row(5, "e"));
        yield Item.deleteAll();
        throw new Undo();
      });
    yield* failing(inner, { error: Undo });
    expectEqual(yield* take(Item.count()), 4);
    yield Item.create(row(6, "e"));
  });
  expectEqual(await ids(Item), [1, 2, 3, 4, 6]);
}

async function nestedGoes(world: World): Promise<void> {
  const Item = await items(world);
  await undone(world, function* () {
    yield Item.delete({ id: 1 });
    const inner = yield* take(world.transaction(function* () {
      yield Item.create(row(5, "a"));
      return "inner";
    }));
    expectEqual(inner, "inner");
    expectEqual(yield* take(Item.count()), 3);
  });
  expectEqual(await ids(Item), [1, 2, 3]);
  await world.transaction(function* () {
    yield world.transaction(function* () {
      yield Item.create(row(7));
    });
  });
  expectEqual(await ids(Item), [1, 2, 3, 7]);
}

async function deep(world: World): Promise<void> {
  const Item = world.define("items", schema);
  const level = (depth: number): unknown =>
    world.transaction(function* () {
      yield Item.create(row(depth));
      if (depth < 10) yield* inner(depth);
      if (depth % 3 === 0) throw new Undo();
    });
  function* inner(depth: number): Generator<unknown, void, unknown> {
    try {
      yield level(depth + 1);
    } catch (error) {
      if (!(error instanceof Undo)) throw error;
    }
  }
  await level(1);
  expectEqual(await ids(Item), [1, 2]);
}

async function failed(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: TransactionError, code: "TRANSACTION_FAILED" };
  const work = () =>
    world.transaction(function* () {
      yield Item.create(row(4));
      yield* failing(() => Item.create(row(5, "a")), { error: UniqueConstraintError });
      yield* failing(() => Item.create(row(6)), refused);
      yield* failing(() => Item.count(), refused);
      yield* failing(() => Item.update({ name: null }, { id: 1 }), refused);
      yield* failing(() => world.transaction(function* () {}), refused);
    });
  await expectFailure(work, refused);
  expectEqual(await ids(Item), [1, 2, 3]);
}

async function notFound(world: World): Promise<void> {
  const Item = await items(world);
  await world.transaction(function* () {
    yield* failing(() => Item.findByIdOrFail(9), { error: NotFoundError });
    yield Item.create(row(9));
    yield* failing(() => Item.findOrFail({ where: { name: "nobody" } }), { error: NotFoundError });
  });
  expectEqual(await ids(Item), [1, 2, 3, 9]);
}

async function swallowed(world: World): Promise<void> {
  const Item = await items(world);
  const work = () =>
    world.transaction(function* () {
      yield Item.create(row(4));
      yield* failing(() => Item.create(row(1)), { error: UniqueConstraintError });
      return "done";
    });
  await expectFailure(work, { error: TransactionError, code: "TRANSACTION_FAILED" });
  expectEqual(await ids(Item), [1, 2, 3]);
}

async function survived(world: World): Promise<void> {
  const Item = await items(world);
  await world.transaction(function* () {
    yield Item.create(row(4));
    const inner = () =>
      world.transaction(function* () {
        yield Item.create(row(5));
        yield Item.create(row(6, "a"));
      });
    yield* failing(inner, { error: UniqueConstraintError });
    yield Item.create(row(6));
  });
  expectEqual(await ids(Item), [1, 2, 3, 4, 6]);
}

async function secondDatabase(world: World): Promise<void> {
  const Item = await items(world);
  const Other = await world.filled("items", schema, [row(1)], { database: world.otherDatabase });
  const refused = { error: TransactionError, code: "SECOND_DATABASE" };
  const work = () =>
    world.transaction(function* () {
      yield Item.create(row(4));
      yield Other.create(row(2));
    });
  await expectFailure(work, refused);
  expectEqual([await ids(Item), await ids(Other)], [[1, 2, 3], [1]]);
  await expectFailure(
    () =>
      world.transaction(function* () {
        yield Other.count();
        yield world.transaction(function* () {
          yield Item.count();
        });
      }),
    refused,
  );
}

async function oneAfterAnother(world: World): Promise<void> {
  const Item = world.define("items", schema);
  for (let id = 0; id < 30; id++) {
    const work = () =>
      world.transaction(function* () {
        yield Item.create(row(id));
        if (id % 3 === 0) throw new Undo();
        if (id % 3 === 1) yield Item.create(row(id));
      });
    if (id % 3 === 0) await expectFailure(work, { error: Undo });
    else if (id % 3 === 1) await expectFailure(work, { error: UniqueConstraintError });
    else await work();
    if (id % 5 === 0) await Item.create(row(100 + id));
  }
  expectEqual((await ids(Item)).length, 16);
}

async function firstUse(world: World): Promise<void> {
  const Item = world.define("items", schema, { indexes: [{ columns: ["at"], unique: true }] });
  await undone(world, function* () {
    yield Item.create(row(1, "a", new Date(1)));
  });
  expectEqual(await ids(Item), []);
  const Late = world.define("late", schema);
  await undone(world, function* () {
    yield Late.create(row(1));
    yield Item.create(row(1));
  });
  expectEqual([await ids(Late), await ids(Item)], [[], []]);
  await Item.create(row(1, "a", new Date(1)));
  await expectFailure(() => Item.create(row(2, "b", new Date(1))), {
    error: UniqueConstraintError,
    columns: ["at"],
  });
}

async function undoesTables(world: World): Promise<void> {
  const Item = await items(world);
  await undone(world, function* () {
    yield Item.drop();
    expectEqual(yield* take(Item.count()), 0);
    yield Item.create(row(9));
  });
  expectEqual(await ids(Item), [1, 2, 3]);
  await expectFailure(() => Item.create(row(4, "a")), { error: UniqueConstraintError, columns: ["name"] });
  await undone(world, function* () {
    yield Item.createIndex("at", { columns: ["at"], unique: true });
    yield* failing(
      () =>
        world.transaction(function* () {
          yield Item.create(row(4, "d", new Date(1)));
        }),
      { error: UniqueConstraintError, columns: ["at"] },
    );
  });
  await Item.create(row(4, "d", new Date(1)));
  await undone(world, function* () {
    yield Item.updateAll({ at: null });
    yield Item.createIndex("at", { columns: ["at"], unique: true });
    yield Item.dropIndex("at");
  });
  expectEqual(await Item.count({ at: new Date(1) }), 2);
}

async function readsInside(world: World): Promise<void> {
  const Item = await items(world);
  const seen: unknown[] = [];
  await undone(world, function* () {
    yield Item.create(row(4));
    const { rows, next } = yield* take(Item.paginate({ size: 2 }));
    seen.push(...rows.map(({ id }) => id));
    seen.push(...(yield* take(Item.paginate({ size: 2, after: next }))).rows.map(({ id }) => id));
    if (world.mode === "sync") {
      for (const { id } of Item.iterate() as Iterable<{ id?: unknown }>) seen.push(id);
    }
  });
  expectEqual(seen, world.mode === "sync" ? [1, 2, 3, 4, 1, 2, 3, 4] : [1, 2, 3, 4]);
}

async function noFunction(world: World): Promise<void> {
  const Item = await items(world);
  for (const bad of [undefined, null, "work", {}, Promise.resolve()]) {
    await expectFailure(() => Item.transaction(bad as never), { error: ValidationError });
  }
  expectEqual(await Item.transaction((() => Item.count()) as never), 3);
}

async function asyncCallback(world: World): Promise<void> {
  const Item = await items(world);
  const refused = { error: TransactionError, code: "ASYNC_CALLBACK" };
  await expectFailure(() =>
    Item.transaction(async () => {
      await Promise.resolve();
      Item.deleteAll();
    }), refused);
  await expectFailure(() =>
    Item.transaction(() => {
      Item.delete({ id: 1 });
      return Promise.resolve(1) as never;
    }), refused);
  let late: unknown;
  await expectFailure(() =>
    Item.transaction(() => {
      Item.delete({ id: 1 });
      return Promise.resolve().then(() => Item.deleteAll()).catch((error: unknown) => late = error) as never;
    }), refused);
  await new Promise((resolve) => setTimeout(resolve, 5));
  expectTrue(late instanceof TransactionError, "what the callback does later is refused");
  expectEqual(await ids(Item), [1, 2, 3]);
  await Item.create(row(4));
}

async function waits(world: World): Promise<void> {
  const Item = await items(world);
  const pause = () => new Promise<void>((resolve) => setTimeout(resolve, 3));
  await world.transaction(function* () {
    yield Item.create(row(4));
    yield pause();
    yield Promise.all([Item.create(row(5)), Item.create(row(6)), pause()]);
    expectEqual(yield* take(Item.count()), 6);
  });
  await undone(world, function* () {
    yield Item.deleteAll();
    yield pause();
  });
  expectEqual(await ids(Item), [1, 2, 3, 4, 5, 6]);
}
