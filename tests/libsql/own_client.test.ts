import { assertEquals, assertStringIncludes } from "@std/assert";
import { createClient } from "@libsql/client";
import { join } from "node:path";
import { DataTypes, ORM, type RinariError } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { whyNotLoaded } from "../../drivers/libsql/libsql_client.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const NOTE = { id: { type: DataTypes.INTEGER, primaryKey: true } } as const;

describe("LibSQLDriver on a client of one's own", () => {
  for (const durability of [undefined, "full", "relaxed"] as const) {
    test(`durability ${durability}: ${durability ? "is set, with WAL" : "nothing is changed"}`, () =>
      withTempDir(async (folder) => {
        const client = createClient({
          url: `file:${join(folder, "app.db")}`,
          intMode: "bigint",
          concurrency: 1,
        });
        await client.execute("PRAGMA synchronous = OFF");
        const orm = new ORM({ driver: new LibSQLDriver({ client, durability }) });
        const Note = orm.define("app", "notes", NOTE);
        await Note.create({ id: 1 });
        const pragma = async (name: string) => (await client.execute(`PRAGMA ${name}`)).rows[0]?.[0];
        assertEquals(
          [Number(await pragma("synchronous")), await pragma("journal_mode")],
          durability === undefined ? [0, "delete"] : [durability === "full" ? 2 : 1, "wal"],
        );
        await orm.disconnect();
        client.close();
      }));
  }

  for (const intMode of ["number", "string", undefined] as const) {
    test(`intMode ${intMode} is refused: integers would lose digits, or be texts`, async () => {
      const client = createClient({ url: ":memory:", ...(intMode === undefined ? null : { intMode }) });
      const orm = new ORM({ driver: new LibSQLDriver({ client }) });
      const Note = orm.define("app", "notes", NOTE);
      const error = await Note.create({ id: 1 }).then(() => null, (error: RinariError) => error);
      assertEquals([error?.name, error?.code], ["ValidationError", "INVALID_OPTIONS"]);
      assertStringIncludes(String(error?.message), '`intMode: "bigint"`');
      await orm.disconnect();
      assertEquals((await client.execute("SELECT 1")).rows.length, 1);
      client.close();
    });
  }

  test("durability is refused for one of a server", async () => {
    const client = createClient({ url: "http://127.0.0.1:9", intMode: "bigint" });
    const orm = new ORM({ driver: new LibSQLDriver({ client, durability: "full" }) });
    const Note = orm.define("app", "notes", NOTE);
    const error = await Note.count().then(() => null, (error: RinariError) => error);
    assertEquals(error?.code, "INVALID_OPTIONS");
    assertStringIncludes(String(error?.message), "`durability`");
    await orm.disconnect();
    client.close();
  });
});

test("LibSQLDriver tells a package that is missing from a bundle without its native code", () => {
  const reasons: readonly (readonly [message: string, says: string])[] = [
    ["Cannot find package '@libsql/client' imported from /app/x.js", "npm install @libsql/client"],
    ["Cannot find module '@libsql/client' from '/app/x.ts'", "npm install @libsql/client"],
    ['Import "@libsql/client" not a dependency', "npm install @libsql/client"],
    [
      "Cannot find module '@libsql/linux-x64-gnu'\nRequire stack:\n- /$bunfs/root/app",
      "--external @libsql/client",
    ],
    ['Dynamic require of "@libsql/darwin-arm64" is not supported', "--external:@libsql/client"],
    ['Could not dynamically require "@libsql/linux-x64-musl"', "@libsql/client/web"],
  ];
  for (const [message, says] of reasons) {
    const text = whyNotLoaded(new Error(message));
    assertStringIncludes(text, says);
    assertEquals(text.includes("\n"), false);
  }
});
