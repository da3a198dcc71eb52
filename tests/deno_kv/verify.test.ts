import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoKVDriver, type KVKey } from "../../drivers/deno_kv.ts";
import { DataTypes, UniqueConstraintError } from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { openKv, testKV } from "./open_kv.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
  name: { type: DataTypes.TEXT },
  code: { type: DataTypes.TEXT, unique: true },
} as const;

async function withStore(
  fn: (driver: DenoKVDriver, store: Awaited<ReturnType<typeof openKv>>) => Promise<void>,
): Promise<void> {
  const store = await openKv(":memory:");
  const driver = new DenoKVDriver({ kv: store, remote: false });
  await driver.connect();
  await driver.createTable("d", "t", SCHEMA);
  try {
    await fn(driver, store);
  } finally {
    await driver.disconnect();
    store.close();
  }
}

function rows(count: number): Record<string, unknown>[] {
  return Array.from({ length: count }, (_, id) => ({ id, name: `n${id % 10}`, code: `c${id}` }));
}

describe("DenoKVDriver.verify", () => {
  testKV(
    "finds, and repair mends, orphan, missing and stale entries and a wrong counter",
    () =>
      withStore(async (driver, store) => {
        await driver.bulkInsert("d", "t", rows(20));
        await driver.createIndex("d", "t", "names", { columns: ["name"] });
        assertEquals(await driver.verify("d"), []);
        const keys: KVKey[] = [];
        for await (const { key } of store.list({ start: ["rinari", "d"], end: ["rinari", "e"] }, {})) {
          keys.push(key as KVKey);
        }
        const entry = (part: string): KVKey => keys.find((key) => key[2] === part) as KVKey;
        const name = entry("1N1");
        const code = entry("1U2");
        const atomic = store.atomic();
        atomic.delete(name);
        atomic.delete(["rinari", "d", "1R", 7]);
        atomic.set([...code.slice(0, 3), "no such code"], new TextEncoder().encode("[3]"));
        atomic.set(code, new TextEncoder().encode("[9]"));
        atomic.sum(["rinari", "d", "1C"], 5n);
        await atomic.commit();
        const found = await driver.verify("d");
        assertEquals([...new Set(found.map(({ kind }) => kind))].sort(), [
          "count",
          "missing",
          "orphan",
          "stale",
        ]);
        assertEquals((await driver.repair("d")).length, found.length);
        assertEquals(await driver.verify("d"), []);
        assertEquals(await driver.count("d", "t"), 19);
        assertEquals((await driver.findAll("d", "t", { where: { name: "n0" } })).length, 2);
        await driver.insert("d", "t", { id: 7, name: "n7", code: "c7" });
        assertEquals(await driver.verify("d"), []);
      }),
  );
});

describe("DenoKVDriver.createIndex", () => {
  testKV(
    "over many rows goes on where it was interrupted, and is not used before it is done",
    () =>
      withStore(async (driver, store) => {
        await driver.bulkInsert("d", "t", rows(450));
        await driver.bulkInsert("d", "t", rows(900).slice(450));
        let commits = 0;
        const cut = new DenoKVDriver({
          kv: { ...bound(store), atomic: () => (commits++, commits > 2 ? fail() : store.atomic()) },
          remote: false,
        });
        await cut.connect();
        await assertRejects(
          () => cut.createIndex("d", "t", "names", { columns: ["name"] }),
          Error,
          "power cut",
        );
        const explained = await driver.explain("d", "t", { where: { name: "n3" } });
        assert(!explained.join().includes("names"), explained.join("\n"));
        assertEquals((await driver.findAll("d", "t", { where: { name: "n3" } })).length, 90);
        await driver.update("d", "t", { name: "n3" }, { id: 899 });
        await driver.delete("d", "t", { id: 3 });
        await driver.createIndex("d", "t", "names", { columns: ["name"] });
        const after = await driver.explain("d", "t", { where: { name: "n3" } });
        assert(after.join().includes("names"), after.join("\n"));
        assertEquals((await driver.findAll("d", "t", { where: { name: "n3" } })).length, 90);
        assertEquals(await driver.verify("d"), []);
        await cut.disconnect();
      }),
  );

  testKV(
    "that is unique over rows that are equal fails and leaves nothing",
    () =>
      withStore(async (driver, store) => {
        await driver.bulkInsert("d", "t", rows(450));
        await assertRejects(
          () => driver.createIndex("d", "t", "u", { columns: ["name"], unique: true }),
          UniqueConstraintError,
        );
        assertEquals(await driver.verify("d"), []);
        const left: unknown[] = [];
        for await (const { key } of store.list({ start: ["rinari", "d"], end: ["rinari", "e"] }, {})) {
          if (["!d", "1N1", "1B"].some((part) => key.includes(part))) left.push(key);
        }
        assertEquals(left, []);
        await driver.createIndex("d", "t", "u", { columns: ["name"] });
        assertEquals((await driver.findAll("d", "t", { where: { name: "n3" } })).length, 45);
      }),
  );

  testKV("is kept right by writers while it is built", () =>
    withStore(async (driver) => {
      for (let from = 0; from < 4_000; from += 400) {
        await driver.bulkInsert(
          "d",
          "t",
          Array.from({ length: 400 }, (_, i) => ({ id: from + i, name: `n${i % 10}`, code: null })),
        );
      }
      const building = driver.createIndex("d", "t", "names", { columns: ["name"] });
      const writing = Promise.all(Array.from({ length: 200 }, async (_, i) => {
        await driver.update("d", "t", { name: "moved" }, { id: i * 19 });
        if (i % 3 === 0) await driver.delete("d", "t", { id: i * 19 + 1 });
      }));
      await Promise.all([building, writing]);
      assertEquals(await driver.verify("d"), []);
      assertEquals(await driver.count("d", "t", { name: "moved" }), 200);
    }));
});

function bound(store: Awaited<ReturnType<typeof openKv>>): Awaited<ReturnType<typeof openKv>> {
  return {
    get: (key) => store.get(key),
    getMany: (keys) => store.getMany(keys),
    list: (range, options) => store.list(range, options),
    atomic: () => store.atomic(),
    watch: (keys) => store.watch(keys),
    close: () => store.close(),
  };
}

function fail(): never {
  throw new Error("power cut");
}
