import { assertEquals } from "@std/assert";
import { createClient } from "@libsql/client";
import { join } from "node:path";
import { DataTypes, ORM } from "../../mod.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";

const ITEM = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  whole: { type: DataTypes.INTEGER },
  big: { type: DataTypes.INTEGER, bigint: true },
  real: { type: DataTypes.REAL },
  number: { type: DataTypes.NUMBER },
  text: { type: DataTypes.TEXT },
  yes: { type: DataTypes.BOOLEAN },
  day: { type: DataTypes.DATE },
  at: { type: DataTypes.DATETIME },
  json: { type: DataTypes.JSON },
  bytes: { type: DataTypes.BLOB },
} as const;

const BIG = 2n ** 63n - 1n;
const row = {
  whole: 5,
  big: BIG,
  real: 5,
  number: 5,
  text: "5",
  yes: true,
  day: new Date("2024-02-29"),
  at: new Date("2024-02-29T12:00:00.500Z"),
  json: { a: [1, null] },
  bytes: new Uint8Array([0, 255]),
};

type Client = ReturnType<typeof createClient>;

/** Writes in every way there is, and looks at what is stored with a client of its own. */
async function check(driver: LibSQLDriver, raw: Client): Promise<void> {
  const orm = new ORM({ driver });
  const Item = orm.define("app", "items", ITEM);
  await Item.create({ id: 1, ...row });
  await Item.bulkCreate([{ id: 2, ...row }, { id: 3 }, { id: 4 }, { id: 5 }]);
  assertEquals(await Item.update(row, { id: 3 }), 1);
  assertEquals(await Item.bulkUpdate([{ where: { id: 4 }, data: row }, { where: { id: 99 }, data: row }]), 1);
  await Item.upsert({ id: 5, ...row });
  await orm.transaction(() => Item.upsert({ id: 6, ...row }));
  assertEquals(await Item.findAll(), [1, 2, 3, 4, 5, 6].map((id) => ({ id, ...row })));
  assertEquals(await Item.count({ whole: 5, big: BIG, yes: true, day: row.day, bytes: row.bytes }), 6);

  const { rows } = await raw.execute(
    "SELECT typeof(id), typeof(whole), whole / 2, typeof(big), CAST(big AS TEXT), typeof(real), typeof(text), text, " +
      "typeof(yes), day, at, json, typeof(bytes) FROM items",
  );
  const stored = [
    ["integer", "integer", 2, "integer", String(BIG), "real", "text", "5"],
    ["integer", "2024-02-29", "2024-02-29T12:00:00.500Z", '{"a":[1,null]}', "blob"],
  ].flat();
  assertEquals(
    rows.map((each) => stored.map((_, i) => typeof each[i] === "bigint" ? Number(each[i]) : each[i])),
    rows.map(() => stored),
  );

  assertEquals(await Item.update({ whole: 6 }, { id: { $lte: 4 } }), 4);
  assertEquals(await orm.transaction(() => Item.update({ whole: 7 }, { id: { $lte: 3 } })), 3);
  assertEquals(await Item.delete({ id: 99 }), 0);
  assertEquals(await Item.bulkDelete([1, 2, 99]), 2);
  assertEquals(await Item.deleteAll(), 4);
  await orm.disconnect();
}

describe("LibSQLDriver: values are stored by the column's type, and changed rows are counted", () => {
  test("in a file", () =>
    withTempDir(async (storageDir) => {
      const raw = createClient({ url: `file:${join(storageDir, "app.db")}` });
      await check(new LibSQLDriver({ storageDir, durability: "relaxed" }), raw);
      raw.close();
    }));

  test("in memory, with a client of one's own, which stays open", async () => {
    const raw = createClient({ url: ":memory:", intMode: "bigint" });
    await check(new LibSQLDriver({ client: raw }), raw);
    assertEquals((await raw.execute("SELECT 1")).rows.length, 1);
    raw.close();
  });

  if (noServer !== null) return test.skip("on a server", noServer);

  test("over http and a web socket, with a client of one's own and in a replica", () =>
    withServer(async (server) => {
      const raw = createClient({ url: server.url });
      const clear = () => raw.execute("DROP TABLE items");
      await check(new LibSQLDriver({ url: server.url }), raw);
      await clear();
      await check(new LibSQLDriver({ url: server.wsURL }), raw);
      await clear();
      const client = createClient({ url: server.url, intMode: "bigint" });
      await check(new LibSQLDriver({ client }), raw);
      await clear();
      client.close();
      await withTempDir((storageDir) => check(new LibSQLDriver({ storageDir, syncUrl: server.url }), raw));
      raw.close();
    }));
});
