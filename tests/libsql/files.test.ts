import { assert, assertEquals, assertRejects } from "@std/assert";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ConflictError,
  ConnectionError,
  DataTypes,
  ForeignKeyConstraintError,
  ORM,
  RinariError,
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
      const holder = startFile(new URL("./fixtures/holder.ts", import.meta.url), [
        join(storageDir, "app.db"),
      ]);
      await new Promise((resolve) => holder.stdout?.once("data", resolve));
      let ticks = 0;
      const timer = setInterval(() => ticks++, 10);
      const error = await Note.create({ whole: 2 }).then(() => null, (error) => error);
      clearInterval(timer);
      assert(error instanceof ConflictError && error.code === "BUSY" && error.retryable, String(error));
      assert(ticks > 10, `the event loop stood still: ${ticks} ticks`);
      assertEquals(await Note.count(), 1);
      const ended = new Promise((resolve) => holder.once("exit", resolve));
      holder.stdin?.end();
      await ended;
      await Note.create({ whole: 3 });
      assertEquals(await Note.count(), 2);
      await orm.disconnect();
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
