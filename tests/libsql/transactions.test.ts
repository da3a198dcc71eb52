import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { createClient } from "@libsql/client";
import { join } from "node:path";
import { DataTypes, ORM, UniqueConstraintError } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { eachStore } from "../support/libsql/each_store.ts";

const ACCOUNT = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  owner: { type: DataTypes.TEXT, unique: true, notNull: true },
  balance: { type: DataTypes.INTEGER, notNull: true },
} as const;

const accounts = Array.from({ length: 10 }, (_, i) => ({ id: i + 1, owner: `owner ${i + 1}`, balance: 100 }));

function open(driver: LibSQLDriver, waitTimeout = 30_000) {
  const orm = new ORM({ driver, transactions: { waitTimeout, timeout: 60_000, retries: 50 } });
  return { orm, Account: orm.define("one", "accounts", ACCOUNT) };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe("LibSQLDriver.transaction", () => {
  eachStore((reach, withDriver) => {
    test(`${reach}: 100 transfers at once keep the total`, () =>
      withDriver(async (driver) => {
        const { orm, Account } = open(driver);
        await Account.bulkCreate(accounts);
        let done = 0;
        const transfer = (n: number) =>
          orm.transaction(async () => {
            const [from, to] = [1 + n % 10, 1 + (n * 7 + 3) % 10];
            if (from === to) return;
            const source = await Account.findByIdOrFail(from);
            const target = await Account.findByIdOrFail(to);
            await Account.update({ balance: source.balance - 5 }, { id: from });
            if (n % 7 === 0) throw new Error("undo");
            await Account.update({ balance: target.balance + 5 }, { id: to });
            done++;
          }).catch((error: Error) => assertEquals(error.message, "undo"));
        await Promise.all(Array.from({ length: 100 }, (_, n) => transfer(n)));
        assert(done > 50);
        assertEquals(await Account.sum("balance"), 1_000);
        await orm.disconnect();
      }, { busyTimeout: 30_000 }), { timeout: 120_000 });

    test(`${reach}: operations of other flows are not in it`, () =>
      withDriver(async (driver) => {
        const { orm, Account } = open(driver);
        await Account.bulkCreate(accounts);
        const undone = orm.transaction(async () => {
          await Account.update({ balance: 0 }, { id: 1 });
          await sleep(50);
          throw new Error("undo");
        }).catch((error: Error) => error.message);
        await sleep(20);
        await Account.update({ balance: 7 }, { id: 2 });
        assertEquals(await undone, "undo");
        assertEquals((await Account.findByIdOrFail(1)).balance, 100);
        assertEquals((await Account.findByIdOrFail(2)).balance, 7);
        await orm.disconnect();
      }));

    test(`${reach}: after an error only rollback is possible, and nothing of it stays`, () =>
      withDriver(async (driver) => {
        const { orm, Account } = open(driver);
        await Account.bulkCreate(accounts);
        const failed = driver.transaction(async () => {
          await driver.update("one", "accounts", { balance: 0 }, { id: 1 });
          const twin = { id: 11, owner: "owner 1", balance: 0 };
          await assertRejects(() => driver.insert("one", "accounts", twin), UniqueConstraintError);
          await driver.update("one", "accounts", { balance: 0 }, { id: 2 });
        });
        const error = await failed.then(() => null, (error) => error);
        assertEquals(error.code, "TRANSACTION_FAILED");
        assertEquals(await Account.sum("balance"), 1_000);
        await Account.update({ balance: 1 }, { id: 3 });
        await orm.disconnect();
      }));

    // A server ends the transaction itself, after five seconds.
    if (reach !== "http" && reach !== "ws") {
      test(`${reach}: who waits inside it for work outside of it is told in time, and all goes on`, () =>
        withDriver(async (driver) => {
          const { orm, Account } = open(driver, 200);
          await Account.bulkCreate(accounts);
          let begun: (() => void) | undefined;
          const started = new Promise<void>((resolve) => begun = resolve);
          const outside = started.then(() => Account.update({ balance: 0 }, { id: 2 }));
          const error = await orm.transaction(async () => {
            await Account.update({ balance: 0 }, { id: 1 });
            begun?.();
            await outside;
          }, { retries: 0 }).then(() => null, (error) => error);
          assert(["ConflictError", "TimeoutError"].includes(error?.name) && error.retryable, String(error));
          assertEquals(await Account.sum("balance"), 1_000);
          await Account.update({ balance: 0 }, { id: 1 });
          assertEquals(await Account.sum("balance"), 900);
          await orm.disconnect();
        }, { busyTimeout: 200 }));
    }

    test(`${reach}: a savepoint is undone alone`, () =>
      withDriver(async (driver) => {
        const { orm, Account } = open(driver);
        await Account.bulkCreate(accounts);
        await orm.transaction(async () => {
          await Account.update({ balance: 1 }, { id: 1 });
          const inner = orm.transaction(() => Account.create({ id: 12, owner: "owner 1", balance: 0 }));
          assertInstanceOf(await inner.catch((error) => error), UniqueConstraintError);
          await Account.update({ balance: 2 }, { id: 2 });
        });
        const balances = await Account.findAll({ where: { id: { $lte: 2 } }, select: ["balance"] });
        assertEquals(balances.map(({ balance }) => balance), [1, 2]);
        await orm.disconnect();
      }));
  });

  for (const place of ["file", "memory"] as const) {
    test(`${place}, a client of one's own: what it writes by itself meanwhile is refused, and not kept`, () =>
      withTempDir(async (folder) => {
        const url = place === "memory" ? ":memory:" : `file:${join(folder, "own.db")}`;
        const client = createClient({ url, intMode: "bigint" });
        const { orm, Account } = open(new LibSQLDriver({ client }));
        await Account.count();
        const write = "INSERT INTO accounts VALUES (1, 'by hand', 1)";
        const error = await assertRejects(() => orm.transaction(() => client.execute(write)));
        assert(/SQLITE_BUSY|TRANSACTION_ACTIVE/.test((error as { code?: string }).code ?? ""), String(error));
        assertEquals(await Account.count(), 0);
        await client.execute(write);
        assertEquals(await orm.transaction(() => Account.count()), 1);
        await orm.disconnect();
        client.close();
      }));
  }
});
