import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { ChildProcess } from "node:child_process";
import { existsSync, readFileSync, rmSync, unlinkSync, writeFileSync } from "node:fs";
import process from "node:process";
import { RinariError } from "../../mod.ts";
import { runFile, startFile } from "../support/child.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";
import { appPath, entriesOf, failureOf, namesOf, openItems } from "./support.ts";

const CLIENT = new URL("./fixtures/client.ts", import.meta.url);
const GIVER = new URL("./fixtures/number_giver.ts", import.meta.url);

const LINUX = existsSync("/proc/self/stat");

/** Waits until a child has printed its first line. */
function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let printed = "";
    let complaint = "";
    child.stderr?.setEncoding("utf8").on("data", (text: string) => complaint += text);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      if (printed.includes("\n")) resolve(printed.slice(0, printed.indexOf("\n")));
    });
    child.on("close", () => reject(new Error(`the child ended: ${complaint}`)));
  });
}

/** Starts a process that opens the database and keeps it open. */
async function holder(dir: string): Promise<ChildProcess> {
  const child = startFile(CLIENT, [dir, "hold"]);
  assertEquals(await firstLine(child), '"open"');
  return child;
}

function kill(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.on("close", () => resolve());
    child.kill("SIGKILL");
  });
}

const lockPath = (dir: string): string => `${appPath(dir)}.lock`;

/** The lock of a folder, changed. */
function writeLock(dir: string, change: Record<string, unknown>): void {
  const lock = JSON.parse(readFileSync(lockPath(dir), "utf8"));
  unlinkSync(lockPath(dir));
  writeFileSync(lockPath(dir), JSON.stringify({ ...lock, ...change }));
}

describe("the lock of a file", () => {
  test("keeps other drivers of the process out until the first disconnects", () =>
    withTempDir((dir) => {
      const first = openItems(dir);
      first.Item.create({ name: "a" });
      const second = openItems(dir);
      const error = failureOf(() => second.Item.count());
      assertEquals([error.name, error.code, error.driver], ["ConnectionError", "IN_USE", "json-file"]);
      assertStringIncludes(error.message, "this process");
      const reader = openItems(dir, { readonly: true });
      assertEquals(namesOf(reader), ["a"]);
      first.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json"]);
      assertEquals(namesOf(second), ["a"]);
      second.orm.disconnect();
      reader.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json"]);
    }));

  test("keeps other processes out, who are told which process has it", () =>
    withTempDir(async (dir) => {
      const child = await holder(dir);
      const items = openItems(dir, { busyTimeout: 100 });
      const before = Date.now();
      const error = failureOf(() => items.Item.count());
      assert(Date.now() - before >= 100);
      assertEquals(error.code, "IN_USE");
      assertStringIncludes(error.message, `process ${child.pid} `);
      await kill(child);
      assertEquals(items.Item.count(), 0);
      items.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json"]);
    }));

  test("is waited for", () =>
    withTempDir(async (dir) => {
      const items = openItems(dir);
      items.Item.count();
      const child = startFile(CLIENT, [dir, "wait", "20000"]);
      const line = firstLine(child);
      await until("the other process waits", () => entriesOf(dir).length >= 3);
      items.orm.disconnect();
      assertEquals(await line, '"open"');
      await new Promise((resolve) => child.on("close", resolve));
      assertEquals(entriesOf(dir), ["app.json"]);
    }));

  test("is given up at the end of a process, also without disconnect", () =>
    withTempDir(async (dir) => {
      for (const action of ["exit", "end"]) {
        const { code, stdout, stderr } = await runFile(CLIENT, [dir, action]);
        assertEquals([code, stdout], [0, '"open"\n'], stderr);
        assertEquals(entriesOf(dir), ["app.json"], action);
      }
    }));

  test(
    "of a process that was killed is taken over by one of those who come",
    () =>
      withTempDir(async (dir) => {
        for (let round = 0; round < 3; round++) {
          await kill(await holder(dir));
          assert(existsSync(lockPath(dir)));
          const children = Array.from({ length: 4 }, () => startFile(CLIENT, [dir, "hold"]));
          const lines = await Promise.all(children.map(firstLine));
          assertEquals(lines.sort(), ['"open"', ...Array(3).fill("ConnectionError IN_USE")]);
          await Promise.all(children.map(kill));
        }
        const items = openItems(dir);
        assertEquals(items.Item.count(), 0);
        items.orm.disconnect();
        assertEquals(entriesOf(dir), ["app.json"]);
      }),
    { timeout: 120_000 },
  );

  test(
    "is one process's at a time, however many are killed while they take it",
    () =>
      withTempDir(async (dir) => {
        const path = `${dir}/number`;
        const given: string[] = [];
        const begun = Date.now();
        // A busy machine takes longer to give as many.
        const goesOn = (): boolean => Date.now() - begun < (given.length > 10 ? 4_000 : 60_000);
        const run = async (): Promise<void> => {
          while (goesOn()) {
            const child = startFile(GIVER, [path, "100000"]);
            let printed = "";
            child.stdout?.setEncoding("utf8").on("data", (text: string) => printed += text);
            const ended = new Promise((resolve) => child.on("close", (_code, signal) => resolve(signal)));
            await firstLine(child);
            setTimeout(() => child.kill("SIGKILL"), 20 + Math.random() * 200);
            assertEquals(await ended, "SIGKILL");
            given.push(...printed.split("\n").slice(1, -1));
          }
        };
        await Promise.all([run(), run(), run()]);
        assert(given.length > 10, `only ${given.length} numbers were given`);
        assertEquals(new Set(given).size, given.length);
      }),
    { timeout: 120_000 },
  );

  test("of a process that cannot be seen from here is respected", () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.count();
      const elsewhere: Record<string, unknown>[] = [
        { host: "elsewhere", boot: LINUX ? "another" : null, pid: 2 ** 22 - 1 },
        { host: null, boot: null, pid: 2 ** 22 - 1 },
        ...(LINUX ? [{ namespace: "pid:[1]", pid: 2 ** 22 - 1 }] : []),
      ];
      for (const place of elsewhere) {
        writeLock(dir, { token: "0123456789abcdef", kernel: false, ...place });
        assertEquals(failureOf(() => openItems(dir).Item.count()).code, "IN_USE", JSON.stringify(place));
      }
      items.orm.disconnect();
      assert(existsSync(lockPath(dir)), "the lock of another was removed");
      rmSync(lockPath(dir));
    }));

  test("is not taken from a file that somebody else wrote", () =>
    withTempDir((dir) => {
      for (const text of ["", "locked by hand", "{}", '{"token":"../../x","pid":1}', "null", "[1]"]) {
        writeFileSync(lockPath(dir), text);
        const error = failureOf(() => openItems(dir).Item.count());
        assertEquals(error.code, "IN_USE");
        assertStringIncludes(error.message, "does not say who");
        assertEquals(readFileSync(lockPath(dir), "utf8"), text);
      }
      assertEquals(entriesOf(dir), ["app.json.lock"]);
    }));

  test("that was removed by hand is taken again, unless another process has it by then", () =>
    withTempDir(async (dir) => {
      const items = openItems(dir);
      items.Item.create({ name: "a" });
      rmSync(lockPath(dir));
      items.Item.create({ name: "b" });
      assert(existsSync(lockPath(dir)));
      assertEquals(failureOf(() => openItems(dir).Item.count()).code, "IN_USE");
      rmSync(lockPath(dir));
      const { stdout } = await runFile(CLIENT, [dir, "create", "c"]);
      assertEquals(stdout, '"open"\n"c"\n');
      const error = failureOf(() => items.Item.create({ name: "d" }));
      assertEquals([error.name, error.code, error.retryable], ["ConflictError", "CHANGED_OUTSIDE", true]);
      assertEquals(namesOf(items), ["a", "b", "c"]);
      items.Item.create({ name: "d" });
      rmSync(lockPath(dir));
      const child = await holder(dir);
      assertEquals(failureOf(() => items.Item.create({ name: "e" })).code, "LOCK_LOST");
      assertEquals(namesOf(items), ["a", "b", "c", "d"]);
      items.orm.disconnect();
      assert(existsSync(lockPath(dir)), "the lock of another was removed");
      await kill(child);
    }));
});

describe("the lock of a process", () => {
  const names = [
    "whose pid another one has by now is taken over",
    "of a machine that was started again is taken over",
  ];
  if (!LINUX) {
    for (const name of names) test.skip(name, "only Linux tells when a process and the machine were started");
    return;
  }
  test(names[0] as string, () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.create({ name: "a" });
      writeLock(dir, { token: "0123456789abcdef", start: "1", kernel: false });
      const next = openItems(dir);
      assertEquals(namesOf(next), ["a"]);
      // The first one has lost it.
      const error = failureOf(() => items.Item.create({ name: "b" }));
      assertEquals(error.code, "LOCK_LOST");
      items.orm.disconnect();
      next.Item.create({ name: "c" });
      next.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json"]);
    }));

  test(names[1] as string, () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.create({ name: "a" });
      writeLock(dir, { token: "0123456789abcdef", boot: "before", pid: process.pid });
      const next = openItems(dir);
      assertEquals(namesOf(next), ["a"]);
      next.orm.disconnect();
      items.orm.disconnect();
    }));
});

describe("a reader", () => {
  test("sees what another process commits, and nothing in between", () =>
    withTempDir(async (dir) => {
      const reader = openItems(dir, { readonly: true });
      assertEquals(failureOf(() => reader.Item.count()).code, "CANNOT_OPEN");
      assertEquals((await runFile(CLIENT, [dir, "create", "a"])).stdout, '"open"\n"a"\n');
      assertEquals(namesOf(reader), ["a"]);
      const writer = openItems(dir);
      writer.orm.transaction(() => {
        writer.Item.create({ name: "b" });
        assertEquals(namesOf(reader), ["a"]);
      });
      assertEquals(namesOf(reader), ["a", "b"]);
      reader.orm.transaction(() => {
        assertEquals(reader.Item.count(), 2);
        writer.Item.create({ name: "c" });
        assertEquals(reader.Item.count(), 2);
      });
      assertEquals(reader.Item.count(), 3);
      for (
        const write of [
          () => reader.Item.create({ name: "x" }),
          () => reader.Item.delete({ id: 1 }),
          () => reader.Item.update({ name: "x" }, { id: 99 }),
          () => reader.Item.createIndex("more", { columns: ["name"] }),
          () => reader.driver.createTable("app", "more", { id: { type: "INTEGER", primaryKey: true } }),
          () => reader.driver.dropTable("app", "items"),
        ]
      ) {
        const error = failureOf(write);
        assertEquals([error.name, error.code], ["ConnectionError", "READ_ONLY"]);
      }
      writer.orm.disconnect();
      rmSync(appPath(dir));
      const gone = failureOf(() => reader.Item.count());
      assert(gone instanceof RinariError && gone.code === "CANNOT_OPEN");
      reader.orm.disconnect();
      assertEquals(entriesOf(dir), []);
    }));
});

if (runtime === "deno") {
  test("a lock of Deno without permissions ends with its process", () =>
    withTempDir(async (dir) => {
      await kill(await holder(dir));
      // What Deno does not let the process find out is null.
      writeLock(dir, { pid: 1, start: null, host: null, boot: null, namespace: null });
      const items = openItems(dir);
      assertEquals(items.Item.count(), 0);
      items.orm.disconnect();
    }));
} else {
  test.skip(
    "a lock of Deno without permissions ends with its process",
    "only Deno locks files for its programs",
  );
}
