import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { DataTypes, ORM, type SyncDriver, ValidationError } from "../../../mod.ts";
import { JSONFileDriver } from "../../../drivers/json_file.ts";
import { readFilePlace } from "../../../src/files/file_place.ts";
import { describe, test } from "../../support/runner.ts";
import { withTempDir } from "../../support/temp_dir.ts";
import { sqliteDrivers } from "../sql/sqlite_drivers.ts";

const PLACES: Readonly<Record<string, string>> = {
  ":memory:": ":memory:",
  "file::memory:": ":memory:",
  "app.db": "app.db",
  "./my-db.turso.io": "./my-db.turso.io",
  "../data/app.db": "../data/app.db",
  "/data/app.db": "/data/app.db",
  "C:\\data\\app.db": "C:\\data\\app.db",
  "c:/data/app.db": "c:/data/app.db",
  "./localhost:8080": "./localhost:8080",
  "data:1.db/x": "data:1.db/x",
  "a%20b?.db": "a%20b?.db",
  "file:app.db": "app.db",
  "FILE:./a/b.db": "./a/b.db",
  "file:../app.db": "../app.db",
  "file:/data/app.db": "/data/app.db",
  "file:///data/app.db": "/data/app.db",
  "file://localhost/data/app.db": "/data/app.db",
  "file:///data/a%20b%25%3F%23.db": "/data/a b%?#.db",
  "file:///C:/data/app.db": "C:/data/app.db",
  "file:ü.db": "ü.db",
};

const REFUSED: Readonly<Record<string, string>> = {
  "file://data/x.db": "has a host",
  "file://./x.db": "has a host",
  "file://~/x.db": "has a host",
  "file:app.db?mode=ro": "`mode`",
  "file:app.db?mode=memory&cache=shared": "`mode`, `cache` after ?",
  "file:app.db?connection_limit=1": "`connection_limit`",
  "file::memory:?cache=shared": "`cache`",
  "file:app.db?": "something after ?",
  "file:app.db#x": "a fragment",
  "file:": "has no path",
  "file://": "has no path",
  "file:%zz": "malformed",
  "file:a%00b": "malformed",
  "a\0b": "a NUL",
  "undefined": 'the text "undefined"',
  "null": 'the text "null"',
  "localhost:8080": "a host with a port",
  "127.0.0.1:8080": "a host with a port",
  "db.example.com:443/app": "a host with a port",
  "http://localhost/app": "a scheme that is no file's",
  "libsql:db": "a scheme that is no file's",
  "sqlite:app.db": "a scheme that is no file's",
  "postgres://u:s3cret@host/db": "a scheme that is no file's",
  "s3://bucket/app.db": "a scheme that is no file's",
};

describe("readFilePlace", () => {
  test("reads paths, memory and file urls", () => {
    for (const [text, path] of Object.entries(PLACES)) {
      assertEquals(readFilePlace("x", "It", text), path, text);
    }
    const path = join(process.cwd(), "a b", "ü%.db");
    assertEquals(
      readFilePlace("x", "It", pathToFileURL(path).href).replaceAll("/", "\\"),
      path.replaceAll("/", "\\"),
    );
  });

  test("refuses what is no place of a file, and says why without showing it", () => {
    for (const [text, reason] of Object.entries(REFUSED)) {
      const error = assertThrows(() => readFilePlace("x", "It", text), ValidationError);
      assertEquals([error.code, error.driver], ["INVALID_OPTIONS", "x"]);
      assertStringIncludes(error.message, reason, text);
      assertEquals(error.message.includes("s3cret"), false);
    }
  });
});

interface Case {
  readonly name: string;
  readonly ending: string;
  make(options: { storageDir?: string; databases?: Record<string, string> }): SyncDriver;
}

const CASES: readonly Case[] = [
  ...sqliteDrivers.map(({ name, make }) => ({
    name,
    ending: ".db",
    make: (options: object) => make(options),
  })),
  { name: "JSONFileDriver", ending: ".json", make: (options: object) => new JSONFileDriver(options) },
];

for (const { name, ending, make } of CASES) {
  describe(name, () => {
    test("takes a file url as the file, and refuses what is none", () =>
      withTempDir((folder) => {
        const store = (options: Parameters<typeof make>[0]) => {
          using orm = new ORM({ driver: make(options) });
          orm.define("app", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true } }).create({ id: 1 });
        };
        const places: Parameters<typeof make>[0][] = [
          { databases: { app: `file:${join(folder, "a%20b.x")}` } },
          { databases: { app: `file://${join(folder, "c.x")}` } },
          { storageDir: `file:${folder}/` },
        ];
        for (const options of places) store(options);
        const files = readdirSync(folder).filter((file) => !/-(?:wal|shm)$|\.lock$/.test(file)).sort();
        assertEquals(files, ["a b.x", `app${ending}`, "c.x"]);
        for (const place of Object.keys(REFUSED).filter((each) => !each.includes("\0"))) {
          for (const options of [{ databases: { app: place } }, { storageDir: place }]) {
            const error = assertThrows(() => store(options), ValidationError);
            assertEquals(error.code, "INVALID_OPTIONS", place);
            assertEquals(existsSync(place), false, place);
          }
        }
        assertThrows(() => store({ storageDir: ":memory:" }), ValidationError);
      }));
  });
}
