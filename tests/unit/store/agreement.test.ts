import { assertEquals } from "@std/assert";
import { MemoryDriver } from "../../../drivers/memory.ts";
import {
  type AsyncDriver,
  type Capabilities,
  OPERATORS,
  type SyncDriver,
} from "../../../src/contract/mod.ts";
import { NaiveDriver, SlowNaiveDriver } from "../../support/naive_driver.ts";
import { type Random, random } from "../../support/random.ts";
import { describe, test } from "../../support/runner.ts";
import { FakeDatabase } from "./fake_database.ts";
import { LimitedDriver } from "./limited_driver.ts";
import { makeIndexes, type RandomCall, randomCall, randomSchemas } from "./random_calls.ts";
import { describeFailure } from "./support.ts";

const CALLS = 120;

describe("ComposedStore and the reference agree", () => {
  test("with a naive driver", () => {
    for (let seed = 1; seed <= 40; seed++) compare(seed, new NaiveDriver());
  });

  test("with a naive driver that takes snapshots", () => {
    const capabilities = { transactions: "exclusive" } as const;
    for (let seed = 41; seed <= 60; seed++) compare(seed, new NaiveDriver({ snapshots: true, capabilities }));
  });

  test("with drivers that declare some of everything", () => {
    for (let seed = 101; seed <= 200; seed++) {
      const driver = new LimitedDriver(randomCapabilities(random(seed)), seed % 2 === 0);
      driver.connect();
      compare(seed, driver, true);
    }
  });

  test("with a slow naive driver", async () => {
    await compareSlow(61, new SlowNaiveDriver());
  });
});

function compare(seed: number, driver: SyncDriver, isEither = false): void {
  const chance = random(seed);
  const schemas = randomSchemas(chance);
  const reference = make(connected(), schemas);
  const composed = make(driver, schemas);
  makeIndexes(reference);
  makeIndexes(composed);
  for (let i = 0; i < CALLS; i++) {
    const call = randomCall(chance);
    const message = `seed ${seed}, call ${i}: ${call.what}`;
    const expected = outcome(reference, call);
    const found = outcome(composed, call);
    if (!isSameMistake(found, expected, isEither)) assertEquals(found, expected, message);
    for (const name of Object.keys(schemas)) {
      assertEquals(rows(composed, name), rows(reference, name), message);
    }
  }
}

async function compareSlow(seed: number, driver: AsyncDriver): Promise<void> {
  const chance = random(seed);
  const schemas = randomSchemas(chance);
  const reference = make(connected(), schemas);
  const composed = define(driver, schemas);
  for (const table of composed.tables.values()) await table.create();
  makeIndexes(reference);
  await Promise.all(makeIndexes(composed));
  for (let i = 0; i < CALLS; i++) {
    const call = randomCall(chance);
    const message = `seed ${seed}, call ${i}: ${call.what}`;
    let result: unknown;
    try {
      result = await call.run(composed);
    } catch (error) {
      result = withoutDriver(error);
    }
    assertEquals(result, outcome(reference, call), message);
    for (const name of Object.keys(schemas)) {
      assertEquals(await rows(composed, name), rows(reference, name), message);
    }
  }
}

function randomCapabilities(chance: Random): Capabilities {
  const flag = () => chance.oneIn(2);
  const orderBy = flag();
  const transactions = ([undefined, "exclusive", "concurrent"] as const)[chance.int(3)];
  const unique = flag();
  return {
    nativeTypes: (["date", "bytes", "bigint"] as const).filter(flag),
    ...(flag() && { operators: OPERATORS.filter(() => !chance.oneIn(4)) }),
    logic: flag(),
    jsonPaths: flag(),
    orderBy,
    limit: orderBy && flag(),
    select: flag(),
    unique,
    uniqueIndexes: unique && flag(),
    partialIndexes: flag(),
    references: unique && flag(),
    ...(transactions && { transactions, savepoints: flag() }),
  };
}

function connected(): MemoryDriver {
  const driver = new MemoryDriver();
  driver.connect({});
  return driver;
}

type Schemas = ReturnType<typeof randomSchemas>;

function make(driver: SyncDriver, schemas: Schemas): FakeDatabase {
  const database = define(driver, schemas);
  for (const table of database.tables.values()) table.create();
  return database;
}

function define(driver: SyncDriver | AsyncDriver, schemas: Schemas): FakeDatabase {
  const database = new FakeDatabase(driver);
  for (const [name, schema] of Object.entries(schemas)) database.define(name, schema);
  return database;
}

function outcome(database: FakeDatabase, call: RandomCall): unknown {
  try {
    return call.run(database);
  } catch (error) {
    return withoutDriver(error);
  }
}

/**
 * Whether two calls broke a constraint of one table. Of several that one call breaks, the first depends on the order of the
 * rows and, when the driver enforces some, on who looks first.
 */
function isSameMistake(found: unknown, expected: unknown, isEither: boolean): boolean {
  const names = [found, expected].map((each) =>
    typeof each === "object" && each !== null && "name" in each && "table" in each
      ? [each.name, each.table]
      : []
  );
  const [first, second] = names as [unknown[], unknown[]];
  const isConstraint = (name: unknown) =>
    name === "UniqueConstraintError" || name === "ForeignKeyConstraintError";
  if (!isConstraint(first[0]) || !isConstraint(second[0])) return false;
  return isEither || (first[0] === second[0] && first[1] === second[1]);
}

function withoutDriver(error: unknown): unknown {
  return { ...describeFailure(error), driver: "" };
}

function rows(database: FakeDatabase, name: string): unknown {
  return database.tables.get(name)?.select();
}
