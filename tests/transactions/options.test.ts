import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { DataTypes, ORM, RinariError, toAsyncDriver, ValidationError } from "../../mod.ts";
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

test("an ORM that joins another on its driver works as that one does, or is refused", async () => {
  const driver = toAsyncDriver(new MemoryDriver());
  const first = new ORM({ driver, transactions: { timeout: 20 } });
  const second = new ORM({ driver });
  const slow = () => second.transaction(() => new Promise((resolve) => setTimeout(resolve, 2_000)));
  assertEquals((await assertRejects(slow, RinariError)).code, "TRANSACTION_TIMEOUT");

  for (
    const [options, says] of [
      [{ transactions: { timeout: 30 } }, "`timeout`"],
      [{ transactions: { timeout: -1 } }, "`timeout`"],
      [{ transactions: { foo: 2 } }, '"foo"'],
      [{ config: { readonly: true } }, "`readonly`"],
    ] as const
  ) {
    const error = assertThrows(() => new ORM({ driver, ...options as object }), ValidationError);
    assertEquals(error.code, "INVALID_OPTIONS");
    assertStringIncludes(error.message, says);
  }
  const same = new ORM({ driver, transactions: { timeout: 20 }, config: {} });
  assertEquals(await same.transaction(() => Promise.resolve(1)), 1);

  // Disconnected, the driver is free again: what the next ORM says holds.
  await first.disconnect();
  const next = new ORM({ driver, transactions: { timeout: 5_000 } });
  const Item = next.define("app", "items", { id: { type: DataTypes.INTEGER, primaryKey: true } });
  await next.transaction(async () => {
    await new Promise((resolve) => setTimeout(resolve, 60));
    await Item.create({ id: 1 });
  });
  assertEquals(await Item.count(), 1);
});

test("an ORM whose driver could not connect does not stand in the way of the next", async () => {
  let refuses = true;
  const driver = toAsyncDriver(new MemoryDriver());
  const { connect } = driver;
  driver.connect = (config) => refuses ? Promise.reject(new Error("not now")) : connect(config);
  await assertRejects(() => Promise.resolve(new ORM({ driver }).ready()), Error, "not now");
  refuses = false;
  const orm = new ORM({ driver, transactions: { timeout: 100 } });
  assertEquals(await orm.transaction(() => Promise.resolve(1)), 1);
});
