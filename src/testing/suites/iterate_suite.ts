import { TransactionError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue, failing } from "../assertions.ts";
import { collect } from "../collect.ts";
import { take } from "../steps.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Rows one by one. */
export const iterateSuite: readonly TestCase[] = [
  promise("iterate: gives the rows that findAll gives, in its order", sameRows),
  promise("iterate: gives 1,300 rows, each once", many),
  promise("iterate: may be left before its end, and the store can then be written", leave),
  promise("iterate: may run beside itself and beside searches", beside),
  promise("iterate: rows may be changed and removed while it runs", changes),
  promise("iterate: does not go on with rows of a transaction that was rolled back", rolledBack),
  promise("iterate: does not go on with rows of a savepoint that was rolled back", savepointRolledBack),
  promise("iterate: goes on after the transaction it was begun in was committed", committed),
  promise("iterate: refuses options at once", refuses),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  n: { type: "INTEGER" },
  text: { type: "TEXT" },
} as const;

async function items(world: World, length: number): Promise<TestModel> {
  const rows = Array.from(
    { length },
    (_, id) => ({ id, n: id % 4 === 0 ? null : id % 5, text: `t${id % 3}` }),
  );
  return await world.filled("items", schema, rows.toReversed());
}

/** What iterate gives is what findAll gives. */
async function compare(Item: TestModel, options?: unknown): Promise<void> {
  const expected = await Item.findAll(options);
  expectEqual(await collect(Item.iterate(options), expected.length), expected);
}

async function sameRows(world: World): Promise<void> {
  const Item = await items(world, 40);
  const searches: unknown[] = [
    undefined,
    { where: { n: 2 } },
    { where: { n: null }, orderBy: [["text", "DESC"]] },
    { orderBy: [["n", "DESC"], ["text", "ASC"]] },
    { orderBy: [["n", "ASC"]], limit: 7, offset: 3 },
    { select: ["text"], orderBy: [["n", "ASC"]], limit: 5 },
    { limit: 0 },
    { offset: 38 },
    { where: { id: 99 } },
    { where: { $or: [{ n: 1 }, { text: { $like: "T1" } }] }, select: ["id", "n"] },
  ];
  for (const options of searches) await compare(Item, options);
}

async function many(world: World): Promise<void> {
  const Item = await items(world, 1_300);
  expectEqual(
    (await collect(Item.iterate(), 1_300)).map(({ id }) => id),
    Array.from({ length: 1_300 }, (_, id) => id),
  );
  await compare(Item, { orderBy: [["n", "DESC"], ["text", "ASC"]] });
  await compare(Item, { orderBy: [["text", "ASC"]], limit: 1_100, offset: 150, select: ["id"] });
}

async function leave(world: World): Promise<void> {
  const Item = await items(world, 1_200);
  for (let round = 0; round < 3; round++) {
    let seen = 0;
    for await (const { id } of Item.iterate()) {
      expectEqual(id, seen);
      if (++seen === 3) break;
    }
    expectEqual(await Item.update({ n: 9 }, { id: round }), 1);
    expectEqual(await Item.create({ id: 5_000 + round }), { id: 5_000 + round, n: null, text: null });
  }
  await Item.deleteAll();
  expectEqual(await collect(Item.iterate(), 0), []);
}

async function beside(world: World): Promise<void> {
  const Item = await items(world, 30);
  const pairs: unknown[] = [];
  for await (const { id } of Item.iterate({ where: { id: { $lt: 5 } } })) {
    const others = await collect(Item.iterate({ where: { id: { $lt: 3 } } }), 3);
    pairs.push(...others.map((other) => [id, other["id"]]));
    expectTrue(pairs.length <= 15, "rows come once, and end");
    expectEqual(await Item.count(), 30);
    expectEqual((await Item.findById(id))?.["id"], id);
  }
  expectEqual(pairs, [0, 1, 2, 3, 4].flatMap((id) => [0, 1, 2].map((other) => [id, other])));
}

async function changes(world: World): Promise<void> {
  const Item = await items(world, 1_100);
  const seen = new Set<unknown>();
  for await (const { id } of Item.iterate()) {
    expectTrue(!seen.has(id), `row ${id} is given twice`);
    seen.add(id);
    if (id === 10) await Item.update({ text: "changed" }, { id: { $gte: 0 } });
    if (id === 20) await Item.delete({ id: { $lte: 5 } });
    if (typeof id === "number" && id % 100 === 0) await Item.update({ n: 77 }, { id });
  }
  expectEqual(seen.size, 1_100);
  expectEqual(await Item.count(), 1_094);
  expectEqual(await Item.count({ n: 77 }), 10);
  expectEqual(await Item.count({ text: "changed" }), 1_094);
}

class Undo extends Error {}

type Rows = Iterator<Row> | AsyncIterator<Row>;

function begin(Item: TestModel, options?: unknown): Rows {
  const rows = Item.iterate(options) as Iterable<Row> & AsyncIterable<Row>;
  return rows[Symbol.asyncIterator]?.() ?? rows[Symbol.iterator]();
}

/** Begins to read in a transaction, after a change that is rolled back. */
async function rolledBack(world: World): Promise<void> {
  // One row is left of the first, more than a page of the second.
  for (const options of [{ limit: 2 }, {}]) {
    const Item = await world.filled(`items_${options.limit ?? "all"}`, schema, numbered(1_100));
    let rows: Rows | undefined;
    const work = () =>
      world.transaction(function* () {
        yield Item.update({ text: "undone" }, { id: 0 });
        rows = begin(Item, options);
        const first = yield* take(rows.next());
        expectEqual(first, { done: false, value: { id: 0, n: 0, text: "undone" } });
        throw new Undo("undo");
      });
    await expectFailure(work, { error: Undo });
    await expectRefused(rows as Rows, Item);
    await Item.create({ id: 9_999 });
    expectEqual(await Item.count({ text: "undone" }), 0);
  }
}

async function savepointRolledBack(world: World): Promise<void> {
  const Item = await world.filled("items", schema, numbered(10));
  await world.transaction(function* () {
    let rows: Rows | undefined;
    const nested = () =>
      world.transaction(function* () {
        yield Item.update({ text: "undone" }, { id: 0 });
        rows = begin(Item);
        yield rows.next();
        throw new Undo("undo");
      });
    yield* failing(nested, { error: Undo });
    yield* failing(() => (rows as Rows).next(), ENDED);
    expectEqual(yield* take((rows as Rows).next()), { done: true, value: undefined });
    expectEqual(yield* take(Item.count({ text: "undone" })), 0);
  });
  let outer: Rows | undefined;
  await expectFailure(() =>
    world.transaction(function* () {
      yield world.transaction(function* () {
        yield Item.update({ text: "undone" }, { id: 0 });
        outer = begin(Item);
        yield outer.next();
      });
      yield (outer as Rows).next();
      throw new Undo("undo");
    }), { error: Undo });
  await expectRefused(outer as Rows, Item);
}

async function committed(world: World): Promise<void> {
  const Item = await world.filled("items", schema, numbered(1_100));
  let rows: Rows | undefined;
  await world.transaction(function* () {
    yield Item.update({ text: "kept" }, { id: 700 });
    rows = begin(Item);
    yield rows.next();
  });
  let seen = 1;
  for (;;) {
    const { done, value } = await (rows as Rows).next();
    if (done === true) break;
    expectEqual(value, { id: seen, n: 0, text: seen === 700 ? "kept" : "old" });
    seen++;
  }
  expectEqual(seen, 1_100);
}

const ENDED = { error: TransactionError, code: "TRANSACTION_ENDED", table: "items" };

async function expectRefused(rows: Rows, { table }: TestModel): Promise<void> {
  await expectFailure(() => rows.next(), { ...ENDED, table });
  expectEqual(await rows.next(), { done: true, value: undefined });
}

function numbered(length: number): Row[] {
  return Array.from({ length }, (_, id) => ({ id, n: 0, text: "old" }));
}

async function refuses(world: World): Promise<void> {
  const Item = await items(world, 1);
  const refused = { error: ValidationError, table: "items" };
  await expectFailure(() => collect(Item.iterate({ where: { nothing: 1 } }), 1), refused);
  await expectFailure(() => collect(Item.iterate({ limit: -1 }), 1), refused);
  await expectFailure(() => collect(Item.iterate({ size: 1 }), 1), refused);
}
