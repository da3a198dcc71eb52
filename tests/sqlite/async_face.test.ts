import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { MemoryDriver } from "../../drivers/memory.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { type AsyncDriver, DataTypes, ORM, type RinariError, toAsyncDriver } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { type FileOptions, openClient, openRaw, sqliteDrivers } from "../unit/sql/sqlite_drivers.ts";

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT },
} as const;

/** How often a timer has to fire while a lock is held: it would never with a loop that stands still. */
const TURNS = 20;

async function errorOf(work: Promise<unknown>): Promise<RinariError> {
  return await work.then(() => {
    throw new Error("It did not fail");
  }, (error) => error);
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls `release` when a timer has fired often enough. */
function afterTurns(release: () => void): Promise<void> {
  return new Promise((resolve) => {
    let turns = 0;
    const timer = setInterval(() => {
      if (++turns < TURNS) return;
      clearInterval(timer);
      release();
      resolve();
    }, 5);
  });
}

/** Awaits calls in a loop until a timer has fired; tells whether one did. */
async function lets(call: () => Promise<unknown>): Promise<boolean> {
  let fired = false;
  setTimeout(() => fired = true, 1);
  const end = Date.now() + 5_000;
  while (!fired && Date.now() < end) await call();
  return fired;
}

for (const each of sqliteDrivers) {
  describe(`${each.name} through toAsyncDriver`, () => {
    const open = (options: FileOptions) => {
      const orm = new ORM({ driver: toAsyncDriver(each.make({ durability: "relaxed", ...options })) });
      return { orm, Note: orm.define("app", "notes", NOTE) };
    };

    test(
      "waits for a lock of another connection, and the event loop goes on",
      () =>
        withTempDir(async (storageDir) => {
          const { orm, Note } = open({ storageDir, busyTimeout: 30_000 });
          await Note.create({ text: "before" });
          const other = openRaw(join(storageDir, "app.db"));
          const calls: readonly (() => Promise<unknown>)[] = [
            () => Note.create({ text: "one" }),
            () => Note.bulkCreate([{ text: "two" }, { text: "three" }]),
            () => Note.update({ text: "first" }, { id: 1 }),
            () => Note.upsert({ id: 1, text: "again" }),
            () => Note.createIndex("by_text", { columns: ["text"] }),
            () => orm.transaction(() => Note.create({ text: "four" })),
            () => Note.delete({ id: 1 }),
          ];
          for (const call of calls) {
            other.exec("BEGIN IMMEDIATE");
            const released = afterTurns(() => other.exec("COMMIT"));
            await call();
            await released;
          }
          assertEquals((await Note.findAll()).map(({ text }) => text), ["one", "two", "three", "four"]);
          other.close();
          await orm.disconnect();
        }),
      { timeout: 60_000 },
    );

    test("waits for a file that is not yet in WAL, and puts it there", () =>
      withTempDir(async (storageDir) => {
        const path = join(storageDir, "app.db");
        const other = openRaw(path);
        other.exec("CREATE TABLE other (a); BEGIN IMMEDIATE");
        const { orm, Note } = open({ storageDir, busyTimeout: 30_000 });
        const released = afterTurns(() => other.exec("COMMIT"));
        await Note.create({ text: "a" });
        await released;
        other.close();
        const later = openRaw(path);
        assertEquals(Object.values(later.all("PRAGMA journal_mode")[0] ?? {}), ["wal"]);
        later.close();
        await orm.disconnect();
      }));

    test("has one deadline for the whole wait", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = open({ storageDir, busyTimeout: 400 });
        await Note.create({ text: "before" });
        const other = openRaw(join(storageDir, "app.db"));
        other.exec("BEGIN IMMEDIATE");
        let runs = 0;
        for (const call of [() => Note.create({}), () => orm.transaction(() => (runs++, Note.create({})))]) {
          const begun = performance.now();
          const error = await errorOf(call());
          const waited = performance.now() - begun;
          assertEquals([error.name, error.code, error.retryable], ["ConflictError", "BUSY", true]);
          // Six times the wait would be 2,400.
          assert(waited >= 390 && waited < 2_000, `waited for ${waited} ms`);
        }
        assertEquals(runs, 1);
        other.exec("COMMIT");
        other.close();
        assertEquals((await Note.create({ text: "after" })).id, 2);
        await orm.disconnect();
      }));

    test("writes nothing of a transaction that ended while it waited", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = open({ storageDir, busyTimeout: 30_000 });
        await Note.create({ text: "before" });
        const other = openRaw(join(storageDir, "app.db"));
        other.exec("BEGIN IMMEDIATE");
        let late: Promise<RinariError> | undefined;
        const work = async () => {
          late = errorOf(Note.create({ text: "late" }));
          await late;
        };
        const error = await errorOf(orm.transaction(work, { timeout: 50, waitTimeout: 50 }));
        assertEquals(error.code, "TRANSACTION_TIMEOUT");
        await sleep(100);
        other.exec("COMMIT");
        assertEquals((await late)?.code, "TRANSACTION_ENDED");
        assertEquals(await Note.count(), 1);
        other.close();
        await orm.disconnect();
      }));

    test("lets two transactions of one process on one file wait for each other", () =>
      withTempDir(async (storageDir) => {
        const [a, b] = [open({ storageDir }), open({ storageDir })];
        await a.Note.create({ text: "before" });
        await b.Note.count();
        const add = ({ orm, Note }: typeof a) =>
          orm.transaction(async () => {
            const { length } = await Note.findAll();
            await sleep(30);
            await Note.create({ text: `after ${length}` });
          });
        await Promise.all([add(a), add(b)]);
        assertEquals((await a.Note.findAll()).map(({ text }) => text), ["before", "after 1", "after 2"]);
        await a.orm.disconnect();
        await b.orm.disconnect();
      }));

    test("waits for readers to commit, and to begin to read, where there is no WAL", () =>
      withTempDir(async (folder) => {
        const path = join(folder, "app.db");
        const client = openClient(each, path);
        const orm = new ORM({ driver: toAsyncDriver(client.driver()) });
        const Note = orm.define("app", "notes", NOTE);
        await Note.create({ text: "before" });
        const other = openRaw(path);
        other.exec("BEGIN");
        other.all("SELECT * FROM notes");
        const read = afterTurns(() => other.exec("COMMIT"));
        await orm.transaction(() => Note.create({ text: "after" }));
        await read;
        assertEquals(await Note.count(), 2);
        other.exec("BEGIN EXCLUSIVE");
        const written = afterTurns(() => other.exec("COMMIT"));
        const rows: unknown[] = [];
        for await (const { text } of Note.iterate()) rows.push(text);
        assertEquals(rows, ["before", "after"]);
        await written;
        other.close();
        await orm.disconnect();
        client.close();
      }));

    test("the driver itself waits for a lock as before, once the async face is closed", () =>
      withTempDir(async (storageDir) => {
        const driver = each.make({ storageDir, busyTimeout: 200, durability: "relaxed" });
        const first = new ORM({ driver: toAsyncDriver(driver) });
        await first.define("app", "notes", NOTE).create({ text: "a" });
        await first.disconnect();
        const orm = new ORM({ driver });
        const Note = orm.define("app", "notes", NOTE);
        const other = openRaw(join(storageDir, "app.db"));
        other.exec("BEGIN IMMEDIATE");
        const begun = performance.now();
        let code: unknown;
        try {
          Note.create({ text: "b" });
        } catch (error) {
          code = (error as RinariError).code;
        }
        assertEquals(code, "BUSY");
        assert(performance.now() - begun >= 150);
        other.close();
        orm.disconnect();
      }));
  });
}

describe("a loop of awaited calls lets the event loop turn:", () => {
  const check = async (driver: AsyncDriver) => {
    const orm = new ORM({ driver });
    const Note = orm.define("app", "notes", NOTE);
    await Note.bulkCreate(Array.from({ length: 3_000 }, () => ({ text: "a" })));
    assert(await lets(() => Note.findById(1)), "findById");
    assert(await lets(() => Note.update({ text: "b" }, { id: 1 })), "update");
    assert(await lets(() => orm.transaction(() => Note.count())), "transaction");
    assert(
      await lets(async () => {
        for await (const _ of Note.iterate());
      }),
      "iterate",
    );
    await orm.disconnect();
  };
  const databases = { app: ":memory:" };
  for (const each of sqliteDrivers) test(each.name, () => check(toAsyncDriver(each.make({ databases }))));
  test("MemoryDriver", () => check(toAsyncDriver(new MemoryDriver())));
  test("LibSQLDriver on a file", () =>
    withTempDir((storageDir) => check(new LibSQLDriver({ storageDir, durability: "relaxed" }))));
  test("LibSQLDriver in memory", () => check(new LibSQLDriver({ databases })));
});
