import { assert, assertEquals, assertRejects } from "@std/assert";
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { DenoKVDriver, KVStore } from "../../drivers/deno_kv.ts";
import { DataTypes, ORM, RinariError } from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { countingKV } from "./counting_kv.ts";
import { openDriver, openKv, testKV, withDriver } from "./open_kv.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
  text: { type: DataTypes.TEXT },
} as const;

/** What a store says, and the code that tells it. */
const FAILURES: readonly (readonly [string, string])[] = [
  ["database or disk is full", "STORE_FULL"],
  ["database disk image is malformed", "CORRUPT"],
  ["disk I/O error", "IO"],
  ["attempt to write a readonly database", "READ_ONLY"],
  ["unable to open database file", "CANNOT_OPEN"],
  ["value too large (max 65536 bytes)", "LIMIT_EXCEEDED"],
  ["TooManyChecks", "LIMIT_EXCEEDED"],
  ["error sending request for url (http://kv/): client error (Connect)", "UNREACHABLE"],
  ["Bad resource ID", "NOT_CONNECTED"],
  ["something new", "STORE"],
];

/** A store whose calls fail, once it is told how. */
function failing(store: KVStore): { kv: KVStore; fail: (message: string, sync: boolean) => void } {
  let failure: string | null = null;
  let isSync = false;
  const { kv } = countingKV(store);
  const refuse = <T>(work: () => T): T => {
    if (failure === null) return work();
    if (isSync) throw new TypeError(failure);
    return Promise.reject(new TypeError(failure)) as T;
  };
  return {
    fail: (message, sync) => [failure, isSync] = [message, sync],
    kv: {
      ...kv,
      get: (key) => refuse(() => kv.get(key)),
      getMany: (keys) => refuse(() => kv.getMany(keys)),
      list(range, options) {
        if (failure !== null) throw new TypeError(failure);
        return kv.list(range, options);
      },
      atomic() {
        const atomic = kv.atomic();
        const commit = atomic.commit.bind(atomic);
        atomic.commit = () => refuse(commit);
        return atomic;
      },
      watch(keys) {
        if (failure !== null) throw new TypeError(failure);
        return kv.watch(keys);
      },
    },
  };
}

const calls: readonly [string, (driver: DenoKVDriver) => Promise<unknown>][] = [
  ["findAll", (driver) => driver.findAll("d", "t", {})],
  ["findOne", (driver) => driver.findOne("d", "t", { where: { id: 1 } })],
  ["findAll of keys", (driver) => driver.findAll("d", "t", { where: { id: { $in: [1, 2] } } })],
  ["count", (driver) => driver.count("d", "t")],
  ["insert", (driver) => driver.insert("d", "t", { id: 5, text: "x" })],
  ["bulkInsert", (driver) => driver.bulkInsert("d", "t", [{ id: 5 }, { id: 6 }])],
  ["update", (driver) => driver.update("d", "t", { text: "y" }, { id: 1 })],
  ["delete", (driver) => driver.delete("d", "t", {})],
  ["transaction", (driver) => driver.transaction(() => driver.insert("d", "t", { id: 5 }))],
  ["createTable", (driver) => driver.createTable("d", "other", SCHEMA)],
  ["tableExists", (driver) => driver.tableExists("d", "t")],
  ["createIndex", (driver) => driver.createIndex("d", "t", "i", { columns: ["text"] })],
  ["dropIndex", (driver) => driver.dropIndex("d", "t", "texts")],
  ["dropTable", (driver) => driver.dropTable("d", "t")],
  ["expire", (driver) => driver.expire("d", "t", 1, 5)],
  ["purgeExpired", (driver) => driver.purgeExpired("d", "t")],
  ["verify", (driver) => driver.verify("d")],
  ["repair", (driver) => driver.repair("d")],
  ["watch", (driver) => driver.watch("d", "t", 1).next()],
];

describe("DenoKVDriver on a store that fails", () => {
  for (const [message, code] of FAILURES) {
    testKV(`every call tells it: ${message}`, async () => {
      for (const [name, call] of calls) {
        const store = await openKv(":memory:");
        const { kv, fail } = failing(store);
        await withDriver(async (driver) => {
          await driver.createTable("d", "t", SCHEMA);
          await driver.createIndex("d", "t", "texts", { columns: ["text"] });
          await driver.insert("d", "t", { id: 1, text: "x" });
          fail(message, name === "insert" || name === "count");
          const error = await assertRejects(() => call(driver)) as RinariError;
          assert(error instanceof RinariError, `${name}: ${error}`);
          assertEquals([name, error.code, error.driver], [name, code, "deno-kv"]);
          assertEquals((error.cause as Error).message, message);
        }, { kv, remote: false });
        store.close();
      }
    });
  }

  testKV("a full disk is no commit whose answer was lost", async () => {
    const store = await openKv(":memory:");
    const { kv, fail } = failing(store);
    await withDriver(async (driver) => {
      await driver.createTable("d", "t", SCHEMA);
      fail("database or disk is full", false);
      const error = await assertRejects(() => driver.insert("d", "t", { id: 1 })) as RinariError;
      assertEquals([error.code, error.outcome], ["STORE_FULL", undefined]);
    }, { kv, remote: true });
    store.close();
  });

  testKV("a damaged page of its file is told by what reads it", () =>
    withTempDir(async (folder) => {
      const path = join(folder, "kv.db");
      const fill = async (driver: DenoKVDriver) => {
        const orm = new ORM({ driver });
        const Note = orm.define("d", "notes", {
          id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
          text: { type: DataTypes.TEXT },
        });
        await Note.count();
        return { orm, Note };
      };
      const first = await fill(await openDriver(path));
      await first.Note.bulkCreate(Array.from({ length: 400 }, () => ({ text: "z".repeat(200) })));
      await first.orm.disconnect();
      const file = openSync(path, "r+");
      const middle = statSync(path).size >> 1;
      writeSync(file, new Uint8Array(400).fill(7), 0, 400, middle - middle % 4_096);
      closeSync(file);
      let told = 0;
      const tell = async (call: () => Promise<unknown>): Promise<void> => {
        try {
          await call();
        } catch (error) {
          assert(error instanceof RinariError, String(error));
          assert(["CORRUPT", "CORRUPT_VALUE"].includes(error.code), `${error.code}: ${error.message}`);
          told++;
        }
      };
      const driver = await openDriver(path);
      await tell(async () => {
        const { orm, Note } = await fill(driver);
        await tell(() => Note.findAll());
        await tell(() => Note.count({ text: "q" }));
        await tell(() => Note.updateAll({ text: "n" }));
        await tell(() => orm.transaction(() => Note.findAll()));
      });
      await driver.disconnect();
      assert(told > 0, "nothing that was damaged was read");
    }));
});
