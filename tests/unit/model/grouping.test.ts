import { assertEquals, assertThrows } from "@std/assert";
import { DataTypes, ORM, ValidationError } from "../../../mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";
import { describe, test } from "../../support/runner.ts";

function define() {
  const orm = new ORM({ driver: new MemoryDriver() });
  const Sale = orm.define("app", "sales", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    shop: { type: DataTypes.TEXT },
    amount: { type: DataTypes.REAL },
    note: { type: DataTypes.JSON },
  });
  Sale.bulkCreate([
    { shop: "b", amount: 1 },
    { shop: "a", amount: 2 },
    { shop: "b", amount: 3.5 },
    { shop: null, amount: null },
  ]);
  return Sale;
}

describe("groupBy", () => {
  test("keeps, orders and limits the groups", () => {
    const Sale = define();
    const aggregates = { n: { count: "*" }, total: { sum: "amount" } } as const;
    assertEquals(Sale.groupBy({ by: ["shop"], aggregates }), [
      { shop: null, n: 1, total: 0 },
      { shop: "a", n: 1, total: 2 },
      { shop: "b", n: 2, total: 4.5 },
    ]);
    assertEquals(
      Sale.groupBy({ by: ["shop"], aggregates, having: { n: 1 }, orderBy: [["total", "DESC"]], limit: 1 }),
      [
        { shop: "a", n: 1, total: 2 },
      ],
    );
    assertEquals(Sale.groupBy({ by: ["shop"], aggregates, orderBy: [["n", "ASC"]], offset: 1 }), [
      { shop: "a", n: 1, total: 2 },
      { shop: "b", n: 2, total: 4.5 },
    ]);
  });

  test("refuses what is no aggregate, an unknown column, and names that would change a prototype", () => {
    const Sale = define();
    const refused: unknown[] = [
      { by: ["shop"], aggregates: { n: { median: "amount" } } },
      { by: ["shop"], aggregates: { n: { count: "*", sum: "amount" } } },
      { by: ["shop"], aggregates: { n: { sum: "shop" } } },
      { by: ["shop"], aggregates: { n: { max: "note" } } },
      { by: ["note"], aggregates: { n: { count: "*" } } },
      { by: ["sohp"], aggregates: { n: { count: "*" } } },
      { by: ["shop", "shop"], aggregates: { n: { count: "*" } } },
      { by: ["shop"], aggregates: { shop: { count: "*" } } },
      { by: [], aggregates: {} },
      { by: ["shop"], aggregates: JSON.parse('{"__proto__":{"max":"amount"}}') },
      { by: ["shop"], aggregates: { n: { count: "*" } }, haivng: {} },
      { by: ["shop"], aggregates: { n: { count: "*" } }, having: { m: 1 } },
    ];
    for (const options of refused) assertThrows(() => Sale.groupBy(options as never), ValidationError);
    assertThrows(() => Sale.aggregate(JSON.parse('{"__proto__":{"max":"amount"}}')), ValidationError);
  });
});
