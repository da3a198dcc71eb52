import { assertEquals, assertRejects } from "@std/assert";
import {
  NotNullConstraintError,
  type TableSchema,
  UniqueConstraintError,
  UnsupportedError,
} from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { testKV, withDriver } from "./open_kv.ts";

const V1: TableSchema = {
  id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  name: { type: "TEXT" },
  bytes: { type: "BLOB" },
  n: { type: "INTEGER" },
};
const { bytes: _, ...WITHOUT } = V1;
const V2: TableSchema = { ...WITHOUT, more: { type: "BLOB" }, n: { type: "INTEGER", unique: true } };

describe("DenoKVDriver.alterTable", () => {
  testKV(
    "keeps rows of every time, those that expire too, and reads each as it was written",
    () =>
      withDriver(async (driver) => {
        await driver.createTable("app", "t", V1);
        await driver.bulkInsert("app", "t", [
          { name: "a", bytes: Uint8Array.of(1, 0), n: 1 },
          { name: "b", bytes: null, n: 2 },
          { name: "c", bytes: Uint8Array.of(7), n: 3 },
        ]);
        await driver.expire("app", "t", 3, 60_000);
        await driver.alterTable("app", "t", V2, {});
        await driver.insert("app", "t", { name: "d", n: 4, more: Uint8Array.of(0, 9) });
        const extra: TableSchema = { ...V2, kind: { type: "TEXT", notNull: true, default: "x" } };
        await driver.alterTable("app", "t", extra, { name: "u", renamed: {} });
        await driver.alterTable("app", "u", {
          id: V1["id"],
          label: { type: "TEXT" },
          kind: extra["kind"],
          more: { type: "BLOB" },
          n: V2["n"],
        } as TableSchema, { renamed: { label: "name" } });
        assertEquals(await driver.tableExists("app", "t"), false);
        const row = (id: number, label: string, more: Uint8Array | null) => ({
          id,
          label,
          kind: "x",
          more,
          n: id,
        });
        assertEquals(await driver.findAll("app", "u", {}), [
          row(1, "a", null),
          row(2, "b", null),
          row(3, "c", null),
          row(4, "d", Uint8Array.of(0, 9)),
        ]);
        await driver.update("app", "u", { label: "C" }, { id: 3 });
        await driver.expire("app", "u", 2, 1);
        await new Promise((resolve) => setTimeout(resolve, 5));
        assertEquals(await driver.count("app", "u", { label: "C" }), 1);
        assertEquals((await driver.findAll("app", "u", {})).length, 3);
        await assertRejects(() => driver.insert("app", "u", { n: 1, kind: "y" }), UniqueConstraintError);
        assertEquals((await driver.insert<{ id: number }>("app", "u", { n: 9, kind: "y" })).id, 5);
        assertEquals(await driver.purgeExpired("app", "u"), 1);
        assertEquals(await driver.verify("app"), []);
      }),
  );

  testKV("lets rows refuse it, and changes nothing then", () =>
    withDriver(async (driver) => {
      await driver.createTable("app", "t", V1);
      await driver.bulkInsert("app", "t", [{ name: "a", n: 1 }, { name: null, n: 1 }]);
      const strict = { ...V1, name: { type: "TEXT", notNull: true } } as const;
      await assertRejects(() => driver.alterTable("app", "t", strict, {}), NotNullConstraintError);
      await assertRejects(() => driver.alterTable("app", "t", V2, {}), UniqueConstraintError);
      const typed = { ...V1, name: { type: "INTEGER" } } as const;
      await assertRejects(() => driver.alterTable("app", "t", typed, {}), UnsupportedError);
      assertEquals(await driver.introspect("app", "t"), V1);
      assertEquals(await driver.verify("app"), []);
    }));

  testKV("makes keys of 64 bit of those it has", () =>
    withDriver(async (driver) => {
      await driver.createTable("app", "t", V1);
      await driver.bulkInsert("app", "t", [{ name: "a" }, { name: "b" }]);
      await driver.delete("app", "t", { id: 2 });
      await driver.alterTable(
        "app",
        "t",
        { ...V1, id: { ...V1["id"], bigint: true } as TableSchema[string] },
        {},
      );
      assertEquals((await driver.insert<{ id: bigint }>("app", "t", { name: "c" })).id, 3n);
      assertEquals((await driver.findAll<{ id: bigint }>("app", "t", {})).map(({ id }) => id), [1n, 3n]);
      assertEquals(await driver.verify("app"), []);
    }));
});
