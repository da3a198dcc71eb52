import { assert, assertEquals, assertLessOrEqual } from "@std/assert";
import { BUDGETS } from "../../scripts/weight.mjs";
import { weigh } from "../../scripts/weight/measure.mjs";
import { runtime, test } from "../support/runner.ts";

const SQL = /\b(?:SELECT|INSERT INTO|CREATE TABLE|PRAGMA) /;

if (runtime === "node") {
  test("weight: minimal programs stay within their budgets, and one in memory holds no SQL", async () => {
    const weights = new Map((await weigh({ times: false })).map((weight) => [weight.name, weight]));
    for (const [name, budget] of Object.entries(BUDGETS)) {
      const weight = weights.get(name);
      assert(weight !== undefined, `${name} was not weighed`);
      assertLessOrEqual(weight.gzipped, budget.gzipped, `${name}, bytes of the gzipped bundle`);
      assertLessOrEqual(weight.modules, budget.modules, `${name}, modules`);
    }
    assertEquals(SQL.exec(weights.get("Rinari, memory")?.bundle ?? "SELECT "), null);
    assert(SQL.test(weights.get("Rinari, bun-sqlite")?.bundle ?? ""), "the pattern finds SQL");
  }, { timeout: 300_000 });
} else {
  test.skip("weight: minimal programs stay within their budgets", "it bundles by itself: weighed under Node");
}
