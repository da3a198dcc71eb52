import { assert, assertEquals } from "@std/assert";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { Worker } from "node:worker_threads";
import { DataTypes, ORM, toAsyncDriver } from "../../mod.ts";
import { JSONFileDriver } from "../../drivers/json_file.ts";
import { runFile } from "../support/child.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { entriesOf, failureOf, namesOf, openItems } from "./support.ts";

const TURNS = 20;

/** An async face of a database, in a folder where another driver has it open. */
function behind(storageDir: string, busyTimeout: number) {
  const orm = new ORM({ driver: toAsyncDriver(new JSONFileDriver({ storageDir, busyTimeout })) });
  const Item = orm.define("app", "items", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, unique: true },
  });
  return { orm, Item };
}

describe("the lock of a JSON file, by an async face,", () => {
  test("is waited for without keeping the event loop", () =>
    withTempDir(async (dir) => {
      const first = openItems(dir);
      first.Item.create({ name: "a" });
      const { orm, Item } = behind(dir, 30_000);
      let turns = 0;
      const timer = setInterval(() => {
        if (++turns === TURNS) first.orm.disconnect();
      }, 5);
      await orm.transaction(async () => {
        assertEquals(await Item.count(), 1);
        await Item.create({ name: "b" });
      });
      clearInterval(timer);
      assert(turns >= TURNS);
      assertEquals(await Item.count(), 2);
      await orm.disconnect();
    }));

  test("is waited for until busyTimeout", () =>
    withTempDir(async (dir) => {
      const first = openItems(dir);
      first.Item.create({ name: "a" });
      const { orm, Item } = behind(dir, 100);
      let turns = 0;
      const timer = setInterval(() => turns++, 5);
      const before = Date.now();
      const error = await Item.count().then(() => null, (error) => error);
      clearInterval(timer);
      assertEquals([error?.name, error?.code], ["ConnectionError", "IN_USE"]);
      assert(Date.now() - before >= 100);
      assert(turns > 1, `${turns} turns of the event loop`);
      await orm.disconnect();
      first.orm.disconnect();
    }));
});

const TERMINATED = "the lock of a JSON file that a worker had is free when the worker was terminated";
if (process.platform === "linux") {
  test(TERMINATED, () =>
    withTempDir(async (dir) => {
      const worker = new Worker(new URL("./fixtures/worker.ts", import.meta.url), { workerData: dir });
      const first = await new Promise((resolve, reject) => {
        worker.on("message", resolve);
        worker.on("error", reject);
      });
      assertEquals(first, "of the worker");
      assertEquals(failureOf(() => openItems(dir).Item.count()).code, "IN_USE");
      await worker.terminate();
      // The system ends the thread a little later.
      const items = openItems(dir, { busyTimeout: 10_000 });
      assertEquals(items.Item.create({ name: "later" }).id, 2);
      items.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json"]);
    }));
} else test.skip(TERMINATED, "only Linux tells which threads a process has");

const HOT = "the lock of a JSON file is taken over by the next load of a program under bun --hot";
if (runtime === "bun") {
  test(HOT, () =>
    withTempDir(async (dir) => {
      const program = join(dir, "program.ts");
      writeFileSync(
        program,
        `import ${JSON.stringify(new URL("./fixtures/hot.ts", import.meta.url).pathname)};\n`,
      );
      const { stdout, stderr } = await runFile(new URL(`file://${program}`), [dir], {
        flags: ["--hot", "--no-clear-screen"],
        timeout: 30_000,
      });
      assertEquals(stdout.trim().split("\n"), [
        '["load 1"]',
        '["load 1","load 2"]',
        '["load 1","load 2","load 3"]',
        "LOCK_LOST",
      ], stderr);
      assertEquals(namesOf(openItems(dir)).length, 3);
    }));
} else test.skip(HOT, "only Bun loads a program again in the same process");
