import { assertEquals, assertRejects } from "@std/assert";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { DataTypes, ORM, RinariError, toAsyncDriver } from "../../../mod.ts";
import { OPTIONAL_MEMBERS } from "../../../src/contract/optional_members.ts";
import { describe, test } from "../../support/runner.ts";

describe("toAsyncDriver", () => {
  test("has every optional member that the driver has, and no other", () => {
    const has = (driver: object) =>
      OPTIONAL_MEMBERS.filter((name) => typeof (driver as Record<string, unknown>)[name] === "function");
    // It has no SQL of its own, no views, no file, and no other connection that could write.
    const others = {
      query: () => ({ rows: [], changes: 0 }),
      dataVersion: () => null,
      useView: () => undefined,
      copyDatabase: () => "",
    };
    const whole = Object.assign(new MemoryDriver(), others);
    assertEquals(has(whole), [...OPTIONAL_MEMBERS]);
    assertEquals(has(toAsyncDriver(whole)), [...OPTIONAL_MEMBERS]);
    const bare = Object.assign(
      new MemoryDriver(),
      Object.fromEntries(OPTIONAL_MEMBERS.map((name) => [name, undefined])),
    );
    assertEquals(has(toAsyncDriver(bare)), []);
  });

  test("makes a table with all of its indexes, or without a trace", async () => {
    const driver = toAsyncDriver(new MemoryDriver());
    await using orm = new ORM({ driver });
    const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
    const columns = { id, a: { type: DataTypes.TEXT }, b: { type: DataTypes.TEXT } } as const;
    await orm.define("app", "items", columns, { indexes: [{ name: "second", columns: ["b"] }] }).create({
      id: 1,
    });
    const other = new ORM({ driver });
    const Item = other.define("app", "items", columns, {
      indexes: [{ name: "first", columns: ["a"] }, { name: "second", columns: ["a", "b"] }],
    });
    assertEquals((await assertRejects(() => Item.count(), RinariError)).code, "INDEX_MISMATCH");
    // The first was not left behind: another index may have its name.
    await driver.createIndex("app", "items", "first", { columns: ["b", "a"] });
  });
});
