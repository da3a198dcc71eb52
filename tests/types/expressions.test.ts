import { assertEquals } from "@std/assert";
import { DataTypes, now, ORM, type } from "../../mod.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { expectType } from "../support/expect_type.ts";
import { describe, test } from "../support/runner.ts";

const orm = new ORM({ driver: new MemoryDriver() });
const Order = orm.define("app", "orders", {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  price: { type: DataTypes.INTEGER, notNull: true },
  quantity: { type: DataTypes.INTEGER },
  total: { type: DataTypes.INTEGER },
  paid: { type: DataTypes.INTEGER, notNull: true, default: 0 },
  state: { type: DataTypes.TEXT, notNull: true, values: ["open", "paid"], default: "open" },
  name: { type: DataTypes.TEXT, notNull: true },
  placedAt: { type: DataTypes.DATETIME, notNull: true },
  data: { type: DataTypes.JSON, as: type<{ tags: string[] }>() },
  any: { type: DataTypes.JSON },
  on: { type: DataTypes.BOOLEAN, notNull: true },
});

describe("types of functions of the row:", () => {
  test("a condition compares columns of one kind and names those there are", () => {
    Order.findAll({ where: (o) => o.paid.lt(o.total) });
    Order.findAll({ where: (o) => o.name.lower().eq("ada").and(o.state.eq("open")).and(o.on) });
    Order.findAll({ where: { state: "open", $and: [(o) => o.paid.lt(o.total)] } });
    Order.findAll({
      where: (o) => [o.on, o.data.at("tags").has("x"), o.placedAt.startOf("month").lte(new Date())],
    });
    Order.count({ $not: (o) => o.quantity.orElse(1).gt(2) });
    // @ts-expect-error a misspelt column beside a function
    const stat = () => Order.findAll({ where: { stat: "open", $and: [(o) => o.paid.lt(1)] } });
    // @ts-expect-error a misspelt column inside a function
    const prise = () => Order.findAll({ where: (o) => o.prise.lt(1) });
    // @ts-expect-error a number is no condition
    const number = () => Order.findAll({ where: (o) => o.paid });
    // @ts-expect-error text is compared with text
    const text = () => Order.findAll({ where: (o) => o.name.eq(o.paid) });
    // @ts-expect-error a Promise is no condition
    const later = () => Order.findAll({ where: (o) => Promise.resolve(o.paid.lt(1)) });
    assertEquals([stat, prise, number, text, later].length, 5);
  });

  test("an order takes columns and functions that give a value with an order", () => {
    Order.findAll({ orderBy: [[(o) => o.price.times(o.quantity), "DESC NULLS LAST"], ["name", "ASC"]] });
    Order.findOne({ orderBy: [[(o) => o.name.lower(), "ASC"]], select: ["id"] });
    Order.iterate({ orderBy: [[(o) => o.placedAt.startOf("month"), "ASC"], ["total", "ASC NULLS LAST"]] });
    // @ts-expect-error a misspelt column
    const prise = () => Order.findAll({ orderBy: [[(o) => o.prise, "ASC"]] });
    // @ts-expect-error JSON has no order
    const json = () => Order.findAll({ orderBy: [[(o) => o.data, "ASC"]] });
    // @ts-expect-error no such direction
    const up = () => Order.findAll({ orderBy: [[(o) => o.price, "UP"]] });
    // @ts-expect-error a page is ordered by columns
    const page = () => Order.paginate({ orderBy: [[(o) => o.price.plus(1), "ASC"]] });
    // @ts-expect-error a page has nulls where they are by themselves
    const last = () => Order.paginate({ orderBy: [["total", "ASC NULLS LAST"]] });
    assertEquals([prise, json, up, page, last].length, 5);
  });

  test("now stands where a point in time does", () => {
    Order.update({ placedAt: now }, { id: 1 });
    Order.count({ placedAt: { $between: [new Date(0), now] } });
    Order.count((o) => o.placedAt.startOf("day").eq(now).or(o.placedAt.minus(now).gt(0)));
    const refused = () => {
      // @ts-expect-error no point in time is a number here
      Order.update({ price: now }, { id: 1 });
      // @ts-expect-error any other function computes of the row
      Order.update({ placedAt: () => new Date() }, { id: 1 });
    };
    assertEquals(typeof refused, "function");
  });

  test("groups are made of columns and functions by name, and have the types of what is computed", () => {
    const named = Order.groupBy({
      by: { state: "state", month: (o) => o.placedAt.startOf("month"), n: "quantity" },
      aggregates: {
        cents: { sum: (o) => o.price.times(o.quantity) },
        late: { count: "*", where: (o) => o.paid.lt(o.total) },
        top: { max: (o) => o.name.lower() },
        least: { min: "placedAt", where: { state: "open" } },
      },
      having: (g) => [g.cents.gt(1000), g.state.eq("open")],
      orderBy: [["month", "DESC"], ["cents", "ASC"]],
    });
    expectType(named).toBe<
      {
        state: "open" | "paid";
        month: Date;
        n: number | null;
        cents: number;
        late: number;
        top: string | null;
        least: Date | null;
      }[]
    >();
    expectType(Order.groupBy({ by: ["state", "total"] })).toBe<
      { state: "open" | "paid"; total: number | null }[]
    >();
    const one = { n: { count: "*" } } as const;
    expectType(Order.groupBy({ by: ["state"], aggregates: one, having: { n: { $gt: 1 } } })).toBe<
      { state: "open" | "paid"; n: number }[]
    >();
    expectType(Order.aggregate({ n: { avg: (o) => o.price.plus(1), where: { state: "open" } } })).toBe<
      { n: number | null }
    >();
    const ordered = Order.groupBy({
      by: ["state"],
      aggregates: { n: { sum: (o) => o.price.plus(1) } },
      orderBy: [["n", "ASC"]],
    });
    expectType(ordered).toBe<{ state: "open" | "paid"; n: number }[]>();
    const refused = () => {
      // @ts-expect-error a misspelt column
      Order.groupBy({ by: { s: "stat" } });
      // @ts-expect-error JSON has no order
      Order.groupBy({ by: { s: (o) => o.data } });
      // @ts-expect-error a sum of text
      Order.groupBy({ by: ["state"], aggregates: { n: { sum: (o) => o.name } } });
      // @ts-expect-error a misspelt aggregate in having
      Order.groupBy({ by: ["state"], aggregates: one, having: (g) => g.m.gt(1) });
      // @ts-expect-error the same in an object
      Order.groupBy({ by: ["state"], aggregates: one, having: { m: 1 } });
      // @ts-expect-error an order by what is not in the group
      Order.groupBy({ by: ["state"], aggregates: one, orderBy: [["id", "ASC"]] });
    };
    assertEquals(typeof refused, "function");
  });
});
