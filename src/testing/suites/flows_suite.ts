import { ConnectionError, RinariError, TransactionError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { all, declares, isOfMode, promiseIf, type Requirement, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import { directTable } from "./direct_table.ts";

const isAsync = isOfMode("async");
/** With one connection for all, it is the core that knows whose an operation is. */
const declaresConcurrent: Requirement = ({ capabilities }) =>
  capabilities.transactions === "concurrent" ? null : 'driver does not declare `transactions: "concurrent"`';

/** Many flows on one async driver. */
export const flowsSuite: readonly TestCase[] = [
  promiseIf(isAsync, "flows: work of another flow is never part of a transaction", apart),
  promiseIf(isAsync, "flows: nobody sees work that is not kept", unseen),
  promiseIf(
    all(isAsync, declares("transactions")),
    "flows: nobody sees half of a statement of many rows",
    halves,
  ),
  promiseIf(isAsync, "flows: transactions that read and write the same row lose nothing", increments),
  promiseIf(isAsync, "flows: writes without a transaction are all kept", writes),
  promiseIf(isAsync, "flows: the first operations on a table may be many at once", firstUse),
  promiseIf(isAsync, "driver.connect: several at once open the store once", connects),
  promiseIf(
    isAsync,
    "disconnect: nothing is written after it, though the store was still being opened",
    closesOpening,
  ),
  promiseIf(isAsync, "flows: nested transactions that are started together are kept apart", nested),
  promiseIf(isAsync, "flows: an operation after the end of its transaction is refused", late),
  promiseIf(isAsync, "flows: nothing is written in a savepoint after the end of its transaction", outlives),
  promiseIf(
    all(isAsync, declaresConcurrent),
    "driver.transaction: after its end what comes late of it is refused",
    lateDirect,
  ),
  promiseIf(isAsync, "flows: a unique value is stored once, however many try", once),
];

class Undo extends Error {}

const schema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT", unique: true },
  n: { type: "INTEGER", default: 0 },
} as const;

const key = { type: "INTEGER", primaryKey: true } as const;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** As many attempts as a store with conflicts may need, where many flows write to one row. */
const patient = { retries: 1_000, waitTimeout: 30_000 } as const;

function transaction<T>(world: World, work: () => Promise<T>): Promise<T> {
  const noted = world.log.transaction("orm", work) as () => Promise<T>;
  return world.orm.transaction(noted, patient) as Promise<T>;
}

async function attempt<T>(work: Promise<T>): Promise<T | Error> {
  try {
    return await work;
  } catch (error) {
    return error as Error;
  }
}

async function names(Item: TestModel): Promise<unknown[]> {
  return (await Item.findAll({ orderBy: [["name", "ASC"]] })).map(({ name }) => name);
}

async function apart(world: World): Promise<void> {
  const Item = await world.filled("items", schema, [{ name: "seed" }]);
  let inside: () => void = () => {};
  const begun = new Promise<void>((resolve) => inside = resolve);
  const doomed = attempt(transaction(world, async () => {
    await Item.create({ name: "doomed" });
    inside();
    await pause(15);
    throw new Undo();
  }));
  await Promise.race([begun, doomed]);
  const outside = Item.create({ name: "outside" });
  const other = transaction(world, async () => {
    await Item.create({ name: "other" });
    await pause(2);
  });
  expectTrue(await doomed instanceof Undo, "the transaction is undone");
  await Promise.all([outside, other]);
  expectEqual(await names(Item), ["other", "outside", "seed"]);
}

async function unseen(world: World): Promise<void> {
  const Item = await world.filled("items", schema, [{ name: "a", n: 1 }]);
  const seen: unknown[] = [];
  const writer = attempt(transaction(world, async () => {
    await Item.update({ n: 2 }, { name: "a" });
    await pause(10);
    await Item.create({ name: "b" });
    await pause(5);
    throw new Undo();
  }));
  for (let i = 0; i < 5; i++) {
    await pause(3);
    seen.push((await Item.findAll()).map(({ name, n }) => [name, n]));
  }
  await writer;
  expectEqual(seen, Array.from({ length: 5 }, () => [["a", 1]]));
}

async function halves(world: World): Promise<void> {
  const Item = world.define("items", schema);
  await Item.count();
  const length = Math.min(30, world.capabilities.limits?.batchRows ?? 30);
  for (let round = 1; round <= 3; round++) {
    const rows = Array.from({ length }, (_, i) => ({ name: `${round} ${i}`, n: round }));
    for (const write of [() => Item.bulkCreate(rows), () => Item.updateAll({ n: round + 10 })]) {
      const seen: Row[][] = [];
      let ended = false;
      const written = Promise.resolve(write()).finally(() => ended = true);
      const isOver = (): boolean => ended;
      while (!isOver() && seen.length < 200) seen.push(await Item.findAll());
      await written;
      for (const found of seen) {
        const kinds = new Set(
          found.filter(({ name }) => `${name}`.startsWith(`${round} `)).map(({ n }) => n),
        );
        const mine = found.filter(({ name }) => `${name}`.startsWith(`${round} `)).length;
        expectTrue(
          (mine === 0 || mine === length) && kinds.size <= 1,
          `all ${length} rows are changed together; one search saw ${mine} of them, of ${kinds.size} kinds`,
        );
      }
    }
  }
}

async function increments(world: World): Promise<void> {
  const Item = await world.filled("items", schema, [{ name: "counter" }]);
  const increment = () =>
    transaction(world, async () => {
      const { id, n } = await Item.findOne({ where: { name: "counter" } }) as Row;
      if ((n as number) % 3 === 0) await pause(1);
      await Item.update({ n: n as number + 1 }, { id });
    });
  await Promise.all(Array.from({ length: 20 }, increment));
  expectEqual((await Item.findAll()).map(({ n }) => n), [20]);
}

async function writes(world: World): Promise<void> {
  const Item = world.define("items", schema);
  const stored = await Promise.all(Array.from({ length: 40 }, (_, n) => Item.create({ name: `n${n}`, n })));
  expectEqual(stored.map(({ n }) => n), Array.from({ length: 40 }, (_, n) => n));
  expectEqual(new Set(stored.map(({ id }) => id)).size, 40);
  await Promise.all(
    stored.map(({ id }, i) => i % 2 === 0 ? Item.update({ n: 100 }, { id }) : Item.delete({ id })),
  );
  expectEqual([await Item.count(), await Item.count({ n: 100 })], [20, 20]);
}

async function firstUse(world: World): Promise<void> {
  const references = { table: "items", column: "id" };
  const Child = world.define("children", { id: schema.id, item: { type: "INTEGER", references } });
  const Item = world.define("items", schema, { indexes: [{ columns: ["n"] }] });
  const counts = await Promise.all([
    Child.count(),
    Item.count(),
    Child.findAll(),
    Item.create({ name: "a" }),
    Child.count(),
    transaction(world, async () => await Item.exists({ name: "nothing" })),
  ]);
  expectEqual([counts[0], counts[2], counts[4], counts[5]], [0, [], 0, false]);
  expectEqual(await Child.create({ item: 1 }), { id: 1, item: 1 });
}

async function connects(world: World): Promise<void> {
  const driver = world.unconnected();
  const table = { db: world.database, name: "items", schema: { id: { ...key, notNull: true } } } as const;
  let open = false;
  const used = attempt(
    Promise.resolve(world.connect()).then(async () => {
      open = true;
      await driver.createTable(table.db, table.name, table.schema);
      await driver.insert(table.db, table.name, { id: 1 });
    }),
  );
  // Whoever connects may go on when that has ended, whoever opened the store.
  const connect = async () => {
    await world.connect();
    await driver.tableExists(table.db, table.name);
  };
  const others = [attempt(connect())];
  // The last of them connects just before the store is open.
  for (let i = 0; i < 30 && !open; i++) {
    await (i < 10 ? null : pause(0));
    if (!open) others.push(attempt(connect()));
  }
  for (const ended of await Promise.all([used, ...others])) if (ended instanceof Error) throw ended;
  expectEqual(await driver.findAll(table.db, table.name, {}), [{ id: 1 }]);
  const models = [world.newORM(), world.newORM()].map((orm) => world.define("items", { id: key }, { orm }));
  await Promise.all(models.map((Item, i) => Item.create({ id: 2 + i })));
  expectEqual(await models[0]?.count(), 3);
}

async function nested(world: World): Promise<void> {
  const Item = world.define("items", schema);
  await transaction(world, async () => {
    const parts = Array.from({ length: 6 }, (_, i) =>
      attempt(transaction(world, async () => {
        await Item.create({ name: `part ${i}` });
        await pause(i % 2);
        if (i % 2 === 1) throw new Undo();
      })));
    await Promise.all(parts);
  });
  expectEqual(await names(Item), ["part 0", "part 2", "part 4"]);
}

async function late(world: World): Promise<void> {
  const Item = await world.filled("items", schema, [{ name: "a" }]);
  let escaped: Promise<unknown> = Promise.resolve();
  await transaction(world, async () => {
    await Item.count();
    escaped = pause(10).then(() => Item.create({ name: "late" }));
    escaped.catch(() => undefined);
  });
  await expectFailure(() => escaped, { error: TransactionError, code: "TRANSACTION_ENDED" });
  expectEqual(await names(Item), ["a"]);
}

/** One part of a transaction fails; a savepoint of another part goes on, and does not know it. */
async function outlives(world: World): Promise<void> {
  const Item = await world.filled("items", schema, [{ name: "a" }]);
  const writes: readonly (() => Promise<unknown>)[] = [
    async () => await Item.create({ name: "late" }),
    async () => await Item.bulkCreate([{ name: "late" }, { name: "later" }]),
    async () => await Item.update({ name: "late" }, { name: "a" }),
    async () => await Item.upsert({ id: 1, name: "late" }),
    async () => await Item.delete({ name: "a" }),
    async () => await Item.count(),
    () => transaction(world, async () => await Item.create({ name: "late" })),
  ];
  const own = { retries: 0, waitTimeout: 5 };
  for (const write of writes) {
    const forget = world.log.part();
    let end = (): void => {};
    let begin = (): void => {};
    const ended = new Promise<void>((resolve) => end = resolve);
    const begun = new Promise<void>((resolve) => begin = resolve);
    let late: Promise<unknown> = Promise.resolve();
    const slow = async () => {
      await Item.create({ name: "before" });
      begin();
      await ended;
      late = attempt(write());
      await late;
    };
    let inner: Promise<unknown> = Promise.resolve();
    const outer = attempt(world.orm.transaction(async () => {
      inner = attempt(world.orm.transaction(slow) as Promise<void>);
      await Promise.race([begun, inner]);
      throw new Undo();
    }, own) as Promise<void>);
    expectTrue(await outer instanceof Undo, "the transaction fails with what its callback threw");
    // What comes late could get into a transaction of a stranger too, and be undone with it.
    let seen: unknown;
    await attempt(transaction(world, async () => {
      await Item.count();
      end();
      await pause(5);
      seen = await names(Item);
      throw new Undo();
    }));
    const failure = async (error: unknown) => {
      await expectFailure(() => Promise.reject(error), {
        error: TransactionError,
        code: "TRANSACTION_ENDED",
      });
    };
    await failure(await inner);
    await failure(await late);
    expectEqual([seen, await names(Item)], [["a"], ["a"]]);
    forget();
  }
}

/** As it would be without the ORM, which refuses it before the driver is asked. */
async function lateDirect(world: World): Promise<void> {
  const { driver, db, name } = await directTable(world, "items", { id: { ...key, notNull: true } }, [{
    id: 1,
  }]);
  let escaped: Promise<unknown> = Promise.resolve();
  await driver.transaction(async () => {
    await driver.insert(db, name, { id: 2 });
    escaped = pause(10).then(async () => {
      for (
        const late of [
          () => driver.insert(db, name, { id: 3 }),
          () => driver.bulkInsert(db, name, [{ id: 4 }]),
          () => driver.delete(db, name, { id: 1 }),
          () => driver.transaction(async () => void await driver.insert(db, name, { id: 5 })),
        ]
      ) await expectFailure(late, { error: TransactionError, code: "TRANSACTION_ENDED" });
    });
    escaped.catch(() => undefined);
  });
  await escaped;
  expectEqual(await driver.count(db, name), 2);
}

async function once(world: World): Promise<void> {
  const Item = world.define("items", schema);
  const tries = Array.from(
    { length: 12 },
    (_, i) =>
      attempt(Promise.resolve(
        i % 2 === 0
          ? Item.create({ name: "one" })
          : transaction(world, async () => await Item.create({ name: "one" })),
      )),
  );
  const results = await Promise.all(tries);
  const refused = results.filter((result) => result instanceof Error);
  expectEqual(refused.length, 11);
  expectTrue(
    refused.every((error) => error instanceof RinariError && error.code === "UNIQUE_CONSTRAINT"),
    `each of the others is refused with UNIQUE_CONSTRAINT, not ${refused.map(String).join("; ")}`,
  );
  expectEqual(await names(Item), ["one"]);
}

async function closesOpening(world: World): Promise<void> {
  const orm = world.newORM();
  const Item = world.define("items", { id: key }, { orm });
  const work = Promise.allSettled([Item.create({ id: 1 })]);
  await orm.disconnect();
  const Again = world.define("items", { id: key }, { orm: world.newORM() });
  const count = await Again.count();
  const [ended] = await work;
  expectEqual(await Again.count(), count);
  if (ended.status === "fulfilled") return expectEqual(count, 1);
  await expectFailure(() => Promise.reject(ended.reason), { error: ConnectionError, code: "NOT_CONNECTED" });
}
