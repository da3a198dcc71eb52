import { assert, assertEquals, assertRejects } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { type AsyncDriver, ConflictError, DataTypes, ORM, RinariError, toAsyncDriver } from "../../mod.ts";
import { test } from "../support/runner.ts";

const schema = { id: { type: DataTypes.INTEGER, primaryKey: true } } as const;

/** A signal that counts who listens to it. */
function counted() {
  const controller = new AbortController();
  const { signal } = controller;
  const listeners = new Set<unknown>();
  let most = 0;
  const { addEventListener, removeEventListener } = signal;
  Object.assign(signal, {
    addEventListener(...args: Parameters<typeof addEventListener>): void {
      listeners.add(args[1]);
      most = Math.max(most, listeners.size);
      addEventListener.apply(signal, args);
    },
    removeEventListener(...args: Parameters<typeof removeEventListener>): void {
      listeners.delete(args[1]);
      removeEventListener.apply(signal, args);
    },
  });
  return { controller, signal, now: () => listeners.size, most: () => most };
}

async function rejects(work: Promise<unknown>): Promise<RinariError> {
  const error = await assertRejects(() => work, RinariError);
  assertEquals(error.code, "ABORTED");
  return error;
}

test("10,000 calls on one signal leave no listener, and never have more than one", async () => {
  const orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Item = orm.define("app", "items", schema);
  await Item.create({ id: 1 });
  const { signal, now, most } = counted();
  for (let i = 0; i < 2_000; i++) await Item.findById(1, { signal });
  for (let i = 0; i < 500; i++) await orm.transaction(() => Item.count({}, { signal }), { signal });
  // All of these wait at once.
  const waiting: Promise<unknown>[] = [];
  let release: () => void = () => {};
  const held = orm.transaction(() => new Promise<void>((resolve) => release = resolve));
  await new Promise((resolve) => setTimeout(resolve, 1));
  for (let i = 0; i < 7_500; i++) waiting.push(Item.findAll({ signal }));
  await new Promise((resolve) => setTimeout(resolve, 1));
  assertEquals(now(), 1);
  release();
  await held;
  await Promise.all(waiting);
  assertEquals([now(), most()], [0, 1]);

  const sync = new ORM({ driver: new MemoryDriver() });
  const Row = sync.define("app", "items", schema);
  for (let i = 0; i < 10_000; i++) Row.findAll({ signal });
  sync.transaction(() => Row.count({}, { signal }), { signal });
  assertEquals([now(), most()], [0, 1]);
});

test("10,000 that wait are ended by one signal, and whoever comes next has its turn", async () => {
  const orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Item = orm.define("app", "items", schema);
  await orm.ready();
  const { controller, signal, now } = counted();
  let release: () => void = () => {};
  const held = orm.transaction(() => new Promise<void>((resolve) => release = resolve));
  await new Promise((resolve) => setTimeout(resolve, 1));
  const waiting = Array.from({ length: 10_000 }, () => Item.findAll({ signal }));
  const last = Item.create({ id: 1 });
  const reason = new Error("enough");
  controller.abort(reason);
  for (const each of waiting) assert((await rejects(each)).cause === reason);
  assertEquals(now(), 0);
  release();
  await held;
  assertEquals(await last, { id: 1 });
  assertEquals(await Item.count(), 1);
});

test("a transaction that waits to be tried again stops waiting when its signal is aborted", async () => {
  const driver = toAsyncDriver(new MemoryDriver());
  const { transaction } = driver;
  driver.transaction = (work) =>
    transaction(work).then(() => {
      throw new ConflictError("Cannot commit: the row has changed", { code: "BUSY_ROW", retryable: true });
    });
  delete (driver as Partial<AsyncDriver>).begin;
  const orm = new ORM({ driver });
  const { controller, signal, now } = counted();
  const begun = Date.now();
  setTimeout(() => controller.abort(), 30);
  const error = await rejects(orm.transaction(() => Promise.resolve(), { signal, retries: 10_000 }));
  assertEquals((error.cause as Error).name, "AbortError");
  assert(Date.now() - begun < 2_000);
  assertEquals(now(), 0);
});

test("who waits for a store that does not begin is told at once, and the turn is kept until it has", async () => {
  const driver = toAsyncDriver(new MemoryDriver());
  const orm = new ORM({ driver });
  const Item = orm.define("app", "items", schema);
  await orm.ready();
  const { begin } = driver;
  let release: () => void = () => {};
  const opened = new Promise<void>((resolve) => release = resolve);
  driver.begin = () => opened.then(() => (begin as NonNullable<typeof begin>)());
  driver.transaction = (work) =>
    (driver.begin as NonNullable<typeof begin>)().then(async ({ commit, rollback }) => {
      try {
        const result = await work();
        await commit();
        return result;
      } catch (error) {
        await rollback();
        throw error;
      }
    });
  const { controller, signal, now } = counted();
  let run = 0;
  const failed = rejects(orm.transaction(() => Promise.resolve(run++), { signal }));
  const next = Item.create({ id: 1 });
  setTimeout(() => controller.abort(), 1);
  await failed;
  assertEquals([now(), run], [0, 0]);
  release();
  assertEquals(await next, { id: 1 });
  assertEquals(run, 0);
});

test("a timeout signal ends a transaction whose callback waits", async () => {
  const orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Item = orm.define("app", "items", schema);
  const error = await rejects(
    orm.transaction(async () => {
      await Item.create({ id: 1 });
      await new Promise((resolve) => setTimeout(resolve, 5_000));
    }, { signal: AbortSignal.timeout(20) }),
  );
  assertEquals((error.cause as Error).name, "TimeoutError");
  assertEquals(await Item.count(), 0);
});
