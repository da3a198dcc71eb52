import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { toAsyncDriver } from "../../mod.ts";
import { runFile } from "../support/child.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { appPath, appText, entriesOf, failureOf, namesOf, openItems } from "./support.ts";

const CLIENT = new URL("./fixtures/client.ts", import.meta.url);
const WINDOWS = process.platform === "win32";

describe("a commit that does not fit", () => {
  if (WINDOWS) test.skip("on the disk is undone", "Windows does not limit the size of files");
  else {
    test("on the disk is undone, and the next one works", async () => {
      await withTempDir(async (dir) => {
        mkdirSync(join(dir, "cache"));
        // Where Deno keeps its own files, which are not to be counted.
        const after = `trap "" XFSZ; ulimit -f 8000; export DENO_DIR="${join(dir, "cache")}"`;
        const first = openItems(dir);
        first.Item.create({ name: "a" });
        first.orm.disconnect();
        const { stdout, stderr } = await runFile(CLIENT, [dir, "fill", "10000000"], { after });
        const full = "ConnectionError STORE_FULL";
        assertEquals(stdout.trim().split("\n"), ['"open"', full, full, '["a"]', "2"], stderr);
        assertEquals(readdirSync(dir).filter((name) => name.startsWith("app")), ["app.json"]);
        const again = openItems(dir);
        assertEquals(namesOf(again), ["a", "c"]);
        again.orm.disconnect();
      });
    });
  }

  test("in `maxBytes` is undone, and a smaller one works", () =>
    withTempDir((dir) => {
      const items = openItems(dir, { maxBytes: 2_000 });
      items.Item.create({ name: "a" });
      const text = appText(dir);
      const error = failureOf(() => items.Item.create({ name: "x".repeat(2_000) }));
      assertEquals([error.name, error.code], ["ConnectionError", "STORE_FULL"]);
      assertStringIncludes(error.message, "more than 2000 bytes");
      assertEquals(
        failureOf(() =>
          items.orm.transaction(() => {
            items.Item.create({ name: "b" });
            items.Item.bulkCreate(Array.from({ length: 100 }, (_, i) => ({ name: `c${i}` })));
          })
        ).code,
        "STORE_FULL",
      );
      assertEquals([appText(dir), namesOf(items), entriesOf(dir)], [text, ["a"], [
        "app.json",
        "app.json.lock",
      ]]);
      assertEquals(items.Item.create({ name: "b" }).id, 2);
      items.orm.disconnect();
    }));

  test("is undone through toAsyncDriver too", () =>
    withTempDir(async (dir) => {
      const driver = toAsyncDriver(openItems(dir, { maxBytes: 1_000 }).driver);
      await driver.connect({});
      await driver.createTable("app", "items", { id: { type: "TEXT", primaryKey: true } });
      const error = await driver.transaction(() => driver.insert("app", "items", { id: "x".repeat(2_000) }))
        .then(() => null, (error) => error);
      assertEquals(error?.code, "STORE_FULL");
      assertEquals(await driver.count("app", "items"), 0);
      await driver.disconnect();
    }));
});

if (WINDOWS) {
  test.skip("a file or folder that may not be written", "Windows has other rights");
} else {
  describe("without the right to write", () => {
    const outcome = async (dir: string): Promise<string[]> => {
      chmodSync(dir, 0o777);
      const { stdout, stderr } = await runFile(CLIENT, [join(dir, "store"), "nobody", "b"]);
      assertEquals(stderr, "");
      return stdout.trim().split("\n");
    };
    const withStore = (work: (dir: string, store: string) => Promise<void>): Promise<void> =>
      withTempDir((dir) => {
        const store = join(dir, "store");
        const items = openItems(store);
        items.Item.create({ name: "a" });
        items.orm.disconnect();
        return work(dir, store);
      });

    test("to the file it is read, and writing refused", () =>
      withStore(async (dir, store) => {
        chmodSync(store, 0o777);
        chmodSync(appPath(store), 0o444);
        const text = appText(store);
        assertEquals(await outcome(dir), ['"open"', "ConnectionError READ_ONLY"]);
        assertEquals([appText(store), entriesOf(store)], [text, ["app.json"]]);
      }));

    test("to the folder it is read, and writing refused", () =>
      withStore(async (dir, store) => {
        chmodSync(appPath(store), 0o666);
        chmodSync(store, 0o555);
        const text = appText(store);
        assertEquals(await outcome(dir), ['"open"', "ConnectionError READ_ONLY"]);
        assertEquals([appText(store), entriesOf(store)], [text, ["app.json"]]);
        chmodSync(store, 0o755);
      }));

    test("to a folder without the file nothing can be made", () =>
      withTempDir(async (dir) => {
        mkdirSync(join(dir, "store"), { mode: 0o555 });
        const refused = "ConnectionError CANNOT_OPEN";
        assertEquals(await outcome(dir), [refused, refused]);
        assertEquals(entriesOf(join(dir, "store")), []);
        chmodSync(join(dir, "store"), 0o755);
      }));

    test("nor to read it is refused", () =>
      withStore(async (dir, store) => {
        chmodSync(store, 0o777);
        chmodSync(appPath(store), 0o000);
        const refused = "ConnectionError CANNOT_OPEN";
        assertEquals(await outcome(dir), [refused, refused]);
        assertEquals(entriesOf(store), ["app.json"]);
      }));

    test("to a file of another owner, the folder being open to all, the file keeps its rights", () =>
      withStore(async (dir, store) => {
        chmodSync(store, 0o777);
        chmodSync(appPath(store), 0o666);
        assertEquals(await outcome(dir), ['"open"', '"b"']);
        assertEquals(statSync(appPath(store)).mode & 0o777, 0o666);
        const again = openItems(store);
        assertEquals(namesOf(again), ["a", "b"]);
        again.orm.disconnect();
      }));
  });
}

describe("what a killed process left", () => {
  test("of a commit is removed, whatever it holds", () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.create({ name: "a" });
      items.orm.disconnect();
      const text = appText(dir) as string;
      const temporary = `${appPath(dir)}.rinari.tmp`;
      for (const torn of ["", text.slice(0, 100), text.replace('"a"', '"b"'), "\0".repeat(5_000)]) {
        writeFileSync(temporary, torn);
        const reader = openItems(dir, { readonly: true });
        assertEquals(namesOf(reader), ["a"]);
        reader.orm.disconnect();
        assertEquals(entriesOf(dir), ["app.json", "app.json.rinari.tmp"]);
        const again = openItems(dir);
        assertEquals(namesOf(again), ["a"]);
        assertEquals(entriesOf(dir), ["app.json", "app.json.lock"]);
        again.orm.disconnect();
      }
    }));

  test("of the first commit is no database", () =>
    withTempDir((dir) => {
      writeFileSync(`${appPath(dir)}.rinari.tmp`, '{\n  "format": "@rinari/orm json-file",\n');
      const items = openItems(dir);
      assertEquals(items.Item.count(), 0);
      items.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json"]);
    }));

  test("or planted under its name is not written through", () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.create({ name: "a" });
      writeFileSync(join(dir, "other"), "precious");
      if (!WINDOWS) symlinkSync(join(dir, "other"), `${appPath(dir)}.rinari.tmp`);
      items.Item.create({ name: "b" });
      items.orm.disconnect();
      const again = openItems(dir);
      assertEquals(namesOf(again), ["a", "b"]);
      again.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json", "other"]);
    }));
});

describe("a file that something else changes meanwhile", () => {
  test("is not overwritten: the work fails once, and is done on what is there then", () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.create({ name: "a" });
      writeFileSync(appPath(dir), (appText(dir) as string).replace('"a"', '"by hand"'));
      const error = failureOf(() => items.Item.create({ name: "b" }));
      assertEquals([error.name, error.code, error.retryable], ["ConflictError", "CHANGED_OUTSIDE", true]);
      assertEquals(namesOf(items), ["by hand"]);
      items.Item.create({ name: "b" });
      writeFileSync(appPath(dir), "no JSON any more");
      assertEquals(failureOf(() => items.Item.create({ name: "c" })).code, "CHANGED_OUTSIDE");
      assertEquals(failureOf(() => items.Item.count()).code, "NOT_A_DATABASE");
      assertEquals(appText(dir), "no JSON any more");
      items.orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json"]);
    }));

  test("is retried by itself where the callback can be replayed", () =>
    withTempDir(async (dir) => {
      const { driver } = openItems(dir);
      const { ORM, DataTypes } = await import("../../mod.ts");
      const orm = new ORM({ driver: toAsyncDriver(driver) });
      const Item = orm.define("app", "items", {
        id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
        name: { type: DataTypes.TEXT, unique: true },
      });
      await Item.create({ name: "a" });
      let runs = 0;
      await orm.transaction(async () => {
        runs++;
        if (runs === 1) writeFileSync(appPath(dir), (appText(dir) as string).replace('"a"', '"by hand"'));
        await Item.create({ name: `b${runs}` });
      });
      assertEquals((await Item.findAll()).map(({ name }) => name), ["by hand", "b2"]);
      await orm.disconnect();
    }));
});

describe("a file that something else removes meanwhile", () => {
  test("is made again: the work fails once, and finds its tables and indexes empty then", () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.createIndex("named", { columns: ["name", "id"], unique: true });
      items.Item.bulkCreate([{ name: "a" }, { name: "b" }]);
      rmSync(appPath(dir));
      const error = failureOf(() => items.Item.create({ name: "c" }));
      assertEquals([error.name, error.code, error.retryable], ["ConflictError", "CHANGED_OUTSIDE", true]);
      assertStringIncludes(error.message, "was removed");
      assertEquals(items.Item.create({ name: "a" }), { id: 1, name: "a" });
      assertEquals(failureOf(() => items.Item.create({ name: "a" })).code, "UNIQUE_CONSTRAINT");
      assertStringIncludes(appText(dir) as string, '"named"');
      items.orm.disconnect();
      const again = openItems(dir);
      assertEquals(namesOf(again), ["a"]);
      again.orm.disconnect();
    }));

  test("undoes a transaction that was open", () =>
    withTempDir((dir) => {
      const items = openItems(dir);
      items.Item.create({ name: "a" });
      const work = () =>
        items.orm.transaction(() => {
          items.Item.create({ name: "b" });
          rmSync(appPath(dir));
        });
      assertEquals(failureOf(work).code, "CHANGED_OUTSIDE");
      assertEquals(namesOf(items), []);
      items.Item.create({ name: "c" });
      assertEquals(namesOf(items), ["c"]);
      items.orm.disconnect();
    }));

  test("is an error of its own kind when it is only read", () =>
    withTempDir((dir) => {
      const writer = openItems(dir);
      writer.Item.create({ name: "a" });
      writer.orm.disconnect();
      const reader = openItems(dir, { readonly: true });
      assertEquals(namesOf(reader), ["a"]);
      rmSync(appPath(dir));
      assertEquals(failureOf(() => reader.Item.count()).code, "CANNOT_OPEN");
      reader.orm.disconnect();
    }));
});

describe("a transaction", () => {
  test("is of one database", () =>
    withTempDir((dir) => {
      const { driver, orm, Item } = openItems(dir);
      Item.create({ name: "a" });
      const schema = { id: { type: "INTEGER", primaryKey: true } } as const;
      driver.createTable("other", "things", schema);
      for (
        const use of [
          () => driver.count("other", "things"),
          () => driver.insert("other", "things", { id: 1 }),
        ]
      ) {
        const error = failureOf(() =>
          driver.transaction(() => {
            driver.insert("app", "items", { name: "b" });
            driver.transaction(use);
          })
        );
        assertEquals([error.name, error.code], ["TransactionError", "SECOND_DATABASE"]);
      }
      driver.transaction(() => driver.insert("other", "things", { id: 1 }));
      driver.transaction(() => driver.insert("app", "items", { name: "c" }));
      assertEquals([namesOf({ driver, orm, Item }), driver.count("other", "things")], [["a", "c"], 1]);
      orm.disconnect();
      assertEquals(entriesOf(dir), ["app.json", "other.json"]);
    }));

  test("that is open when the driver disconnects is not stored", () =>
    withTempDir((dir) => {
      const { driver, orm, Item } = openItems(dir);
      Item.create({ name: "a" });
      const text = appText(dir);
      const open = driver.begin();
      driver.insert("app", "items", { name: "b" });
      orm.disconnect();
      assertEquals(appText(dir), text);
      open.rollback();
      assertEquals(failureOf(() => open.commit()).code, "TRANSACTION_ENDED");
      driver.connect({});
      assertEquals(driver.count("app", "items"), 1);
      driver.disconnect();
    }));

  test("may be the first to open a database", () =>
    withTempDir((dir) => {
      const first = openItems(dir);
      first.Item.create({ name: "a" });
      first.Item.createIndex("named", { columns: ["name", "id"], unique: true });
      first.orm.disconnect();
      const { driver, orm } = openItems(dir);
      const open = driver.begin();
      driver.insert("app", "items", { name: "b" });
      open.rollback();
      driver.dropIndex("app", "items", "named");
      assertEquals(driver.count("app", "items"), 1);
      assert(!(appText(dir) as string).includes("named"));
      orm.disconnect();
    }));
});
