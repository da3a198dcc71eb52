import { assert, assertEquals } from "@std/assert";
import { DenoKVDriver } from "../../drivers/deno_kv.ts";
import { DataTypes, ORM } from "../../mod.ts";
import { countingKV } from "./counting_kv.ts";
import { openKv, testKV } from "./open_kv.ts";

testKV("DenoKVDriver reads the newest of many equal times, and any page of them, from an index", async () => {
  const store = await openKv(":memory:");
  const { kv, count } = countingKV(store);
  const orm = new ORM({ driver: new DenoKVDriver({ kv, bulk: "chunked", remote: false }) });
  const Post = orm.define("blog", "posts", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    at: { type: DataTypes.DATETIME, notNull: true },
  }, { indexes: [{ columns: ["at"] }] });
  await Post.bulkCreate(Array.from({ length: 600 }, () => ({ at: 0 })));
  const orderBy = [["at", "DESC"]] as const;
  await Post.findAll({ orderBy, limit: 5 });
  const newest = await count(() => Post.findAll({ orderBy, limit: 5 }));
  assertEquals(newest.result.map(({ id }) => id), [600, 599, 598, 597, 596]);
  assert(newest.entries <= 12, `read ${newest.entries} entries`);
  let after: string | null = null;
  for (let page = 0; page < 40; page++) after = (await Post.paginate({ orderBy, size: 10, after })).next;
  const late = await count(() => Post.paginate({ orderBy, size: 5, after }));
  assertEquals(late.result.rows.map(({ id }) => id), [200, 199, 198, 197, 196]);
  assert(late.entries <= 14, `read ${late.entries} entries`);
  await orm.disconnect();
  store.close();
});
