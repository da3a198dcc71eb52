import { RinariError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { take } from "../steps.ts";
import { isOfMode, promise, promiseIf, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { key, refers, relate } from "./library.ts";

const isAsync = isOfMode("async");

/** What a signal ends. */
export const signalSuite: readonly TestCase[] = [
  promise("signal: every read takes one, and is what it is without it", unchanged),
  promise("signal: nothing is read with one that was aborted, and its reason is the cause", refused),
  promise("signal: one that is aborted meanwhile ends what reads row by row", endsReading),
  promise("signal: what is none is refused", refusals),
  promise("signal: a transaction with one that was aborted is not begun", notBegun),
  promise("signal: a transaction whose signal is aborted before its commit is undone", undone),
  promiseIf(isAsync, "signal: a callback that waits is not waited for, and its work is undone", notWaited),
  promiseIf(isAsync, "signal: what waits for its turn stops, and the others have theirs", stopsWaiting),
  promise("signal: none is listened to any more when all has ended", heardNoMore),
];

interface Models {
  readonly Shelf: TestModel;
  readonly Book: TestModel;
}

const READS: Readonly<Record<string, (models: Models, signal?: AbortSignal) => unknown>> = {
  findAll: ({ Shelf }, signal) => Shelf.findAll({ orderBy: [["n", "DESC"]], signal }),
  findOne: ({ Shelf }, signal) => Shelf.findOne({ where: { n: 2 }, signal }),
  findOrFail: ({ Shelf }, signal) => Shelf.findOrFail({ where: { id: 1 }, signal }),
  findById: ({ Shelf }, signal) => Shelf.findById(1, { signal }),
  findByIdOrFail: ({ Shelf }, signal) => Shelf.findByIdOrFail(2, { signal }),
  count: ({ Shelf }, signal) => Shelf.count(undefined, { signal }),
  exists: ({ Shelf }, signal) => Shelf.exists({ n: 1 }, { signal }),
  sum: ({ Shelf }, signal) => Shelf.sum("n", undefined, { signal }),
  avg: ({ Shelf }, signal) => Shelf.avg("n", { id: 1 }, { signal }),
  min: ({ Shelf }, signal) => Shelf.min("n", undefined, { signal }),
  max: ({ Shelf }, signal) => Shelf.max("n", undefined, { signal }),
  aggregate: ({ Shelf }, signal) => Shelf.aggregate({ most: { max: "n" } }, undefined, { signal }),
  groupBy: ({ Shelf }, signal) => Shelf.groupBy({ by: ["n"], aggregates: { most: { max: "id" } }, signal }),
  iterate: ({ Shelf }, signal) => collect(Shelf.iterate({ where: { n: { $gt: 0 } }, signal })),
  paginate: ({ Shelf }, signal) => Shelf.paginate({ size: 1, signal }),
  "prepared.findAll": ({ Shelf }, signal) =>
    Shelf.prepare((given) => ({ where: { n: given["n"] } })).findAll({ n: 1 }, { signal }),
  "prepared.findOne": ({ Shelf }, signal) =>
    Shelf.prepare((given) => ({ where: { n: given["n"] } })).findOne({ n: 2 }, { signal }),
  explain: ({ Shelf }, signal) => Shelf.explain({ where: { n: 1 }, signal }),
  "findAll with relations": ({ Shelf }, signal) => Shelf.findAll({ with: { books: true }, signal }),
  "iterate with relations": ({ Shelf }, signal) => collect(Shelf.iterate({ with: { books: true }, signal })),
  "a relation in the condition": ({ Book }, signal) => Book.findAll({ where: { shelf: { n: 1 } }, signal }),
  "findAll of a scope": ({ Shelf }, signal) => Shelf.scope({ n: 1 }).findAll({ signal }),
  "count of a scope": ({ Shelf }, signal) => Shelf.scope({ n: 1 }).count(undefined, { signal }),
};

async function collect(rows: Iterable<Row> | AsyncIterable<Row>): Promise<Row[]> {
  const all: Row[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

async function library(world: World): Promise<Models> {
  const Shelf: TestModel = world.define("shelves", { id: key, n: { type: "INTEGER" } }, {
    relations: { books: relate.hasMany(() => Book, "shelfId") },
  });
  const Book: TestModel = world.define("books", { id: key, shelfId: refers("shelves") }, {
    relations: { shelf: relate.belongsTo(() => Shelf, "shelfId") },
  });
  await Shelf.bulkCreate([{ id: 1, n: 1 }, { id: 2, n: 2 }]);
  await Book.bulkCreate([{ id: 1, shelfId: 1 }, { id: 2, shelfId: 1 }]);
  return { Shelf, Book };
}

const expected = { error: RinariError, code: "ABORTED" };
const reason = new Error("enough");

function abortedSignal(): AbortSignal {
  return AbortSignal.abort(reason);
}

async function unchanged(world: World): Promise<void> {
  const models = await library(world);
  const { signal } = new AbortController();
  for (const [name, read] of Object.entries(READS)) {
    expectEqual(await read(models, signal), await read(models), name);
  }
}

async function refused(world: World): Promise<void> {
  const models = await library(world);
  for (const [name, read] of Object.entries(READS)) {
    const error = await expectFailure(() => read(models, abortedSignal()), expected);
    expectTrue(Object.is(error.cause, reason), `${name}: the reason is the cause`);
  }
  await world.transaction(function* () {
    yield* take(models.Shelf.update({ n: 3 }, { id: 1 }));
    let failed = false;
    try {
      yield* take(models.Shelf.findAll({ signal: abortedSignal() }));
    } catch {
      failed = true;
    }
    expectTrue(failed, "nothing is read in a transaction either");
  });
  expectEqual((await models.Shelf.findById(1))?.["n"], 3, "the transaction goes on without it");
}

async function endsReading(world: World): Promise<void> {
  const { Shelf } = await library(world);
  const controller = new AbortController();
  const seen: unknown[] = [];
  const error = await expectFailure(async () => {
    for await (const { id } of Shelf.iterate({ signal: controller.signal })) {
      seen.push(id);
      controller.abort(reason);
    }
  }, expected);
  expectTrue(Object.is(error.cause, reason), "the reason is the cause");
  expectEqual(seen, [1]);
  expectEqual(await Shelf.count(), 2);
}

async function refusals(world: World): Promise<void> {
  const { Shelf } = await library(world);
  const bad = { error: ValidationError, code: "INVALID_OPTIONS" };
  const { signal } = new AbortController();
  for (const wrong of [5, "abort", {}, null, new AbortController()]) {
    await expectFailure(() => Shelf.findAll({ signal: wrong }), bad);
    await expectFailure(() => Shelf.findById(1, { signal: wrong }), bad);
    await expectFailure(() => Shelf.count({}, { signal: wrong }), bad);
    await expectFailure(() => Shelf.transaction(() => undefined, { signal: wrong }), bad);
  }
  await expectFailure(() => Shelf.count({}, { signals: signal }), bad);
  await expectFailure(() => Shelf.sum("n", {}, 5), bad);
  await expectFailure(() => Shelf.findAll({ with: { books: { signal } } }), bad);
  await expectFailure(() => world.newORM({ transactions: { signal } as object }), bad);
}

function open(world: World, work: () => unknown, signal: AbortSignal): unknown {
  return world.orm.transaction(work as () => Promise<unknown>, { signal });
}

async function notBegun(world: World): Promise<void> {
  const { Shelf } = await library(world);
  let run = false;
  const work = () => {
    run = true;
  };
  const error = await expectFailure(() => open(world, work, abortedSignal()), expected);
  expectTrue(Object.is(error.cause, reason), "the reason is the cause");
  await expectFailure(() => Shelf.transaction(work, { signal: abortedSignal() }), expected);
  expectTrue(!run, "the callback is not run");
  expectEqual(await Shelf.count(), 2);
}

async function undone(world: World): Promise<void> {
  const { Shelf } = await library(world);
  const controller = new AbortController();
  const write = (id: number): unknown => {
    const written = Shelf.create({ id });
    if (world.mode === "async") return (written as Promise<unknown>).then(() => controller.abort(reason));
    controller.abort(reason);
    return undefined;
  };
  await expectFailure(() => open(world, () => write(3), controller.signal), expected);
  expectEqual(await Shelf.count(), 2);
  const { signal } = new AbortController();
  await open(world, () => Shelf.create({ id: 4 }), signal);
  expectEqual(await Shelf.count(), 3, "one that is not aborted commits");
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function notWaited(world: World): Promise<void> {
  const { Shelf } = await library(world);
  const controller = new AbortController();
  let late: Promise<unknown> = Promise.resolve();
  let release: () => void = () => {};
  const work = async (): Promise<void> => {
    await Shelf.create({ id: 3 });
    setTimeout(() => controller.abort(reason), 1);
    late = new Promise<void>((resolve) => release = resolve).then(() => Shelf.create({ id: 4 }));
    await late;
  };
  const failed = expectFailure(() => open(world, work, controller.signal), expected);
  expectTrue(Object.is((await failed).cause, reason), "the reason is the cause");
  release();
  await expectFailure(() => late, { error: RinariError });
  expectEqual(await Shelf.count(), 2);
  // The same of a savepoint, which the transaction around it outlives.
  const inner = new AbortController();
  await world.orm.transaction(async () => {
    await Shelf.create({ id: 5 });
    const nested = open(world, async () => {
      await Shelf.create({ id: 6 });
      setTimeout(() => inner.abort(reason), 1);
      await pause(50);
    }, inner.signal);
    await expectFailure(() => nested, expected);
    await Shelf.create({ id: 7 });
  });
  expectEqual((await Shelf.findAll()).map(({ id }) => id), [1, 2, 5, 7]);
}

async function stopsWaiting(world: World): Promise<void> {
  const { Shelf } = await library(world);
  await world.orm.transaction(async () => {
    // Inside of a transaction a nested one is alone, whichever driver it is.
    let release: () => void = () => {};
    let begun: () => void = () => {};
    const inside = new Promise<void>((resolve) => begun = resolve);
    const holds = world.orm.transaction(async () => {
      await Shelf.create({ id: 3 });
      begun();
      await new Promise<void>((resolve) => release = resolve);
    });
    await inside;
    const controller = new AbortController();
    const { signal } = controller;
    let run = 0;
    const waiting = [
      Shelf.findAll({ signal }),
      Shelf.count(undefined, { signal }),
      Shelf.findAll({ with: { books: true }, signal }),
      open(world, () => Promise.resolve(run++), signal),
    ].map((each) => expectFailure(() => each, expected));
    const others = [
      Shelf.count(),
      Shelf.create({ id: 4 }),
      Shelf.findAll({ signal: new AbortController().signal }),
    ];
    controller.abort(reason);
    for (const error of await Promise.all(waiting)) {
      expectTrue(Object.is(error.cause, reason), "the reason is the cause");
    }
    expectEqual(run, 0);
    release();
    await holds;
    await Promise.all(others);
    expectEqual(await Shelf.count(), 4);
  });
  expectEqual((await Shelf.findAll()).map(({ id }) => id), [1, 2, 3, 4]);
}

/** A signal that counts who listens to it. */
function countedSignal(): {
  readonly signal: AbortSignal;
  readonly count: () => number;
  readonly most: () => number;
} {
  const { signal } = new AbortController();
  let count = 0;
  let most = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof addEventListener>): void {
      most = Math.max(most, ++count);
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>): void {
      count--;
      removeEventListener.apply(signal, args);
    },
  });
  return { signal, count: () => count, most: () => most };
}

async function heardNoMore(world: World): Promise<void> {
  const { Shelf } = await library(world);
  const { signal, count, most } = countedSignal();
  await Promise.all(Array.from({ length: 10 }, () => Shelf.findAll({ signal })));
  await Promise.all(
    Array.from({ length: 5 }, () => open(world, () => Shelf.count(undefined, { signal }), signal) as object),
  );
  await collect(Shelf.iterate({ signal }));
  expectEqual(count(), 0, "listeners");
  expectTrue(most() <= 1, "one listener, however many wait");
}
