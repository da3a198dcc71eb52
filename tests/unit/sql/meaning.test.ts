import { assertEquals } from "@std/assert";
import { MemoryDriver } from "../../../drivers/memory.ts";
import type { QueryOptions } from "../../../src/contract/mod.ts";
import { random } from "../../support/random.ts";
import { describe, test } from "../../support/runner.ts";
import { everyKind, randomRow, randomValue, randomWhere } from "./random_where.ts";
import { sqliteDrivers, withDriver } from "./sqlite_drivers.ts";

const COLUMNS = Object.keys(everyKind).filter((name) => name !== "json");
const ROUNDS = 6;
const SEARCHES = 250;

for (const each of sqliteDrivers) {
  describe(`${each.name}: random conditions`, () => {
    test("find, count, change and group the same rows as in memory", () => {
      for (let round = 0; round < ROUNDS; round++) compare(each, round);
    });
  });
}

function compare(each: (typeof sqliteDrivers)[number], seed: number): void {
  const r = random(seed);
  const memory = new MemoryDriver();
  memory.connect({});
  memory.createTable("app", "t", everyKind);
  withDriver(each, { t: everyKind }, (driver) => {
    const rows = Array.from({ length: 30 }, (_, id) => randomRow(r, id));
    for (const one of [memory, driver]) {
      one.bulkInsert("app", "t", structuredClone(rows));
      one.createIndex("app", "t", "word", { columns: ["word"] });
      one.createIndex("app", "t", "real_big", { columns: ["real", "big"] });
      one.createIndex("app", "t", "blob", { columns: ["blob"] });
    }
    for (let i = 0; i < SEARCHES; i++) {
      const where = randomWhere(r);
      const options: QueryOptions = { where, ...randomPage(r) };
      const about = `seed ${seed}, search ${i}`;
      assertEquals(driver.findAll("app", "t", options), memory.findAll("app", "t", options), about);
      assertEquals(driver.count("app", "t", where), memory.count("app", "t", where), about);
      if (r.oneIn(10)) {
        const column = COLUMNS.filter((name) => name !== "id")[r.int(COLUMNS.length - 1)] as string;
        const data = { [column]: randomValue(r, column) };
        assertEquals(driver.update("app", "t", data, where), memory.update("app", "t", data, where), about);
        assertEquals(driver.findAll("app", "t", {}), memory.findAll("app", "t", {}), about);
      }
      if (r.oneIn(10)) {
        const by = [COLUMNS[r.int(COLUMNS.length)] as string];
        const terms = [
          { as: "rows", operation: "count" },
          { as: "words", operation: "countDistinct", column: "word" },
          { as: "mean", operation: "avg", column: "big" },
          { as: "most", operation: "max", column: COLUMNS[r.int(COLUMNS.length)] as string },
          { as: "least", operation: "min", column: COLUMNS[r.int(COLUMNS.length)] as string },
        ] as const;
        const plan = { by, terms, where: null, params: [] };
        assertEquals(driver.group("app", "t", plan), memory.group("app", "t", plan), about);
      }
    }
  });
}

function randomPage(r: ReturnType<typeof random>): QueryOptions {
  const first = COLUMNS[r.int(COLUMNS.length)] as string;
  const direction = r.oneIn(2) ? "ASC" : "DESC";
  const rest = first === "id" ? [] : [["id", "ASC"] as const];
  return {
    orderBy: [[first, direction], ...rest],
    ...(r.oneIn(3) ? { limit: r.int(8) } : null),
    ...(r.oneIn(4) ? { offset: r.int(5) } : null),
    ...(r.oneIn(4) ? { select: ["id", first].filter((name, i, all) => all.indexOf(name) === i) } : null),
  };
}
