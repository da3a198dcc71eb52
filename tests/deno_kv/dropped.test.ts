import { assertEquals, assertRejects } from "@std/assert";
import { DenoKVDriver, type KVAtomic, type KVKey, type KVStore } from "../../drivers/deno_kv.ts";
import { DataTypes } from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { openKv, testKV } from "./open_kv.ts";

const ROWS = 900;

/** A store whose commits fail after the next few, as those of a process that is killed do. */
function failingAfter(store: KVStore, commits: number): KVStore {
  let left = commits;
  return {
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    list: (range, options) => store.list(range, options),
    atomic(): KVAtomic {
      const atomic = store.atomic();
      const commit = atomic.commit.bind(atomic);
      atomic.commit = () => left-- > 0 ? commit() : Promise.reject(new Error("killed"));
      return atomic;
    },
    watch: (keys) => store.watch(keys),
    close: () => store.close(),
  };
}

/** Ways to count the rows. */
const reads: readonly ((driver: DenoKVDriver) => Promise<number>)[] = [
  (driver) => driver.count("d", "rows", { age: { $gte: 0 } }),
  (driver) => driver.count("d", "rows", { id: { $gte: 0 } }),
  async (driver) => (await driver.findAll("d", "rows", { where: { age: { $gte: 0 } } })).length,
  async (driver) => (await driver.findAll("d", "rows", { orderBy: [["age", "ASC"]], limit: ROWS })).length,
  async (driver) => (await driver.findAll("d", "rows", {})).length,
];

/** Removes what begins with some parts, as an interrupted removal does. */
async function removeBelow(kv: KVStore, ...key: KVKey): Promise<void> {
  const atomic = kv.atomic();
  for await (const entry of kv.list({ start: [...key, 0], end: [...key, true] }, {})) {
    atomic.delete(entry.key as KVKey);
  }
  await atomic.commit();
}

describe("DenoKVDriver tells right what another handle has begun to remove:", () => {
  for (const what of ["index", "table"] as const) {
    testKV(`${what}`, async () => {
      const kv = await openKv(":memory:");
      const open = async (store: KVStore): Promise<DenoKVDriver> => {
        const driver = new DenoKVDriver({ kv: store, bulk: "chunked", remote: false });
        await driver.connect();
        return driver;
      };
      const writer = await open(kv);
      await writer.createTable("d", "rows", {
        id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
        age: { type: DataTypes.INTEGER },
      });
      await writer.createIndex("d", "rows", "by_age", { columns: ["age"] });
      await writer.bulkInsert("d", "rows", Array.from({ length: ROWS }, (_, id) => ({ id, age: id })));
      // Each knows the tables as they were before.
      const readers = await Promise.all(reads.map(() => open(kv)));
      for (const reader of readers) assertEquals(await reader.count("d", "rows"), ROWS);
      const remover = await open(failingAfter(kv, 2));
      await (what === "index" ? remover.dropIndex("d", "rows", "by_age") : remover.dropTable("d", "rows"))
        .catch(() => undefined);
      for (const [i, read] of reads.entries()) {
        const reader = readers[i] as DenoKVDriver;
        if (what === "index") assertEquals(await read(reader), ROWS, String(read));
        else await assertRejects(() => read(reader), Error, "does not exist", String(read));
      }
      for (const each of [writer, remover, ...readers]) await each.disconnect();
      kv.close();
    });
  }

  testKV("a table whose unique entries are left", async () => {
    const kv = await openKv(":memory:");
    const [reader, remover] = [
      new DenoKVDriver({ kv, remote: false }),
      new DenoKVDriver({ kv: failingAfter(kv, 1), remote: false }),
    ];
    for (const each of [reader, remover]) await each.connect();
    await reader.createTable("d", "rows", {
      id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
      code: { type: DataTypes.TEXT, unique: true },
    });
    await reader.insert("d", "rows", { id: 1, code: "a" });
    await remover.dropTable("d", "rows").catch(() => undefined);
    await removeBelow(kv, "rinari", "d", "1R");
    await assertRejects(
      () => reader.findOne("d", "rows", { where: { code: "a" } }),
      Error,
      "does not exist",
    );
    for (const each of [reader, remover]) await each.disconnect();
    kv.close();
  });
});
