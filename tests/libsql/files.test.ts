import { assert, assertEquals, assertRejects } from "@std/assert";
import { copyFileSync, existsSync, readdirSync, readlinkSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ConflictError,
  ConnectionError,
  DataTypes,
  ForeignKeyConstraintError,
  ORM,
  RinariError,
  UniqueConstraintError,
} from "../../mod.ts";
import { LibSQLDriver, type LibSQLOptions } from "../../drivers/libsql.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { startFile } from "../support/child.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const NOTE = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  whole: { type: DataTypes.INTEGER },
  parent: { type: DataTypes.INTEGER, references: { table: "notes", column: "id" } },
} as const;

function open(options: LibSQLOptions) {
  const orm = new ORM({ driver: new LibSQLDriver({ durability: "relaxed", ...options }) });
  return { orm, Note: orm.define("app", "notes", NOTE) };
}

/** Lets another process hold the write lock of the database; returns what ends that. */
async function hold(storageDir: string): Promise<() => Promise<void>> {
  const path = join(storageDir, "app.db");
  const holder = startFile(new URL("./fixtures/holder.ts", import.meta.url), [path]);
  await new Promise((resolve) => holder.stdout?.once("data", resolve));
  return async () => {
    const ended = new Promise((resolve) => holder.once("exit", resolve));
    holder.stdin?.end();
    await ended;
  };
}

/** How many files of a folder this process has open. */
function openFiles(folder: string): number {
  const targets = readdirSync("/proc/self/fd").map((name) => {
    try {
      return readlinkSync(`/proc/self/fd/${name}`);
    } catch {
      return "";
    }
  });
  return targets.filter((target) => target.startsWith(folder)).length;
}

describe("LibSQLDriver on files", () => {
  test("foreign keys are enforced on every connection, also after errors", () =>
    withTempDir(async (storageDir) => {
      const { orm, Note } = open({ storageDir });
      for (let i = 0; i < 5; i++) {
        await assertRejects(() => Note.create({ parent: 99 }), ForeignKeyConstraintError);
        await assertRejects(
          () => orm.transaction(() => Note.create({ parent: 99 })),
          ForeignKeyConstraintError,
        );
      }
      assertEquals(await Note.count(), 0);
      await orm.disconnect();
    }));

  test("waits for another process without blocking, gives up in time, and goes on afterwards", () =>
    withTempDir(async (storageDir) => {
      const { orm, Note } = open({ storageDir, busyTimeout: 300 });
      await Note.create({ whole: 1 });
      const release = await hold(storageDir);
      let ticks = 0;
      const timer = setInterval(() => ticks++, 10);
      const error = await Note.create({ whole: 2 }).then(() => null, (error) => error);
      clearInterval(timer);
      assert(error instanceof ConflictError && error.code === "BUSY" && error.retryable, String(error));
      assert(ticks > 10, `the event loop stood still: ${ticks} ticks`);
      assertEquals(await Note.count(), 1);
      await release();
      await Note.create({ whole: 3 });
      assertEquals(await Note.count(), 2);
      await orm.disconnect();
    }));

  test("a transaction waits for another process once, not again for each time it could be run", () =>
    withTempDir(async (storageDir) => {
      const { orm, Note } = open({ storageDir, busyTimeout: 300 });
      await Note.create({ whole: 1 });
      const release = await hold(storageDir);
      let runs = 0;
      const begun = performance.now();
      const waiting = [1, 2, 3].map(() =>
        orm.transaction(async () => {
          runs++;
          await Note.create({ whole: 2 });
        }).then(() => null, (error) => error)
      );
      for (const error of await Promise.all(waiting)) assertEquals(error?.code, "BUSY", String(error));
      const waited = performance.now() - begun;
      // Six times the wait would be 1,800.
      assert(waited >= 290 && waited < 1_500, `waited for ${waited} ms`);
      assertEquals(runs, 3);
      await release();
      await orm.transaction(() => Note.create({ whole: 3 }));
      assertEquals(await Note.count(), 2);
      await orm.disconnect();
    }));

  if (existsSync("/proc/self/fd")) {
    test("rows that are refused, and locks that are waited for, leave no files open", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = open({ storageDir, busyTimeout: 20 });
        await Note.create({ id: 1 });
        await orm.transaction(() => Note.count());
        const before = openFiles(storageDir);
        for (let i = 0; i < 60; i++) {
          await assertRejects(() => Note.create({ id: 1 }), UniqueConstraintError);
          await assertRejects(() => Note.bulkCreate([{ id: 2 }, { id: 1 }]), UniqueConstraintError);
          await assertRejects(() => Note.update({ parent: 99 }, { id: 1 }), ForeignKeyConstraintError);
          await assertRejects(() => orm.transaction(() => Note.create({ id: 1 })), UniqueConstraintError);
        }
        assert(openFiles(storageDir) <= before + 2, `${openFiles(storageDir)} files are open, not ${before}`);
        const release = await hold(storageDir);
        for (let i = 0; i < 20; i++) await assertRejects(() => Note.create({ whole: 2 }), ConflictError);
        // The first lock that is met is met by a statement, which keeps its connection.
        const held = openFiles(storageDir) - before;
        assert(held <= 6, `${held} files more are open`);
        await release();
        await orm.disconnect();
        assertEquals(openFiles(storageDir), 0);
      }));
  } else test.skip("leaves no files open", "this system does not tell what is open");

  test("after disconnect the file has all that was written, without a log beside it", () =>
    withTempDir(async (storageDir) => {
      const file = join(storageDir, "app.db");
      const { orm, Note } = open({ storageDir });
      await Note.bulkCreate(Array.from({ length: 300 }, (_, whole) => ({ whole })));
      await orm.transaction(() => Note.create({ whole: 1_000 }));
      const iterator = Note.iterate()[Symbol.asyncIterator]();
      await iterator.next();
      await orm.disconnect();
      const left = readdirSync(storageDir).filter((name) => statSync(join(storageDir, name)).size > 0);
      assertEquals(left, ["app.db"]);
      copyFileSync(file, join(storageDir, "copy.db"));
      const copy = open({ databases: { app: join(storageDir, "copy.db") }, readonly: true });
      assertEquals(await copy.Note.count(), 301);
      await copy.orm.disconnect();
    }));

  test("what is under way at disconnect is stored, or says that it is not", () =>
    withTempDir(async (storageDir) => {
      for (let round = 0; round < 12; round++) {
        const { orm, Note } = open({ storageDir });
        if (round % 2 === 0) await Note.count();
        const ids = [1, 2, 3, 4, 5].map((id) => 10 * round + id);
        const ended = Promise.allSettled(ids.map((id) => Note.upsert({ id, whole: id })));
        if (round % 3 > 0) await sleep(round % 3);
        await orm.disconnect();
        const later = open({ storageDir });
        const stored = new Set((await later.Note.findAll()).map(({ id }) => id));
        for (const [i, result] of (await ended).entries()) {
          assertEquals(stored.has(ids[i] as number), result.status === "fulfilled");
          if (result.status === "fulfilled") continue;
          assertEquals(
            [result.reason.code, result.reason.outcome],
            ["NOT_CONNECTED", undefined],
            String(result.reason),
          );
        }
        await later.orm.disconnect();
      }
    }));

  test("disconnect closes what is being opened", () =>
    withTempDir(async (storageDir) => {
      const driver = new LibSQLDriver({ storageDir });
      const connecting = driver.connect({});
      await driver.disconnect();
      await connecting;
      await assertRejects(() => driver.tableExists("app", "notes"), ConnectionError, "not connected");

      for (let turns = 0; turns < 30; turns++) {
        const { orm, Note } = open({ storageDir });
        const work = Promise.allSettled([Note.create({ whole: 1 })]);
        // At each moment while the client is loaded and the file opened.
        for (let turn = 0; turn < turns; turn++) await (turn % 5 === 4 ? sleep(0) : undefined);
        await orm.disconnect();
        await work;
        // A file that is still open would be refused to another library.
        const other = new ORM({ driver: new NodeSQLiteDriver({ storageDir }) });
        other.define("app", "others", { id: { type: DataTypes.INTEGER, primaryKey: true } }).count();
        other.disconnect();
      }
    }));

  test("with `readonly` a file that is absent is not made", () =>
    withTempDir(async (storageDir) => {
      const { orm, Note } = open({ databases: { app: join(storageDir, "app.db") }, readonly: true });
      const error = await assertRejects(() => Note.count(), ConnectionError, "there is no file");
      assertEquals([error.code, readdirSync(storageDir)], ["CANNOT_OPEN", []]);
      await orm.disconnect();
      const unknown = open({ databases: { other: "other.db" } });
      await assertRejects(() => unknown.Note.count(), RinariError, "the driver has `other`");
      await unknown.orm.disconnect();
    }));

  test("another SQLite library on the same file is refused", () =>
    withTempDir(async (storageDir) => {
      const { orm, Note } = open({ storageDir });
      await Note.create({ whole: 1 });
      const other = new NodeSQLiteDriver({ storageDir });
      other.connect({});
      let code = "";
      try {
        other.tableExists("app", "notes");
      } catch (error) {
        if (error instanceof ConnectionError) code = error.code;
      }
      assertEquals(code, "SECOND_LIBRARY");
      other.disconnect();
      await orm.disconnect();
    }));
});
