import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { DenoKVDriver } from "../../../drivers/deno_kv.ts";
import { JSONFileDriver } from "../../../drivers/json_file.ts";
import { LibSQLDriver } from "../../../drivers/libsql.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { ORM, RinariError } from "../../../mod.ts";
import { sqliteSettings } from "../../../src/sql/sqlite/options.ts";
import { describe, test } from "../../support/runner.ts";
import { withTempDir } from "../../support/temp_dir.ts";
import { sqliteDrivers } from "../sql/sqlite_drivers.ts";

/** Options that a JavaScript program, or a cast, can pass; each with what the refusal says. */
const MISTAKES: readonly (readonly [options: object, says: string])[] = [
  [{ readOnly: true }, '"readOnly" is none of '],
  [{ durabilty: "relaxed" }, '"durabilty" is none of '],
  [{ readonly: "no" }, "`readonly` is true or false"],
  [{ verbose: "yes" }, "`verbose` is true, false or a function"],
  [{ busyTimeout: -1 }, "`busyTimeout` is a whole number of milliseconds from 0"],
  [{ durability: "none" }, '`durability` is "full" or "relaxed"'],
  [{ databases: { app: 5 } }, "`databases` is an object with a path or url for each database"],
  [{ databases: ["app"] }, "`databases` is an object"],
  [{ storageDir: "" }, "`storageDir` is the path of a folder"],
  [{ storageDir: "a\0b" }, "`storageDir` is the path of a folder"],
  [{ databases: { app: "a\0b.db" } }, "`databases` is an object with a path or url for each database"],
];

function check(error: RinariError, says: string): void {
  assertEquals([error.name, error.code], ["ValidationError", "INVALID_OPTIONS"], error.message);
  assertStringIncludes(error.message, says);
}

describe("The options of a driver", () => {
  test("that are unknown or make no sense are refused, and no file is made", () =>
    withTempDir(async (folder) => {
      const storageDir = join(folder, "data");
      for (const [wrong, says] of MISTAKES) {
        const options = { storageDir, ...wrong } as object;
        check(assertThrows(() => new JSONFileDriver(options).connect({}), RinariError), says);
        check(await assertRejects(() => new LibSQLDriver(options).connect({}), RinariError), says);
        check(assertThrows(() => sqliteSettings("test", options, {}), RinariError), says);
        for (const { make } of sqliteDrivers) {
          check(assertThrows(() => new ORM({ driver: make(options) }), RinariError), says);
        }
      }
      assertEquals(existsSync(storageDir), false, existsSync(storageDir) ? `${readdirSync(storageDir)}` : "");
    }));

  test("are refused in the `options` of `config` as well", () => {
    const driver = new JSONFileDriver({ storageDir: "unused" });
    const error = assertThrows(
      () => new ORM({ driver, config: { options: { durabilty: "full" } } }),
      RinariError,
    );
    check(error, '"durabilty" is none of ');
  });

  test("stand before those of `config`, and `options` of `config` before its other members", () => {
    const { readonly, busyTimeout, databases, storageDir } = sqliteSettings(
      "test",
      { databases: { a: "1.db" }, busyTimeout: undefined },
      {
        storageDir: "folder",
        readonly: true,
        databases: { a: "2.db", b: "3.db" },
        url: "of another driver",
        options: { readonly: false, busyTimeout: 7 },
      },
    );
    assertEquals({ readonly, busyTimeout, databases: { ...databases }, storageDir }, {
      readonly: false,
      busyTimeout: 7,
      databases: { a: "1.db", b: "3.db" },
      storageDir: "folder",
    });
  });

  test("hold no secret that the refusal shows", async () => {
    const driver = new LibSQLDriver({ url: "http://127.0.0.1:1", authToken: { token: "SECRET" } as never });
    const error = await assertRejects(() => driver.connect({}), RinariError);
    check(error, "`authToken` is a token, or a function that gives one");
    assertEquals(error.message.includes("SECRET"), false);
  });

  for (
    const [wrong, says] of [
      [null, "options are a plain object, not null"],
      [{ paht: "x" }, '"paht" is none of '],
      [{ path: 5 }, "`path` is the path of a file"],
      [{ bulk: "chunky" }, '`bulk` is "atomic" or "chunked"'],
      [{ prefix: "abc" }, "`prefix` is a list of parts of a key"],
      [{ prefix: [null] }, "`prefix` is a list of parts of a key"],
      [{ limits: { mutation: 5 } }, "`limits` is an object with a whole number from 1 for keyBytes"],
      [{ limits: { checks: 0 } }, "`limits` is an object with a whole number from 1 for keyBytes"],
      [{ expireIn: { "app.t": -5 } }, "`expireIn` is an object with milliseconds from 0"],
      [{ expireIn: { "app.t": Infinity } }, "`expireIn` is an object with milliseconds from 0"],
      [{ expireIn: { "app.t": "100" } }, "`expireIn` is an object with milliseconds from 0"],
      [{ remote: 1 }, "`remote` is true or false"],
    ] as const
  ) {
    test(`are refused by DenoKVDriver when they are ${JSON.stringify(wrong)}`, () => {
      const options = wrong === null ? null : { kv: {}, ...wrong };
      check(assertThrows(() => new DenoKVDriver(options as never), RinariError), says);
    });
  }

  test("of DenoKVDriver may leave a limit undefined", () => {
    const { metadata } = new DenoKVDriver({ kv: {} as never, limits: { mutations: undefined } as never });
    assertEquals(metadata.capabilities?.limits?.batchRows, 498);
  });

  test("of DenoKVDriver are not taken from `config`, and that is said", async () => {
    const driver = new DenoKVDriver({ kv: {} as never });
    const error = await assertRejects(() => driver.connect({ options: { bulk: "chunked" } }), RinariError);
    check(error, "given to its constructor");
  });
});

describe("The config of an ORM", () => {
  for (
    const [config, says] of [
      [{ readOnly: true }, 'in `config`, "readOnly" is none of storageDir, databases, url, readonly'],
      [{ verbose: 1 }, "in `config`, `verbose` is true, false or a function"],
      [{ options: [] }, "in `config`, `options` is a plain object"],
      ["./data", "in `config`, options are a plain object"],
      [null, "in `config`, options are a plain object, not null"],
    ] as const
  ) {
    test(`is refused when it is ${JSON.stringify(config)}`, () => {
      const error = assertThrows(
        () => new ORM({ driver: new MemoryDriver(), config: config as never }),
        RinariError,
      );
      check(error, says);
    });
  }
});
