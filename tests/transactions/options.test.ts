import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DataTypes, ORM, toAsyncDriver, ValidationError } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { test } from "../support/runner.ts";

const SENSELESS: readonly (readonly [options: object, says: string])[] = [
  [{ timeout: NaN }, "timeout"],
  [{ timeout: Infinity }, "timeout"],
  [{ timeout: 2 ** 31 }, "timeout"],
  [{ waitTimeout: -1 }, "waitTimeout"],
  [{ waitTimeout: "5000" }, "waitTimeout"],
  [{ retries: NaN }, "retries"],
  [{ retries: 1.5 }, "retries"],
  [{ waittimeout: 5 }, "waittimeout"],
];

test("transaction options that make no sense are refused, by new ORM and by transaction", async () => {
  const orm = new ORM({ driver: new MemoryDriver() });
  const other = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
  const Item = other.define("app", "items", { id: { type: DataTypes.INTEGER, primaryKey: true } });
  let runs = 0;
  for (const [options, says] of SENSELESS) {
    const errors = [
      assertThrows(() => new ORM({ driver: new MemoryDriver(), transactions: options }), ValidationError),
      assertThrows(() => orm.transaction(() => void runs++, options), ValidationError),
      await assertRejects(() => other.transaction(() => Promise.resolve(runs++), options), ValidationError),
      await assertRejects(() => Item.transaction(() => Promise.resolve(runs++), options), ValidationError),
    ];
    for (const error of errors) {
      assertEquals(error.code, "INVALID_OPTIONS");
      assertStringIncludes(error.message, says);
    }
  }
  assertEquals(runs, 0);
  assertEquals(
    await other.transaction(() => Promise.resolve(7), { timeout: 2 ** 31 - 1, waitTimeout: 0, retries: 0 }),
    7,
  );
});
