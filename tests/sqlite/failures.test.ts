import { assertEquals, assertStringIncludes } from "@std/assert";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataTypes, ORM, RinariError, toAsyncDriver } from "../../mod.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import {
  type FileOptions,
  openClient,
  openRaw,
  type SqliteDriverCase,
  sqliteDrivers,
} from "../unit/sql/sqlite_drivers.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT },
} as const;

function open({ make }: SqliteDriverCase, options: FileOptions) {
  const orm = new ORM({ driver: make({ durability: "relaxed", ...options }) });
  return { orm, Note: orm.define("app", "notes", SCHEMA) };
}

function errorOf(call: () => unknown): RinariError {
  try {
    call();
  } catch (error) {
    if (error instanceof RinariError) return error;
    throw new Error(`It is no error of Rinari: ${error}`, { cause: error });
  }
  throw new Error("Nothing was thrown");
}

/** The codes of calls that read, write one row, write several, and open a transaction. */
function codesOf({ orm, Note }: ReturnType<typeof open>): string[] {
  return [
    () => Note.findAll(),
    () => Note.create({ text: "new" }),
    () => Note.bulkCreate([{ text: "new" }, { text: "newer" }]),
    () => orm.transaction(() => Note.count()),
  ].map((call) => errorOf(call).code);
}

/** A database may grow no further than a few pages. The limit belongs to the connection. */
const LIMIT = "PRAGMA max_page_count = 20";

for (const each of sqliteDrivers) {
  describe(each.name, () => {
    test("disconnect undoes the transaction of a database that stays open", () =>
      withTempDir((storageDir) => {
        const path = join(storageDir, "app.db");
        const given = openClient(each, path);
        given.exec("PRAGMA journal_mode = WAL");
        const client = given.driver();
        client.connect({});
        client.createTable("app", "notes", SCHEMA);
        const work = () =>
          client.transaction(() => {
            client.insert("app", "notes", { text: "doomed" });
            client.transaction(() => client.insert("app", "notes", { text: "doomed too" }));
            client.disconnect();
          });
        assertEquals(errorOf(work).code, "TRANSACTION_ENDED");
        const other = openRaw(path);
        other.exec("BEGIN IMMEDIATE; COMMIT");
        other.close();
        client.connect({});
        client.createTable("app", "notes", SCHEMA);
        assertEquals(client.count("app", "notes"), 0);
        client.disconnect();
        given.close();
      }));

    test("another connection that writes is a ConflictError, whatever was attempted", () =>
      withTempDir(async (storageDir) => {
        const { orm, Note } = open(each, { storageDir, busyTimeout: 20 });
        Note.create({ text: "before" });
        const other = openRaw(join(storageDir, "app.db"));
        other.exec("BEGIN IMMEDIATE");
        const attempts = [
          () => Note.create({ text: "one" }),
          () => Note.bulkCreate([{ text: "one" }, { text: "two" }]),
          () => Note.bulkUpdate([{ where: { id: 1 }, data: { text: "x" } }]),
          () => Note.upsert({ id: 1, text: "x" }),
          () => Note.deleteAll(),
          () => orm.transaction(() => Note.count()),
          () => orm.transaction(() => Note.create({ text: "inside" })),
          () => orm.transaction(() => orm.transaction(() => Note.create({ text: "inside" }))),
        ];
        for (const attempt of attempts) {
          const error = errorOf(attempt);
          assertEquals(
            [error.name, error.code, error.retryable],
            ["ConflictError", "BUSY", true],
            `${attempt}`,
          );
          assertStringIncludes(error.message, "another connection is writing to `app`");
        }
        assertEquals(Note.count(), 1);
        other.exec("COMMIT");
        other.close();
        orm.transaction(() => Note.create({ text: "after" }));
        assertEquals(Note.count(), 2);
        orm.disconnect();

        const later = new ORM({
          driver: toAsyncDriver(each.make({ storageDir, busyTimeout: 0, durability: "relaxed" })),
          transactions: { retries: 50 },
        });
        const Later = later.define("app", "notes", SCHEMA);
        assertEquals(await Later.count(), 2);
        const holder = openRaw(join(storageDir, "app.db"));
        holder.exec("BEGIN IMMEDIATE");
        setTimeout(() => holder.exec("COMMIT"), 60);
        let runs = 0;
        await later.transaction(async () => {
          runs++;
          await Later.create({ text: "in the end" });
        });
        assertEquals(runs > 1, true, "the callback is run again");
        assertEquals(await Later.count(), 3);
        holder.close();
        await later.disconnect();
      }));

    test("a file that is no database, or another one's, is left as it is", () =>
      withTempDir((storageDir) => {
        const path = join(storageDir, "app.db");
        const contents: readonly [string, string][] = [
          ["NOT_A_DATABASE", "dear diary ".repeat(500)],
          ["NOT_A_DATABASE", "SQLite format 3\0"],
        ];
        for (const [code, text] of contents) {
          writeFileSync(path, text);
          const opened = open(each, { storageDir });
          assertEquals(new Set(codesOf(opened)), new Set([code]));
          opened.orm.disconnect();
          assertEquals(readFileSync(path, "utf8"), text);
          rmSync(path);
        }
        const raw = openRaw(path);
        raw.exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, title)");
        raw.close();
        const before = readFileSync(path);
        const opened = open(each, { storageDir });
        assertEquals(new Set(codesOf(opened)), new Set(["SCHEMA_MISMATCH"]));
        opened.orm.disconnect();
        assertEquals(readFileSync(path), before);
      }));

    test("a damaged file is an error, and is left as it is", () =>
      withTempDir((storageDir) => {
        const path = join(storageDir, "app.db");
        const whole = open(each, { storageDir });
        whole.Note.bulkCreate(Array.from({ length: 2000 }, (_, i) => ({ text: `note ${i}` })));
        whole.orm.disconnect();
        const bytes = readFileSync(path);
        const cut = bytes.subarray(0, bytes.length >> 1);
        const overwritten = Uint8Array.from(bytes).fill(0x55, 4096, 4096 * 3);
        for (const damaged of [cut, overwritten]) {
          writeFileSync(path, damaged);
          const opened = open(each, { storageDir });
          assertEquals(errorOf(() => opened.Note.findAll()).code, "CORRUPT");
          assertEquals(errorOf(() => [...opened.Note.iterate()]).code, "CORRUPT");
          assertEquals(errorOf(() => opened.Note.create({})).code, "CORRUPT");
          opened.orm.disconnect();
          assertEquals(new Uint8Array(readFileSync(path)), new Uint8Array(damaged));
        }
      }));

    test("iterate tells an error in the midst of the rows", () =>
      withTempDir((storageDir) => {
        const VALUES = {
          id: { type: DataTypes.INTEGER, primaryKey: true },
          size: { type: DataTypes.INTEGER },
          data: { type: DataTypes.JSON },
        } as const;
        const orm = new ORM({ driver: each.make({ storageDir, durability: "relaxed" }) });
        const Value = orm.define("app", "items", VALUES);
        Value.bulkCreate([{ id: 1 }, { id: 2 }, { id: 3 }]);
        const raw = openRaw(join(storageDir, "app.db"));
        const read = () =>
          errorOf(() => [...Value.iterate({ where: { "data.x": null }, orderBy: [["id", "DESC"]] })]);
        for (const broken of ["data = '{no json'", "size = 9007199254740993"]) {
          raw.exec(`UPDATE items SET ${broken} WHERE id = 2`);
          assertEquals(read().code, "CORRUPT_VALUE", broken);
          raw.exec("UPDATE items SET data = NULL, size = NULL");
        }
        const ids = Array.from(Value.iterate({ orderBy: [["id", "DESC"]], limit: 2, offset: 1 }), ({ id }) =>
          id);
        assertEquals(ids, [2, 1]);
        raw.close();
        orm.disconnect();
      }));

    test("an integer column that holds something else says so, and when more bits would help", () =>
      withTempDir((storageDir) => {
        const raw = openRaw(join(storageDir, "app.db"));
        raw.exec("CREATE TABLE loose (id INTEGER PRIMARY KEY, n INTEGER)");
        const orm = new ORM({ driver: each.make({ storageDir, durability: "relaxed" }) });
        const Loose = orm.define("app", "loose", {
          id: { type: DataTypes.INTEGER, primaryKey: true },
          n: { type: DataTypes.INTEGER },
        });
        const stored = [["2.5", "holds 2.5,", false], ["'two'", 'holds "two",', false], [
          "9007199254740993",
          "",
          true,
        ]] as const;
        for (const [value, shown, bits] of stored) {
          raw.exec(`INSERT INTO loose VALUES (1, ${value})`);
          const { code, message } = errorOf(() => Loose.findAll());
          assertEquals([code, message.includes("bigint: true")], ["CORRUPT_VALUE", bits], message);
          assertStringIncludes(message, shown);
          raw.exec("DELETE FROM loose");
        }
        raw.close();
        orm.disconnect();
      }));

    test("a time that conditions could not find as it stands is no time of ours", () =>
      withTempDir((storageDir) => {
        const orm = new ORM({ driver: each.make({ storageDir, durability: "relaxed" }) });
        const Event = orm.define("app", "events", {
          id: { type: DataTypes.INTEGER, primaryKey: true },
          at: { type: DataTypes.DATETIME },
        });
        Event.create({ id: 1, at: new Date(5) });
        const raw = openRaw(join(storageDir, "app.db"));
        const forms = [
          "1970-01-01T00:00:00.005+00:00",
          "1970-01-01 00:00:00.005",
          "1970-01-01T00:00:00Z",
          "0",
        ];
        for (const form of forms) {
          raw.exec(`UPDATE events SET at = '${form}'`);
          const error = errorOf(() => Event.findAll());
          assertEquals(error.code, "CORRUPT_VALUE", form);
          assertStringIncludes(error.message, "strftime");
          assertEquals(errorOf(() => Event.findOne({ select: ["at"] })).code, "CORRUPT_VALUE");
        }
        raw.exec(`UPDATE events SET at = strftime('%Y-%m-%dT%H:%M:%fZ', '${forms[0]}')`);
        assertEquals(Event.findAll({ where: { at: new Date(5) } }), [{ id: 1, at: new Date(5) }]);
        raw.close();
        orm.disconnect();
      }));

    test("a database open for reading only refuses to be written to", () =>
      withTempDir((storageDir) => {
        const written = open(each, { storageDir });
        written.Note.create({ text: "before" });
        written.orm.disconnect();
        const before = readFileSync(join(storageDir, "app.db"));
        const { orm, Note } = open(each, { storageDir, readonly: true });
        assertEquals(Note.findOne()?.text, "before");
        assertEquals(Note.transaction(() => Note.count()), 1);
        const Absent = orm.define("app", "absent", SCHEMA);
        const attempts = [
          () => Note.create({}),
          () => Note.bulkCreate([{}]),
          () => Note.updateAll({ text: "x" }),
          () => Note.upsert({ id: 1, text: "x" }),
          () => Note.deleteAll(),
          () => Note.createIndex("by_text", { columns: ["text"] }),
          () => Note.drop(),
          () => Note.transaction(() => Note.create({})),
          () => Absent.count(),
        ];
        for (const attempt of attempts) {
          const { name, code } = errorOf(attempt);
          assertEquals([name, code], ["ConnectionError", "READ_ONLY"], `${attempt}`);
        }
        assertEquals(Note.count(), 1);
        orm.disconnect();
        assertEquals(readFileSync(join(storageDir, "app.db")), before);
      }));

    test("a full store is an error, and what was there stays", () =>
      withTempDir((storageDir) => {
        const { orm, Note } = open(each, { storageDir });
        Note.create({ text: "before" });
        orm.disconnect();
        const given = openClient(each, join(storageDir, "app.db"));
        given.exec(LIMIT);
        const limited = new ORM({ driver: given.driver() });
        const Limited = limited.define("app", "notes", SCHEMA);
        const attempts = [
          () => Limited.create({ text: "x".repeat(200_000) }),
          () => Limited.bulkCreate(Array.from({ length: 100 }, () => ({ text: "x".repeat(10_000) }))),
          () => limited.transaction(() => Limited.update({ text: "x".repeat(200_000) }, { id: 1 })),
        ];
        for (const attempt of attempts) {
          const { name, code } = errorOf(attempt);
          assertEquals([name, code], ["ConnectionError", "STORE_FULL"], `${attempt}`);
        }
        assertEquals(Limited.findAll().map(({ text }) => text), ["before"]);
        assertEquals(Limited.create({ text: "small" }).id, 2);
        limited.disconnect();
        given.close();
      }));
  });
}
