import { assertEquals, assertNotEquals } from "@std/assert";
import { MemoryDriver } from "../../drivers/memory.ts";
import { type AsyncDriver, DataTypes, RinariError, toAsyncDriver } from "../../mod.ts";
import { describe } from "../support/runner.ts";
import { testKV, withDriver } from "./open_kv.ts";

const ROWS = {
  last: { type: DataTypes.TEXT, unique: true },
  key: { type: DataTypes.INTEGER, primaryKey: true, notNull: true },
  first: { type: DataTypes.TEXT, unique: true },
  must: { type: DataTypes.TEXT, notNull: true },
  parent: { type: DataTypes.TEXT, references: { table: "parents", column: "id" } },
  a: { type: DataTypes.INTEGER },
  b: { type: DataTypes.INTEGER },
} as const;

const row = (key: number, values: Record<string, unknown> = {}): Record<string, unknown> => ({
  last: `l${key}`,
  key,
  first: `f${key}`,
  must: "m",
  parent: null,
  a: key,
  b: key,
  ...values,
});

/** What violates several constraints at once, by what it does. */
const violations: readonly [string, (driver: AsyncDriver) => Promise<unknown>][] = [
  ["insert: key and all", (driver) => driver.insert("d", "rows", row(1))],
  ["insert: unique columns", (driver) => driver.insert("d", "rows", row(3, { first: "f1", last: "l2" }))],
  [
    "insert: index before column",
    (driver) => driver.insert("d", "rows", row(3, { a: 1, b: 2, first: "f1" })),
  ],
  ["insert: two indexes", (driver) => driver.insert("d", "rows", row(3, { a: 1, b: 2 }))],
  ["insert: null and unique", (driver) => driver.insert("d", "rows", row(3, { must: null, first: "f1" }))],
  ["insert: parent and unique", (driver) => driver.insert("d", "rows", row(3, { parent: "x", first: "f1" }))],
  ["insert: parent and null", (driver) => driver.insert("d", "rows", row(3, { parent: "x", must: null }))],
  [
    "bulk: an earlier row's index, a later row's key",
    (driver) => driver.bulkInsert("d", "rows", [row(3, { b: 2 }), row(1)]),
  ],
  [
    "bulk: each other",
    (driver) => driver.bulkInsert("d", "rows", [row(3), row(4, { first: "f3", last: "l3", a: 3 })]),
  ],
  [
    "bulk: a parent, then a key",
    (driver) => driver.bulkInsert("d", "rows", [row(3, { parent: "x" }), row(1)]),
  ],
  ["update: columns", (driver) => driver.update("d", "rows", { first: "f1", last: "l1" }, { key: 2 })],
  ["update: key and columns", (driver) => driver.update("d", "rows", { key: 1, last: "l1" }, { key: 2 })],
  ["update: indexes", (driver) => driver.update("d", "rows", { b: 1, a: 1 }, { key: 2 })],
  [
    "update: several rows",
    (driver) => driver.update("d", "rows", { a: 9, first: "f9" }, { key: { $gt: 0 } }),
  ],
  [
    "update: parent and column",
    (driver) => driver.update("d", "rows", { parent: "x", last: "l1" }, { key: 2 }),
  ],
  [
    "upsert: columns that are not the conflict's",
    (driver) =>
      driver.upsert?.("d", "rows", row(2, { first: "f1", last: "l1" }), {
        conflict: ["key"],
        set: ["first", "last"],
      }) as Promise<unknown>,
  ],
  [
    "in a transaction",
    (driver) =>
      driver.transaction(async () => {
        await driver.insert("d", "rows", row(3));
        await driver.insert("d", "rows", row(4, { first: "f3", last: "l1" }));
      }),
  ],
];

const NOTHING = "nothing was violated";

async function prepare(driver: AsyncDriver): Promise<void> {
  await driver.connect({});
  await driver.createTable("d", "parents", { id: { type: DataTypes.TEXT, primaryKey: true, notNull: true } });
  await driver.createTable("d", "rows", ROWS);
  await driver.createIndex("d", "rows", "z_first_made", { columns: ["b"], unique: true });
  await driver.createIndex("d", "rows", "a_second_made", { columns: ["a"], unique: true });
  await driver.bulkInsert("d", "rows", [row(1), row(2)]);
}

async function violate(
  driver: AsyncDriver,
  work: (driver: AsyncDriver) => Promise<unknown>,
): Promise<unknown> {
  try {
    await work(driver);
  } catch (error) {
    if (error instanceof RinariError) return [error.code, error.columns];
    throw error;
  }
  return NOTHING;
}

describe("DenoKVDriver", () => {
  testKV(
    "names the same of several violated constraints as the memory driver",
    () =>
      withDriver(async (driver) => {
        const memory = toAsyncDriver(new MemoryDriver());
        for (const each of [driver, memory]) await prepare(each);
        for (const [name, work] of violations) {
          const expected = await violate(memory, work);
          assertNotEquals(expected, NOTHING, name);
          assertEquals([name, await violate(driver, work)], [name, expected]);
        }
        assertEquals(await driver.findAll("d", "rows", {}), await memory.findAll("d", "rows", {}));
      }),
  );
});
