import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { RinariError, ValidationError } from "../../../src/errors/mod.ts";
import { aggregateRows, groupRows } from "../../../src/reference/aggregate.ts";
import { describe, test } from "../../support/runner.ts";
import { tableOf } from "./support.ts";

const table = tableOf({
  i: { type: "INTEGER" },
  g: { type: "INTEGER", bigint: true },
  r: { type: "REAL" },
  t: { type: "TEXT" },
  d: { type: "DATETIME" },
  b: { type: "BLOB" },
  j: { type: "JSON" },
});
type Operation = "count" | "countDistinct" | "sum" | "avg" | "min" | "max";
const over = (operation: Operation, column: string, values: readonly unknown[]) =>
  aggregateRows(table, { operation, column }, values.map((value) => ({ [column]: value })));

describe("aggregateRows", () => {
  test("of nothing gives 0 for count and sum, null for the others", () => {
    for (const values of [[], [null, null]]) {
      assertEquals(over("count", "i", values), 0);
      assertEquals(over("countDistinct", "i", values), 0);
      assertEquals(over("sum", "i", values), 0);
      assertEquals(over("sum", "r", values), 0);
      assertEquals(over("sum", "g", values), 0n);
      assertEquals(over("avg", "i", values), null);
      assertEquals(over("min", "t", values), null);
      assertEquals(over("max", "d", values), null);
    }
  });

  test("count without a column counts rows, with one the values that are not null", () => {
    assertEquals(aggregateRows(table, { operation: "count" }, [{}, {}]), 2);
    assertEquals(over("count", "j", [null, { a: 1 }, "x"]), 2);
  });

  test("countDistinct compares by value", () => {
    assertEquals(over("countDistinct", "d", [new Date(1), new Date(1), new Date(2), null]), 2);
    assertEquals(over("countDistinct", "b", [new Uint8Array([1]), new Uint8Array([1]), new Uint8Array()]), 2);
    assertThrows(() => over("countDistinct", "j", [{ a: 1 }]), ValidationError, "which has no order");
  });

  test("sum and avg of whole numbers are exact", () => {
    assertEquals(over("sum", "i", [1, null, 2]), 3);
    assertEquals(over("avg", "i", [1, null, 2]), 1.5);
    const max = Number.MAX_SAFE_INTEGER;
    assertEquals(over("sum", "i", [max, max, -max]), max);
    assertEquals(over("avg", "i", [max, max]), max);
    assertEquals(over("sum", "g", [2n ** 62n, 2n ** 62n - 1n]), 2n ** 63n - 1n);
    assertEquals(over("avg", "g", [1n, 2n]), 1.5);
  });

  test("sum beyond the column's range is refused", () => {
    const outOfRange = (column: string, values: unknown[]) =>
      assertEquals(assertThrows(() => over("sum", column, values), ValidationError).code, "OUT_OF_RANGE");
    outOfRange("i", [Number.MAX_SAFE_INTEGER, 1]);
    outOfRange("i", [Number.MIN_SAFE_INTEGER, -1]);
    outOfRange("g", [2n ** 63n - 1n, 1n]);
    outOfRange("r", [1e308, 1e308]);
  });

  test("sum of reals is compensated", () => {
    assertEquals(over("sum", "r", [1, 1e100, 1, -1e100]), 2);
    assertEquals(over("sum", "r", Array.from({ length: 10 }, () => 0.1)), 1);
    assertEquals(over("avg", "r", Array.from({ length: 10 }, () => 0.1)), 0.1);
  });

  test("sum of reals is near the exact sum", () => {
    const cents = fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 200 });
    fc.assert(fc.property(cents, (values) => {
      const exact = values.reduce((sum, value) => sum + value, 0) / 100;
      assertAlmostEquals(over("sum", "r", values.map((value) => value / 100)) as number, exact, 1e-9);
    }));
  });

  test("min and max follow the order of the column and ignore null", () => {
    assertEquals(over("min", "t", [null, "b", "😀", "a"]), "a");
    assertEquals(over("max", "t", ["\ue000", "😀", null]), "😀");
    assertEquals(over("max", "g", [5n, 2n ** 53n + 1n, 2n ** 53n]), 2n ** 53n + 1n);
    assertEquals(over("min", "b", [new Uint8Array([2]), new Uint8Array([1, 9])]), new Uint8Array([1, 9]));
  });

  test("min and max give a copy", () => {
    const date = new Date(5);
    (over("max", "d", [date]) as Date).setTime(9);
    assertEquals(date.getTime(), 5);
  });

  test("refuses an aggregate that the column does not have", () => {
    for (const [operation, column] of [["sum", "t"], ["avg", "d"], ["min", "j"]] as const) {
      assertEquals(assertThrows(() => over(operation, column, []), RinariError).code, "INVALID_AGGREGATE");
    }
    assertThrows(() => over("sum", "constructor", []), ValidationError);
    assertThrows(() => aggregateRows(table, { operation: "sum" }, []), ValidationError);
  });
});

describe("groupRows", () => {
  const count = { as: "n", operation: "count" } as const;

  test("without `by` is one group, even of no rows", () => {
    const plan = { by: [], terms: [count, { as: "top", operation: "max", column: "i" }] } as const;
    assertEquals(groupRows(table, plan, []), [{ n: 0, top: null }]);
    assertEquals(groupRows(table, plan, [{ i: 3 }]), [{ n: 1, top: 3 }]);
  });

  test("with `by` and no rows has no group", () => {
    assertEquals(groupRows(table, { by: ["t"], terms: [count] }, []), []);
  });

  test("orders groups by their columns, null being a value and first", () => {
    const rows = [["😀", 1], ["\ue000", 1], [null, 2], ["\ue000", 0], [null, 2]].map(([t, i]) => ({ t, i }));
    assertEquals(groupRows(table, { by: ["t", "i"], terms: [count] }, rows), [
      { t: null, i: 2, n: 2 },
      { t: "\ue000", i: 0, n: 1 },
      { t: "\ue000", i: 1, n: 1 },
      { t: "😀", i: 1, n: 1 },
    ]);
  });

  test("groups dates, bytes and JSON by value, and gives copies", () => {
    const date = new Date(1);
    const groups = groupRows(table, { by: ["d", "b"], terms: [count] }, [
      { d: date, b: new Uint8Array([1]) },
      { d: new Date(1), b: new Uint8Array([1]) },
    ]);
    assertEquals(groups, [{ d: new Date(1), b: new Uint8Array([1]), n: 2 }]);
    (groups[0]?.d as Date).setTime(7);
    assertEquals(date.getTime(), 1);
    assertEquals(
      groupRows(table, { by: ["j"], terms: [count] }, [{ j: { a: 1 } }, { j: [2] }, { j: { a: 1 } }]),
      [
        { j: [2], n: 1 },
        { j: { a: 1 }, n: 2 },
      ],
    );
  });

  test("does not confuse values that look alike when joined", () => {
    const rows = [{ t: "a,b", i: null }, { t: "a", i: 1 }, { t: null, i: 1 }, { t: "null", i: 1 }];
    assertEquals(groupRows(table, { by: ["t", "i"], terms: [count] }, rows).length, 4);
  });

  test("refuses a name that would change the prototype of its rows", () => {
    const terms = [{ as: "__proto__", operation: "max", column: "d" }] as const;
    assertThrows(() => groupRows(table, { by: [], terms }, [{ d: new Date() }]), ValidationError);
  });
});
