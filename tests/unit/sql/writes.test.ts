import { assertEquals } from "@std/assert";
import { MemoryDriver } from "../../../drivers/memory.ts";
import type { TableSchema } from "../../../src/contract/mod.ts";
import { sqlDriver } from "../../../src/sql/sql_driver.ts";
import { random } from "../../support/random.ts";
import { describe, test } from "../../support/runner.ts";
import { outcome, RandomWrites } from "./random_writes.ts";
import { smallProvider } from "./small_engine.ts";
import { sqliteDrivers } from "./sqlite_drivers.ts";

const ROUNDS = 60;
const STEPS = 30;

const drivers = [
  ...sqliteDrivers.map(({ name, make }) => ({ name, make: () => make({ databases: { app: ":memory:" } }) })),
  { name: "sqlDriver of a small engine", make: () => sqlDriver(smallProvider) },
];

for (const { name, make } of drivers) {
  describe(`${name}: random writes`, () => {
    test("leave the same rows and are refused for the same reasons as in memory", () => {
      for (let seed = 0; seed < ROUNDS; seed++) {
        const writes = new RandomWrites(random(seed));
        const [memory, driver] = [new MemoryDriver(), make()];
        for (const one of [memory, driver]) {
          one.connect({});
          for (const table of Object.keys(writes.tables)) {
            one.createTable("app", table, writes.tables[table] as TableSchema);
          }
        }
        for (let i = 0; i < STEPS; i++) {
          const step = writes.step();
          const about = `seed ${seed}, step ${i}`;
          assertEquals(outcome(() => step(driver)), outcome(() => step(memory)), about);
          for (const table of Object.keys(writes.tables)) {
            assertEquals(driver.findAll("app", table, {}), memory.findAll("app", table, {}), about);
          }
        }
        driver.disconnect();
      }
    });
  });
}
