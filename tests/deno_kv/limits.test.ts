import { assert, assertEquals, assertInstanceOf, assertRejects, assertStringIncludes } from "@std/assert";
import { DataTypes, type RinariError, TransactionError, ValidationError } from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { countingKV } from "./counting_kv.ts";
import { openKv, testKV, withDriver } from "./open_kv.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
  text: { type: DataTypes.TEXT, unique: true },
  bytes: { type: DataTypes.BLOB },
} as const;

function records(count: number): { id: number; text: string | null; bytes: null }[] {
  return Array.from({ length: count }, (_, id) => ({ id, text: `t${id}`, bytes: null }));
}

async function refused(work: () => Promise<unknown>, limit: string): Promise<RinariError> {
  const error = await assertRejects(work) as RinariError;
  assertEquals(error.code, "LIMIT_EXCEEDED");
  assertStringIncludes(error.message, `\`${limit}\``);
  return error;
}

describe("DenoKVDriver limits:", () => {
  testKV(
    "a bulk insert that fits one commit is atomic, with more keys than a commit checks",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "t", SCHEMA);
        await driver.bulkInsert("d", "t", records(300));
        assertEquals(await driver.count("d", "t"), 300);
        const twin = [...records(200).map((row) => ({ ...row, id: row.id + 1000, text: `n${row.id}` })), {
          id: 2000,
          text: "t5",
          bytes: null,
        }];
        await assertRejects(() => driver.bulkInsert("d", "t", twin));
        assertEquals(await driver.count("d", "t"), 300);
        assertEquals(await driver.verify("d"), []);
      }),
  );

  testKV(
    "a statement looks for more keys than a commit checks, most of which are not there",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "t", SCHEMA);
        await driver.bulkInsert("d", "t", records(10));
        const many = Array.from({ length: 500 }, (_, i) => i);
        assertEquals(await driver.update("d", "t", { text: null }, { id: { $in: many.slice(5) } }), 5);
        assertEquals(await driver.delete("d", "t", { text: { $in: many.map((i) => `t${i}`) } }), 5);
        assertEquals(await driver.delete("d", "t", { id: { $in: many } }), 5);
        assertEquals(await driver.verify("d"), []);
      }),
  );

  testKV(
    "a bulk insert over a commit is refused, naming the limit, and writes nothing",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "t", SCHEMA);
        assertInstanceOf(
          await refused(() => driver.bulkInsert("d", "t", records(700)), "mutations"),
          TransactionError,
        );
        await refused(() => driver.bulkInsert("d", "t", records(2_000)), "mutations");
        assertEquals(await driver.count("d", "t"), 0);
      }),
  );

  testKV(
    'a bulk insert over a commit is done in several with `bulk: "chunked"`',
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "t", SCHEMA);
        const rows = await driver.bulkInsert<{ id: number }>("d", "t", records(5_000));
        assertEquals(rows.length, 5_000);
        assertEquals(await driver.count("d", "t"), 5_000);
        await refused(
          () => driver.transaction(() => driver.bulkInsert("d", "t", records(2_000))),
          "mutations",
        );
        assertEquals(await driver.verify("d"), []);
      }, { path: ":memory:", bulk: "chunked" }),
  );

  testKV(
    "rows over 64 KiB are stored in segments, with their entries, and shrink again",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("d", "t", SCHEMA);
        const bytes = Uint8Array.from({ length: 500_000 }, (_, i) => i * 7);
        await driver.insert("d", "t", { id: 1, text: "large", bytes });
        const row = await driver.findOne<{ bytes: Uint8Array }>("d", "t", { where: { text: "large" } });
        assertEquals(row?.bytes, bytes);
        assertEquals((await driver.findAll<{ bytes: Uint8Array }>("d", "t", {}))[0]?.bytes.length, 500_000);
        await driver.transaction(async () => {
          await driver.update("d", "t", { bytes: bytes.slice(0, 100_000) }, { id: 1 });
          assertEquals(
            (await driver.findOne<{ bytes: Uint8Array }>("d", "t", { where: { id: 1 } }))?.bytes.length,
            100_000,
          );
        });
        assertEquals(await driver.verify("d"), []);
        await driver.update("d", "t", { bytes: null, text: "small" }, { id: 1 });
        assertEquals(await driver.verify("d"), []);
        await driver.update("d", "t", { bytes }, { id: 1 });
        await driver.delete("d", "t", { id: 1 });
        assertEquals(await driver.verify("d"), []);
        const error = await refused(
          () => driver.insert("d", "t", { id: 2, text: null, bytes: new Uint8Array(900_000) }),
          "commitBytes",
        );
        assertInstanceOf(error, ValidationError);
        assertEquals(await driver.count("d", "t"), 0);
      }),
  );

  testKV("a value too long for a key is refused, naming the columns", () =>
    withDriver(async (driver) => {
      await driver.createTable("d", "t", SCHEMA);
      await driver.insert("d", "t", { id: 1, text: "x".repeat(1_900), bytes: null });
      const error = await refused(
        () => driver.insert("d", "t", { id: 2, text: "x".repeat(2_100), bytes: null }),
        "keyBytes",
      );
      assertEquals([error.table, error.columns], ["t", ["text"]]);
      assertEquals(await driver.count("d", "t"), 1);
    }));

  testKV("the refusal of a key says the most bytes it may have", () =>
    withDriver(async (driver) => {
      await driver.createTable("d", "t", SCHEMA);
      const insert = (id: number, length: number) =>
        driver.insert("d", "t", { id, text: "x".repeat(length), bytes: null });
      const { message } = await refused(() => insert(1, 2_200), "keyBytes");
      const [, bytes, most] = /has ([\d,]+) bytes, [^]* at most ([\d,]+)/.exec(message) ?? [];
      const overhead = Number(bytes) - 2_200;
      await refused(() => insert(2, Number(most) - overhead + 1), "keyBytes");
      await insert(3, Number(most) - overhead);
      assertEquals(await driver.count("d", "t"), 1);
    }));

  testKV("a bulk insert whose entries hold long keys is refused by name", () =>
    withDriver(async (driver) => {
      const names = Array.from({ length: 8 }, (_, i) => `u${i}`);
      await driver.createTable("d", "t", {
        key: { type: DataTypes.BLOB, primaryKey: true, notNull: true },
        bytes: { type: DataTypes.BLOB },
        ...Object.fromEntries(names.map((name) => [name, { type: DataTypes.INTEGER, unique: true }])),
      });
      const rows = Array.from({ length: 12 }, (_, id) => ({
        key: new Uint8Array(1_900).fill(255).fill(id, 0, 1),
        bytes: new Uint8Array(20_000),
        ...Object.fromEntries(names.map((name) => [name, id])),
      }));
      await driver.bulkInsert("d", "t", rows.slice(0, 1));
      await refused(() => driver.bulkInsert("d", "t", rows.slice(1)), "commitBytes");
      assertEquals(await driver.count("d", "t"), 1);
      await driver.bulkInsert("d", "t", rows.slice(1, 6));
      assertEquals(await driver.verify("d"), []);
    }));

  testKV("a transaction over a commit is refused and writes nothing", () =>
    withDriver(async (driver) => {
      await driver.createTable("d", "t", SCHEMA);
      const bytes = new Uint8Array(300_000);
      await refused(() =>
        driver.transaction(async () => {
          for (let id = 0; id < 3; id++) await driver.insert("d", "t", { id, text: null, bytes });
        }), "commitBytes");
      await refused(() =>
        driver.transaction(async () => {
          for (let id = 0; id < 60; id++) {
            await driver.insert("d", "t", { id, text: `${id}`.repeat(800), bytes: null });
          }
        }), "commitKeyBytes");
      assertEquals(await driver.count("d", "t"), 0);
    }));

  testKV("more rows are read and written than checks fit a commit, also where that is ten", async () => {
    const store = await openKv(":memory:");
    const { kv } = countingKV(store);
    const atomic = kv.atomic;
    let most = 0;
    const counted = {
      ...kv,
      atomic: () => {
        const made = atomic();
        let checks = 0;
        const { check } = made;
        made.check = (...all) => {
          checks += all.length;
          most = Math.max(most, checks);
          return check.apply(made, all);
        };
        return made;
      },
    };
    await withDriver(async (driver) => {
      await driver.createTable("d", "t", SCHEMA);
      await driver.bulkInsert("d", "t", records(200));
      assertEquals(await driver.update("d", "t", { bytes: new Uint8Array(1) }, { id: { $gte: 20 } }), 180);
      await driver.transaction(async () => {
        for (let id = 0; id < 40; id++) await driver.findOne("d", "t", { where: { id } });
        await driver.insert("d", "t", { id: 500, text: null, bytes: null });
      });
      assertEquals(await driver.count("d", "t"), 201);
      await driver.createIndex("d", "t", "again", { columns: ["text"], unique: true });
      assertEquals(await driver.verify("d"), []);
    }, { kv: counted, limits: { checks: 10 } });
    assert(most <= 10, `${most} checks`);
    store.close();
  });
});
