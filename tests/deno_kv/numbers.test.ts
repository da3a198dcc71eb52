import { assert, assertEquals, assertRejects } from "@std/assert";
import { DenoKVDriver, type DenoKVOptions, type KVKey, type KVStore } from "../../drivers/deno_kv.ts";
import { DataTypes, ORM, type RinariError } from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { countingKV } from "./counting_kv.ts";
import { openKv, testKV } from "./open_kv.ts";

/** `@deno/kv` takes fewer. */
const MOST_CHECKS = "Deno" in globalThis ? 100 : 10;
const SEQUENCE: KVKey = ["rinari", "d", "1Q"];

function open(kv: KVStore, options: DenoKVOptions = {}) {
  const driver = new DenoKVDriver({ kv, remote: false, limits: { checks: MOST_CHECKS }, ...options });
  const orm = new ORM({ driver });
  const Order = orm.define("d", "orders", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    ref: { type: DataTypes.TEXT },
    code: { type: DataTypes.TEXT, unique: true },
  });
  return { driver, orm, Order };
}

/** A store whose last number is that of the first row, though there are others: as in a copy made beside a writer. */
async function withLag(
  fn: (kv: KVStore, opened: ReturnType<typeof open>) => Promise<void>,
  rows = 20,
): Promise<void> {
  const kv = await openKv(":memory:");
  try {
    const { Order } = open(kv);
    await Order.create({ ref: "old 1" });
    const { value } = await kv.get(SEQUENCE);
    for (let i = 2; i <= rows; i++) await Order.create({ ref: `old ${i}` });
    await set(kv, SEQUENCE, value);
    await fn(kv, open(kv));
  } finally {
    kv.close();
  }
}

async function set(kv: KVStore, key: KVKey, value: unknown): Promise<void> {
  const atomic = kv.atomic();
  atomic.set(key, value);
  await atomic.commit();
}

type Order = ReturnType<typeof open>["Order"];

const ways: readonly [string, (order: Order, orm: ORM<DenoKVDriver>) => Promise<unknown>][] = [
  ["create", (Order) => Order.create({ ref: "new" })],
  ["bulkCreate", (Order) => Order.bulkCreate([{ ref: "new" }, { ref: "new" }])],
  ["bulkCreate of more than a commit checks", (Order) => Order.bulkCreate(Array(300).fill({ ref: "new" }))],
  ["upsert", (Order) => Order.upsert({ ref: "new", code: "n" })],
  ["a transaction", (Order, orm) =>
    orm.transaction(async () => {
      await Order.create({ ref: "new" });
      await Order.create({ ref: "new" });
    })],
  ["a transaction of more than a commit checks", (Order, orm) =>
    orm.transaction(async () => {
      for (let i = 0; i < 150; i++) await Order.create({ ref: "new" });
    })],
];

describe("DenoKVDriver autoIncrement", () => {
  for (const [name, insert] of ways) {
    testKV(
      `takes no key that a row has, though the last number lags: ${name}`,
      () =>
        withLag(async (_kv, { driver, orm, Order }) => {
          await insert(Order, orm);
          const old = await Order.findAll({ where: { id: { $lte: 20 } } });
          assertEquals(old.map(({ ref }) => ref), Array.from({ length: 20 }, (_, i) => `old ${i + 1}`));
          assertEquals(await Order.count(), await Order.count({ id: { $gt: 0 } }));
          assertEquals(await driver.verify("d"), []);
        }),
    );

    testKV(
      `takes no key that was written from outside meanwhile: ${name}`,
      () =>
        withLag(async (kv, { driver, orm, Order }) => {
          const { id } = await Order.create({ ref: "first" });
          const { value } = await kv.get(["rinari", "d", "1R", id]);
          const bytes = new TextEncoder().encode(
            new TextDecoder().decode(value as Uint8Array).replace(String(id), String(id + 1)),
          );
          await set(kv, ["rinari", "d", "1R", id + 1], bytes);
          await insert(Order, orm);
          assertEquals((await Order.findById(id + 1))?.ref, "first");
          await driver.repair("d");
          assertEquals(await driver.verify("d"), []);
        }),
    );
  }

  testKV("reads nothing for a number when it knows the last one", () =>
    withLag(async (kv) => {
      const counting = countingKV(kv);
      const { Order } = open(counting.kv);
      await Order.create({ ref: "a" });
      await Order.create({ ref: "b" });
      const { requests, result } = await counting.count(() => Order.create({ ref: "c" }));
      assertEquals([requests, result.id], [0, 23]);
    }));

  testKV("goes on in a transaction with few checks", () =>
    withLag(async (kv) => {
      const { orm, Order, driver } = open(kv, { limits: { checks: 10 }, remote: true });
      await orm.transaction(async () => {
        for (let i = 0; i < 40; i++) await Order.create({ ref: "new" });
      });
      assertEquals([await Order.count({ ref: "new" }), await Order.count()], [40, 60]);
      assertEquals(await driver.verify("d"), []);
    }));

  testKV(
    "that lags is found by verify, and mended by repair",
    () =>
      withLag(async (kv, { driver, Order }) => {
        const [problem, ...others] = await driver.verify("d");
        assertEquals(others, []);
        assertEquals([problem?.kind, problem?.table, problem?.part, problem?.row?.at(-1)], [
          "sequence",
          "orders",
          "sequence",
          20,
        ]);
        assertEquals((await driver.repair("d")).length, 1);
        assertEquals(await driver.verify("d"), []);
        await set(kv, SEQUENCE, new TextEncoder().encode("{}"));
        const error = await assertRejects(() => Order.create({ ref: "x" })) as RinariError;
        assertEquals([error.code, error.table], ["CORRUPT_VALUE", "orders"]);
        assert(error.message.includes('["rinari", "d", "1Q"]'), error.message);
        assertEquals((await driver.repair("d")).map(({ kind }) => kind), ["corrupt"]);
        assertEquals((await Order.create({ ref: "x" })).id, 21);
      }),
  );

  testKV(
    "an update that moves a key beyond the last number is seen",
    () =>
      withLag(async (_kv, { Order }) => {
        await Order.update({ id: 50 }, { id: 20 });
        assertEquals((await Order.create({ ref: "x" })).id, 51);
        await Order.delete({ id: 51 });
        assertEquals((await Order.create({ ref: "x" })).id, 52);
      }),
  );
});

describe("DenoKVDriver.createTable", () => {
  testKV(
    "gives no table the place of another one when the number of the next lags",
    () =>
      withLag(async (kv, { driver }) => {
        const schema = { id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true } } as const;
        const { value } = await kv.get(["rinari", "d", "!c"]);
        await driver.createTable("d", "others", schema);
        await driver.insert("d", "others", { id: 7 });
        await set(kv, ["rinari", "d", "!c"], value);
        const again = open(kv);
        await again.driver.connect();
        assertEquals((await again.driver.verify("d")).map(({ part }) => part), ["sequence", "catalog"]);
        await again.driver.createTable("d", "third", schema);
        assertEquals(await again.driver.count("d", "third"), 0);
        assertEquals(await again.driver.findAll("d", "others", {}), [{ id: 7 }]);
        await again.driver.repair("d");
        assertEquals(await again.driver.verify("d"), []);
        await set(kv, ["rinari", "d", "!c"], new TextEncoder().encode("nothing"));
        assertEquals((await again.driver.repair("d")).map(({ kind, part }) => [kind, part]), [[
          "corrupt",
          "catalog",
        ]]);
        assertEquals(await again.driver.verify("d"), []);
      }),
  );

  testKV("and no index the place of one that is no more", () =>
    withLag(async (kv, { driver, Order }) => {
      await driver.connect();
      await Order.count();
      await set(kv, ["rinari", "d", "1N1", "old 3", 999], new Uint8Array(0));
      assertEquals((await driver.verify("d")).map(({ kind, part }) => [kind, part]), [
        ["sequence", "sequence"],
        ["orphan", "1N1"],
      ]);
      await driver.createIndex("d", "orders", "refs", { columns: ["ref"] });
      assertEquals(await driver.count("d", "orders", { ref: "old 3" }), 1);
      await driver.repair("d");
      assertEquals(await driver.verify("d"), []);
    }));
});
