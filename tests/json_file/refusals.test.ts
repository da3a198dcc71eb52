import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Buffer } from "node:buffer";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { JSONFileDriver, type JSONFileOptions } from "../../drivers/json_file.ts";
import { RinariError } from "../../mod.ts";
import { random } from "../support/random.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { appPath, entriesOf, failureOf, openItems } from "./support.ts";

const SEED = Number(process.env["RINARI_SEED"] ?? Date.now() % 1_000_000);

const item = {
  name: "items",
  columns: {
    id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
    name: { type: "TEXT", unique: true, notNull: true },
    parent: { type: "INTEGER", references: { table: "items", column: "id" } },
    day: { type: "DATE" },
    big: { type: "INTEGER", bigint: true },
    bytes: { type: "BLOB" },
    data: { type: "JSON" },
  },
  indexes: [{ name: "by_day", columns: ["day"], unique: true, where: { big: { $gt: "5" } } }],
  lastNumber: 2,
  rows: [
    { id: 1, name: "a", parent: null, day: "2020-01-01", big: "7", bytes: "AQI=", data: { a: [1] } },
    { id: 2, name: "b", parent: 1, day: "2020-01-01", big: "5", bytes: null, data: null },
  ],
};
const file = { format: "@rinari/orm json-file", version: 1, tables: [item] };
const whole = `${JSON.stringify(file, null, 2)}\n`;

type Changed = { [key: string]: Changed } & Changed[] & unknown;

/** The file with a change at a path of members: another value, or none when it is undefined. */
function changed(path: string, value: unknown): string {
  const copy = structuredClone(file) as unknown as Record<string, Changed>;
  const steps = path.split(".");
  const last = steps.pop() as string;
  const place = steps.reduce<Record<string, Changed>>((part, step) => part[step] as Changed, copy);
  if (value === undefined) delete place[last];
  else place[last] = value as Changed;
  return JSON.stringify(copy);
}

/** Tries to open a file, and checks that it is as it was and nothing was left beside it. */
function refusalOf(dir: string, content: string | Uint8Array): RinariError {
  writeFileSync(appPath(dir), content);
  const before = lstatSync(appPath(dir));
  const { driver } = openItems(dir);
  const error = failureOf(() => driver.tableExists("app", "items"));
  assertEquals(failureOf(() => driver.insert("app", "items", { name: "x" })).code, error.code);
  driver.disconnect();
  assertEquals(readFileSync(appPath(dir)), Buffer.from(content));
  const after = lstatSync(appPath(dir));
  assertEquals([after.ino, after.mtimeMs], [before.ino, before.mtimeMs]);
  assertEquals(entriesOf(dir), ["app.json"]);
  return error;
}

describe("a file that is no database", () => {
  test("is refused and not touched", () =>
    withTempDir((dir) => {
      const foreign: (string | Uint8Array)[] = [
        "",
        "\n",
        "null",
        "[]",
        "42",
        '"@rinari/orm json-file"',
        "{}",
        '{"name":"my-package","version":"1.0.0"}',
        '{"format":"something else","version":1,"tables":[]}',
        '{"format":1}',
        "{ not JSON",
        "# A text\n",
        Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xfe),
        new TextEncoder().encode("SQLite format 3\0").slice(),
        new Uint8Array(4096),
      ];
      for (const content of foreign) assertEquals(refusalOf(dir, content).code, "NOT_A_DATABASE");
    }));

  test("of a newer version says so", () =>
    withTempDir((dir) => {
      for (
        const text of [changed("version", 2), '{"format":"@rinari/orm json-file","version":99,"pages":{}}']
      ) {
        const error = refusalOf(dir, text);
        assertEquals(error.code, "NEWER_FORMAT");
        assertStringIncludes(error.message, "update the package");
      }
    }));
});

describe("a damaged file", () => {
  test("cut off anywhere is refused", () =>
    withTempDir((dir) => {
      for (let length = 45; length < whole.length - 2; length += 37) {
        assertEquals(refusalOf(dir, whole.slice(0, length)).code, "CORRUPT", `cut at ${length}`);
      }
      const zeros = new TextEncoder().encode(whole).fill(0, 200);
      assertEquals(refusalOf(dir, zeros).code, "CORRUPT");
      assertEquals(refusalOf(dir, zeros.fill(0xff, 200)).code, "CORRUPT");
    }));

  test("is told with the place of what is wrong", () =>
    withTempDir((dir) => {
      const wrong: [path: string, value: unknown, told: string][] = [
        ["version", 0, "version"],
        ["version", "1", "version"],
        ["comment", "kept?", '"comment"'],
        ["tables", {}, "tables"],
        ["tables", undefined, "tables"],
        ["tables.0", null, "tables[0]"],
        ["tables.1", item, "tables[1].name"],
        ["tables.0.name", 5, "tables[0].name"],
        ["tables.0.name", "$t", "tables[0].columns"],
        ["tables.0.views", [], '"views"'],
        ["tables.0.columns", [], "tables[0].columns"],
        ["tables.0.columns", {}, "tables[0].columns"],
        ["tables.0.columns.id.type", "UUID", "tables[0].columns"],
        ["tables.0.columns.id.primaryKey", "yes", "tables[0].columns.id.primaryKey"],
        ["tables.0.columns.id.primaryKey", false, "tables[0].columns"],
        ["tables.0.columns.id.default", 1, '"default"'],
        ["tables.0.columns.parent.references", "items", "tables[0].columns.parent.references"],
        ["tables.0.columns.parent.references.table", 1, "tables[0].columns.parent.references.table"],
        ["tables.0.columns.parent.references.onDelete", "EXPLODE", "tables[0].columns"],
        ["tables.0.indexes", {}, "tables[0].indexes"],
        ["tables.0.indexes.0.name", 1, "tables[0].indexes[0].name"],
        ["tables.0.indexes.1", item.indexes[0], "tables[0].indexes[1].name"],
        ["tables.0.indexes.0.columns", ["nothing"], "tables[0].indexes[0]"],
        ["tables.0.indexes.0.columns", [], "tables[0].indexes[0]"],
        ["tables.0.indexes.0.unique", 1, "tables[0].indexes[0].unique"],
        ["tables.0.indexes.0.where", null, "tables[0].indexes[0]"],
        ["tables.0.indexes.0.where.big.$gt", "five", "tables[0].indexes[0]"],
        ["tables.0.indexes.0.where", { nothing: 1 }, "tables[0].indexes[0]"],
        ["tables.0.indexes.0.where", { big: { $gt: "4" } }, "tables[0].indexes[0]"],
        ["tables.0.lastNumber", "2", "tables[0].lastNumber"],
        ["tables.0.lastNumber", 1.5, "tables[0].lastNumber"],
        ["tables.0.rows", null, "tables[0].rows"],
        ["tables.0.rows.1", [2, "b"], "tables[0].rows[1]"],
        ["tables.0.rows.1.id", 1, "tables[0].rows[1]"],
        ["tables.0.rows.1.id", null, "tables[0].rows[1]"],
        ["tables.0.rows.1.id", "2", "tables[0].rows[1]"],
        ["tables.0.rows.1.id", 1e300, "tables[0].rows[1]"],
        ["tables.0.rows.1.name", "a", "tables[0].rows[1]"],
        ["tables.0.rows.1.name", undefined, "tables[0].rows[1]"],
        ["tables.0.rows.1.name", "\0", "tables[0].rows[1]"],
        ["tables.0.rows.1.nothing", 1, '"nothing"'],
        ["tables.0.rows.1.day", "2020-02-30", "tables[0].rows[1]"],
        ["tables.0.rows.1.day", 5, "tables[0].rows[1]"],
        ["tables.0.rows.1.big", 5, "tables[0].rows[1]"],
        ["tables.0.rows.1.big", "9223372036854775808", "tables[0].rows[1]"],
        ["tables.0.rows.1.big", "05", "tables[0].rows[1]"],
        ["tables.0.rows.1.bytes", "?", "tables[0].rows[1]"],
        ["tables.0.rows.1.parent", 3, "refers to"],
      ];
      for (const [path, value, told] of wrong) {
        const error = refusalOf(dir, changed(path, value));
        assertEquals(error.code, "CORRUPT", `${path} = ${JSON.stringify(value)}`);
        assertStringIncludes(error.message, told);
        assertStringIncludes(error.message, "nothing was changed");
      }
      const polluting = whole.replace('"name": "b"', '"name": "b", "__proto__": { "polluted": 1 }');
      assertEquals(refusalOf(dir, polluting).code, "CORRUPT");
      const inside = whole.replace('"data": null', '"data": { "__proto__": { "polluted": 1 } }');
      assertEquals(refusalOf(dir, inside).code, "CORRUPT");
      assertEquals(({} as Record<string, unknown>)["polluted"], undefined);
    }));

  test("never gives anything but a database or a typed error, whatever bytes are changed", () =>
    withTempDir((dir) => {
      const source = random(SEED);
      let opened = 0;
      for (let round = 0; round < 400; round++) {
        const bytes = new TextEncoder().encode(whole);
        // None to three bytes; what a round leaves as it was has to open.
        const changes = source.int(4);
        for (let i = changes; i > 0; i--) bytes[source.int(bytes.length)] = source.int(256);
        writeFileSync(appPath(dir), bytes);
        const driver = new JSONFileDriver({ storageDir: dir, durability: "relaxed" });
        driver.connect({});
        try {
          if (driver.tableExists("app", "items")) driver.delete("app", "items", {});
          opened++;
        } catch (error) {
          assert(
            error instanceof RinariError && changes > 0,
            `RINARI_SEED=${SEED} shows it again, in round ${round}: ${error}`,
          );
        }
        driver.disconnect();
      }
      assert(opened > 0 && opened < 400);
    }));
});

describe("a path that is no plain file", () => {
  const refused = (path: string, code: string): void => {
    const driver = new JSONFileDriver({ databases: { app: path }, busyTimeout: 0 });
    driver.connect({});
    const error = failureOf(() => driver.tableExists("app", "items"));
    assertEquals([error.code, error.driver], [code, "json-file"], path);
    driver.disconnect();
  };

  test("is refused", () =>
    withTempDir((dir) => {
      mkdirSync(join(dir, "folder.json"));
      refused(join(dir, "folder.json"), "CANNOT_OPEN");
      refused(join(dir, "absent", "app.json"), "CANNOT_OPEN");
      writeFileSync(join(dir, "file"), "");
      refused(join(dir, "file", "app.json"), "CANNOT_OPEN");
      assertEquals(entriesOf(dir), ["file", "folder.json"]);
      if (process.platform === "win32") return;
      symlinkSync(join(dir, "nowhere.json"), join(dir, "link.json"));
      refused(join(dir, "link.json"), "CANNOT_OPEN");
      execFileSync("mkfifo", [join(dir, "pipe.json")]);
      refused(join(dir, "pipe.json"), "CANNOT_OPEN");
      refused("/dev/null", "CANNOT_OPEN");
      assertEquals(existsSync(join(dir, "nowhere.json")), false);
    }));

  test("but a link to one is followed, and stays", () =>
    withTempDir((dir) => {
      mkdirSync(join(dir, "real"));
      const first = openItems(join(dir, "real"));
      first.Item.create({ name: "a" });
      first.orm.disconnect();
      chmodSync(appPath(join(dir, "real")), 0o640);
      symlinkSync(appPath(join(dir, "real")), join(dir, "link.json"));
      const second = openItems("unused", {
        storageDir: undefined,
        databases: { app: join(dir, "link.json") },
      });
      second.Item.create({ name: "b" });
      assertEquals(entriesOf(join(dir, "real")), ["app.json", "app.json.lock"]);
      second.orm.disconnect();
      assertEquals(lstatSync(join(dir, "link.json")).isSymbolicLink(), true);
      const third = openItems(join(dir, "real"));
      assertEquals(third.Item.count(), 2);
      third.orm.disconnect();
      if (process.platform !== "win32") {
        assertEquals(lstatSync(appPath(join(dir, "real"))).mode & 0o777, 0o640);
      }
    }));
});

describe("JSONFileDriver", () => {
  test("refuses options that make no sense", () => {
    const senseless: JSONFileOptions[] = [
      {},
      { storageDir: "" },
      { databases: { app: "" } },
      { databases: { app: ":memory:" } },
      { databases: { "../app": "app.json" } },
      { storageDir: "x", durability: "none" as "full" },
      { storageDir: "x", busyTimeout: -1 },
      { storageDir: "x", maxBytes: 0 },
      { storageDir: "x", maxBytes: 2 ** 30 },
    ];
    for (const options of senseless) {
      const error = failureOf(() => new JSONFileDriver(options).connect({}));
      assert(["INVALID_OPTIONS", "INVALID_NAME"].includes(error.code), error.message);
    }
    const driver = new JSONFileDriver({ databases: { app: "app.json" } });
    driver.connect({});
    assertEquals(failureOf(() => driver.tableExists("other", "items")).code, "UNKNOWN_DATABASE");
    driver.disconnect();
    assertEquals(failureOf(() => driver.tableExists("app", "items")).code, "NOT_CONNECTED");
  });
});
