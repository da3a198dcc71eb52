import { assertEquals, assertStringIncludes } from "@std/assert";
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { DataTypes, ORM, RinariError } from "../../mod.ts";
import { runFile } from "../support/child.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import {
  type FileOptions,
  openRaw,
  type SqliteDriverCase,
  sqliteDrivers,
} from "../unit/sql/sqlite_drivers.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT },
} as const;

function open({ make }: SqliteDriverCase, options: FileOptions) {
  const orm = new ORM({ driver: make(options) });
  return { orm, Note: orm.define("app", "notes", SCHEMA) };
}

/** Makes a file with a write-ahead log and two rows, and disconnects. */
function fill(each: SqliteDriverCase, folder: string): void {
  const { orm, Note } = open(each, { storageDir: folder });
  Note.bulkCreate([{ text: "a" }, { text: "b" }]);
  orm.disconnect();
}

function errorOf(call: () => unknown): RinariError {
  try {
    call();
  } catch (error) {
    if (error instanceof RinariError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown");
}

/** Mounts a file system of its own in a folder. */
function mount(folder: string): { readonly freeze: () => void; readonly end: () => void } {
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=5m", "tmpfs", folder], { stdio: "ignore" });
  return {
    freeze: () => void execFileSync("mount", ["-o", "remount,ro", folder]),
    end: () => void execFileSync("umount", ["-l", folder]),
  };
}

/** Whether this process may mount: root outside of most containers. */
const mayMount = await withTempDir((folder) => {
  if (process.platform !== "linux") return false;
  try {
    mount(folder).end();
    return true;
  } catch {
    return false;
  }
});

for (const each of sqliteDrivers) {
  describe(`${each.name} immutable`, () => {
    test("reads a file without making anything beside it, and writes nothing", () =>
      withTempDir((folder) => {
        fill(each, folder);
        const path = join(folder, "a b#?%41.db");
        copyFileSync(join(folder, "app.db"), path);
        const { orm, Note } = open(each, { databases: { app: path }, immutable: true });
        assertEquals(Note.findAll(), [{ id: 1, text: "a" }, { id: 2, text: "b" }]);
        assertEquals(errorOf(() => Note.create({ text: "c" })).code, "READ_ONLY");
        assertEquals(errorOf(() => Note.deleteAll()).code, "READ_ONLY");
        assertEquals(readdirSync(folder).sort(), ["a b#?%41.db", "app.db"]);
        orm.disconnect();
      }));

    test("is refused beside a write-ahead log that is not empty: its rows would be hidden", () =>
      withTempDir((folder) => {
        fill(each, folder);
        const writer = openRaw(join(folder, "app.db"));
        writer.exec("INSERT INTO notes (text) VALUES ('c')");
        assertEquals(statSync(join(folder, "app.db-wal")).size > 0, true);
        const { orm, Note } = open(each, { storageDir: folder, immutable: true });
        const error = errorOf(() => Note.count());
        assertEquals([error.name, error.code], ["ConnectionError", "CANNOT_OPEN"]);
        assertStringIncludes(error.message, "app.db-wal");
        writer.close();
        assertEquals(Note.count(), 3);
        orm.disconnect();
      }));

    test("does not go with the right to write, or a database that is open", () => {
      const refused = (options: FileOptions & { database?: object }) =>
        errorOf(() => new ORM({ driver: each.make(options) })).code;
      assertEquals(refused({ storageDir: "unused", immutable: true, readonly: false }), "INVALID_OPTIONS");
      assertEquals(refused({ database: {}, immutable: true }), "INVALID_OPTIONS");
      assertEquals(refused({ storageDir: "unused", immutable: "yes" as never }), "INVALID_OPTIONS");
    });

    const name = "opens what nothing may be written beside, and the error without it names it";
    if (!mayMount) test.skip(`${name}: a read-only file system`, "this process may not mount one");
    else {
      test(`${name}: a read-only file system`, () =>
        withTempDir((folder) => {
          const place = join(folder, "mounted");
          mkdirSync(place);
          const disk = mount(place);
          try {
            fill(each, place);
            disk.freeze();
            for (const options of [{}, { readonly: true }]) {
              const error = errorOf(() => open(each, { storageDir: place, ...options }).Note.count());
              assertEquals([error.name, error.code], ["ConnectionError", "CANNOT_OPEN"]);
              assertStringIncludes(error.message, "`immutable: true`");
            }
            const { orm, Note } = open(each, { storageDir: place, immutable: true });
            assertEquals(Note.count(), 2);
            orm.disconnect();
          } finally {
            disk.end();
          }
        }));
    }

    if (process.platform === "win32") test.skip(`${name}: a folder`, "Windows has other rights");
    else {
      test(`${name}: a folder`, () =>
        withTempDir(async (folder) => {
          const place = join(folder, "store");
          fill(each, place);
          chmodSync(folder, 0o777);
          chmodSync(place, 0o555);
          const program = new URL("./fixtures/read_as_nobody.ts", import.meta.url);
          const { stdout, stderr } = await runFile(program, [each.name, place]);
          const [plain, readonly, immutable] = stdout.trim().split("\n");
          assertStringIncludes(plain ?? "", "CANNOT_OPEN", stderr);
          assertStringIncludes(readonly ?? "", "`immutable: true`", stderr);
          assertEquals(immutable, "2", stderr);
          chmodSync(place, 0o755);
        }));
    }
  });
}
