import { assertEquals, assertRejects } from "@std/assert";
import type { KVAtomic, KVStore } from "../../drivers/deno_kv.ts";
import { DataTypes, type RinariError } from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { countingKV } from "./counting_kv.ts";
import { openKv, testKV, withDriver } from "./open_kv.ts";

const SCHEMA = { id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true } } as const;

/** A store on which the answer of the next commit is made another one. */
function losing(
  store: KVStore,
): { kv: KVStore; lose: (answer: "error" | "conflict" | "unsent" | "down") => void } {
  let next: string | null = null;
  const { kv } = countingKV(store);
  const get = kv.get.bind(kv);
  return {
    lose: (answer) => next = answer,
    kv: {
      ...kv,
      get: (key) => next === "down" ? Promise.reject(new Error("network")) : get(key),
      atomic() {
        const atomic: KVAtomic = store.atomic();
        const commit = atomic.commit.bind(atomic);
        atomic.commit = async () => {
          const answer = next;
          if (answer === null) return await commit();
          if (answer !== "down") next = null;
          if (answer !== "unsent") await commit();
          if (answer === "conflict") return { ok: false };
          throw new Error("network");
        };
        return atomic;
      },
    },
  };
}

describe("DenoKVDriver on a remote store", () => {
  testKV("knows a commit whose answer was lost by its token, and reports what it cannot know", async () => {
    const store = await openKv(":memory:");
    const { kv, lose } = losing(store);
    await withDriver(async (driver) => {
      await driver.createTable("d", "t", SCHEMA);
      await driver.insert("d", "t", { id: 1 });
      lose("error");
      assertEquals(await driver.insert("d", "t", { id: 2 }), { id: 2 });
      lose("conflict");
      assertEquals(await driver.insert("d", "t", { id: 3 }), { id: 3 });
      lose("unsent");
      const unsent = await assertRejects(() => driver.insert("d", "t", { id: 4 })) as RinariError;
      assertEquals([unsent.code, unsent.outcome], ["COMMIT_UNKNOWN", "unknown"]);
      assertEquals(await driver.count("d", "t"), 3);
      assertEquals(await driver.verify("d"), []);
    }, { kv, remote: true });
    store.close();
  });
});
