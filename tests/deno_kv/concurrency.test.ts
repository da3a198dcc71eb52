import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  ConflictError,
  DataTypes,
  ORM,
  RinariError,
  TransactionError,
  UniqueConstraintError,
} from "../../mod.ts";
import { runFile } from "../support/child.ts";
import { describe } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { DenoKVDriver, type KVStore } from "../../drivers/deno_kv.ts";
import { openDriver, openKv, testKV } from "./open_kv.ts";

const ACCOUNT = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  owner: { type: DataTypes.TEXT, unique: true },
  amount: { type: DataTypes.INTEGER, notNull: true },
} as const;

async function open(path: string) {
  const driver = await openDriver(path);
  const orm = new ORM({ driver });
  return { driver, orm, Account: orm.define("bank", "accounts", ACCOUNT) };
}

describe("DenoKVDriver", () => {
  testKV("loses none of 50 concurrent increments", () =>
    withTempDir(async (path) => {
      const { orm, Account } = await open(`${path}/kv`);
      await Account.create({ id: 1, amount: 0 });
      await Promise.all(Array.from({ length: 50 }, () =>
        orm.transaction(async () => {
          const { amount } = await Account.findByIdOrFail(1);
          await Account.update({ amount: amount + 1 }, { id: 1 });
        })));
      assertEquals((await Account.findByIdOrFail(1)).amount, 50);
      await orm.disconnect();
    }));

  testKV("lets one of 20 flows insert a unique value", async () => {
    const { driver, orm, Account } = await open(":memory:");
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, id) => Account.create({ id, owner: "ada", amount: 0 })),
    );
    assertEquals(results.filter(({ status }) => status === "fulfilled").length, 1);
    for (const result of results) {
      if (result.status === "rejected") assert(result.reason instanceof UniqueConstraintError);
    }
    assertEquals(await Account.count(), 1);
    assertEquals(await driver.verify("bank"), []);
    await orm.disconnect();
  });

  testKV("conserves the total of concurrent transfers", async () => {
    const { driver, orm, Account } = await open(":memory:");
    await Account.bulkCreate(Array.from({ length: 5 }, (_, id) => ({ id, amount: 100 })));
    const transfer = (from: number, to: number, sum: number) =>
      orm.transaction(async () => {
        const source = await Account.findByIdOrFail(from);
        const target = await Account.findByIdOrFail(to);
        await Account.update({ amount: source.amount - sum }, { id: from });
        await Account.update({ amount: target.amount + sum }, { id: to });
      }, { retries: 20 });
    const totals: number[] = [];
    const work = Array.from(
      { length: 60 },
      (_, i) => transfer(i % 5, (i * 3 + 1) % 5 === i % 5 ? (i + 1) % 5 : (i * 3 + 1) % 5, i % 7),
    );
    const watching = Promise.all(Array.from({ length: 10 }, async () => {
      totals.push(await orm.transaction(() => Account.sum("amount"), { retries: 50 }));
    }));
    await Promise.all([...work, watching]);
    assertEquals(await Account.sum("amount"), 500);
    assertEquals(totals, Array(10).fill(500));
    assertEquals(await driver.verify("bank"), []);
    await orm.disconnect();
  });

  testKV("keeps an index that two processes change on one file", () =>
    withTempDir(async (path) => {
      const { orm, Account } = await open(`${path}/kv`);
      await Account.bulkCreate(Array.from({ length: 5 }, (_, id) => ({ id, owner: `o${id}`, amount: 0 })));
      await Account.createIndex("amounts", { columns: ["amount"] });
      await orm.disconnect();
      const fixture = new URL("./fixtures/increment.ts", import.meta.url);
      const ended = await Promise.all(
        [1, 2].map(() => runFile(fixture, [`${path}/kv`, "100"], { timeout: 60_000 })),
      );
      assertEquals(ended.map(({ code, stderr }) => ({ code, stderr })), [{ code: 0, stderr: "" }, {
        code: 0,
        stderr: "",
      }]);
      const again = await open(`${path}/kv`);
      assertEquals(await again.Account.sum("amount"), 200);
      assertEquals((await again.Account.findAll({ where: { amount: { $gt: 0 } } })).length, 5);
      assertEquals(await again.driver.verify("bank"), []);
      await again.orm.disconnect();
    }), { timeout: 90_000 });

  testKV("refuses a transaction whose reads were changed, and writes nothing of it", async () => {
    const { orm, Account } = await open(":memory:");
    const outside = outsider();
    await Account.bulkCreate([{ id: 1, amount: 1 }, { id: 2, amount: 1 }]);
    let runs = 0;
    const error = await assertRejects(() =>
      orm.transaction(async () => {
        runs++;
        const rows = await Account.findAll({ where: { amount: { $gt: 0 } } });
        await Promise.resolve();
        await outside(() => Account.create({ id: 10 + runs, amount: 1 }));
        await Account.update({ amount: rows.length }, { id: 1 });
      }, { retries: 2 }), ConflictError);
    assert(error instanceof RinariError && error.retryable);
    assertEquals(runs, 3);
    assertEquals((await Account.findByIdOrFail(1)).amount, 1);
    await orm.disconnect();
  });

  testKV("makes an index beside a writer that comes before every commit", async () => {
    const store = await openKv(":memory:");
    const writer = new DenoKVDriver({ kv: store, remote: false });
    await writer.connect();
    await writer.createTable("bank", "accounts", ACCOUNT);
    const write = (id: number) => writer.insert("bank", "accounts", { id, owner: null, amount: id % 5 });
    let id = 0;
    while (id < 60) await write(id++);
    const raced: KVStore = {
      get: (key) => store.get(key),
      getMany: (keys) => store.getMany(keys),
      list: (range, options) => store.list(range, options),
      watch: (keys) => store.watch(keys),
      close: () => store.close(),
      atomic() {
        const atomic = store.atomic();
        const commit = atomic.commit.bind(atomic);
        atomic.commit = async () => {
          await write(id++);
          return await commit();
        };
        return atomic;
      },
    };
    const driver = new DenoKVDriver({ kv: raced, remote: false });
    await driver.connect();
    await driver.createIndex("bank", "accounts", "amounts", { columns: ["amount"] });
    assertMatch((await driver.explain("bank", "accounts", { where: { amount: 3 } }))[0] ?? "", /amounts/);
    assertEquals(await driver.count("bank", "accounts", { amount: 3 }), Math.floor((id + 1) / 5));
    assertEquals(await driver.verify("bank"), []);
    await driver.disconnect();
    await writer.disconnect();
    store.close();
  });

  testKV("undoes a savepoint and keeps the transaction around it", async () => {
    const { orm, Account } = await open(":memory:");
    await orm.transaction(async () => {
      await Account.create({ id: 1, amount: 1 });
      await orm.transaction(async () => {
        await Account.create({ id: 2, amount: 2 });
        assertEquals(await Account.count(), 2);
        throw new Error("no");
      }).catch(() => undefined);
      assertEquals(await Account.count(), 1);
      assertEquals((await Account.findAll()).length, 1);
      await assertRejects(
        () => orm.transaction(() => Account.create({ id: 1, amount: 5 })),
        UniqueConstraintError,
      );
      await Account.create({ id: 3, amount: 3 });
    });
    assertEquals((await Account.findAll()).map(({ id }) => id), [1, 3]);
    await orm.disconnect();
  });

  testKV("refuses a second database in a transaction", async () => {
    const driver = await openDriver(":memory:");
    await driver.connect();
    const schema = { id: { type: DataTypes.INTEGER, primaryKey: true } } as const;
    await driver.createTable("a", "t", schema);
    await driver.createTable("b", "t", schema);
    const error = await assertRejects(() =>
      driver.transaction(async () => {
        await driver.insert("a", "t", { id: 1 });
        await driver.insert("b", "t", { id: 1 });
      }), TransactionError);
    assertEquals((error as RinariError).code, "SECOND_DATABASE");
    assertEquals(await driver.count("a", "t"), 0);
    await driver.disconnect();
  });
});

/** Runs work outside of the calling flow's transaction: AsyncLocalStorage follows a flow, but not into another one's queue. */
function outsider(): (work: () => Promise<unknown>) => Promise<unknown> {
  let wake: (work: () => Promise<unknown>) => void = () => undefined;
  let done: (result: Promise<unknown>) => void = () => undefined;
  const loop = async (): Promise<void> => {
    for (;;) {
      const work = await new Promise<() => Promise<unknown>>((resolve) => wake = resolve);
      const result = work();
      await result.catch(() => undefined);
      done(result);
    }
  };
  void loop();
  return (work) =>
    new Promise((resolve) => {
      done = resolve;
      wake(work);
    });
}
