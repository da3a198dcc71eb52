import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { collect } from "../collect.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import type { Exprs } from "../../types/expression.ts";

/** What rows are ordered by when it is computed, and where null goes. */
export const computedOrder: readonly TestCase[] = [
  promise("orderBy: functions of the row stand beside columns, null first ascending", async (world) => {
    const Item = await filled(world);
    const orders: readonly (readonly [orderBy: unknown, ids: readonly number[]])[] = [
      [[[(o: Ordered) => o.price.times(o.quantity), "ASC"]], [3, 1, 4, 2, 5]],
      [[[(o: Ordered) => o.price.times(o.quantity), "DESC"]], [5, 2, 4, 1, 3]],
      [[[(o: Ordered) => o.name.lower(), "ASC"], ["id", "DESC"]], [5, 2, 1, 4, 3]],
      [[["done", "ASC"], [(o: Ordered) => o.name.length(), "DESC"]], [4, 5, 3, 2, 1]],
      [[[(o: Ordered) => o.price.gt(2), "DESC"], [(o: Ordered) => o.at.startOf("month"), "ASC"]], [
        5,
        2,
        3,
        4,
        1,
      ]],
      [[[(o: Ordered) => o.price, "DESC"]], [5, 2, 4, 1, 3]],
      [[[(o: Ordered) => o.at.minus(new Date(0)), "ASC"]], [3, 5, 4, 1, 2]],
      [[["id", "DESC"], [(o: Ordered) => o.price, "ASC"]], [5, 4, 3, 2, 1]],
    ];
    for (const [orderBy, ids] of orders) {
      expectEqual(idsOf(await Item.findAll({ orderBy })), ids);
      expectEqual(
        idsOf(await Item.findAll({ orderBy, select: ["id"], limit: 2, offset: 1 })),
        ids.slice(1, 3),
      );
      expectEqual((await Item.findOne({ orderBy }))?.["id"], ids[0]);
      expectEqual(idsOf(await collect(Item.iterate({ orderBy, limit: 4 }), 4)), ids.slice(0, 4));
      expectEqual(
        idsOf(await Item.findAll({ where: { id: { $lt: 3 } }, orderBy })),
        ids.filter((id) => id < 3),
      );
    }
  }),
  promise("orderBy: NULLS LAST and NULLS FIRST say where null goes", async (world) => {
    const Item = await filled(world);
    const orders: readonly (readonly [orderBy: unknown, ids: readonly number[]])[] = [
      [[["price", "ASC NULLS LAST"]], [1, 4, 2, 5, 3]],
      [[["price", "DESC NULLS FIRST"]], [3, 5, 2, 4, 1]],
      [[["price", "ASC NULLS FIRST"]], [3, 1, 4, 2, 5]],
      [[["price", "DESC NULLS LAST"]], [5, 2, 4, 1, 3]],
      [[["at", "ASC NULLS LAST"], ["price", "DESC NULLS FIRST"]], [5, 4, 1, 2, 3]],
      [[["id", "DESC NULLS FIRST"]], [5, 4, 3, 2, 1]],
      [[[(o: Ordered) => o.price.plus(1), "ASC NULLS LAST"]], [1, 4, 2, 5, 3]],
      [[[(o: Ordered) => o.price.plus(o.quantity), "DESC NULLS FIRST"], ["id", "ASC"]], [3, 5, 4, 2, 1]],
    ];
    for (const [orderBy, ids] of orders) {
      expectEqual(idsOf(await Item.findAll({ orderBy })), ids);
      expectEqual(idsOf(await Item.findAll({ orderBy, limit: 3 })), ids.slice(0, 3));
      expectEqual(idsOf(await collect(Item.iterate({ orderBy }), 5)), ids);
    }
  }),
  promise("orderBy: parameters of a prepared query stand in functions", async (world) => {
    const Item = await filled(world);
    const nearest = Item.prepare(({ to }) => ({
      orderBy: [[(o: Ordered) => o.price.minus(to as number).atLeast(0), "DESC NULLS LAST"]],
      limit: 2,
    }));
    expectEqual(idsOf(await nearest.findAll({ to: 1 })), [5, 2]);
    expectEqual(idsOf(await nearest.findAll({ to: 4 })), [5, 4]);
  }),
  promise("orderBy: what has no value is ordered as null", async (world) => {
    const Item = await filled(world);
    const orderBy = [[(o: Ordered) => o.quantity.times(9_007_199_254_740_991), "DESC"]];
    expectEqual(idsOf(await Item.findAll({ orderBy })), [1, 3, 5, 4, 2]);
    expectEqual(idsOf(await Item.findAll({ where: { id: 2 }, orderBy })), [2]);
    expectEqual((await Item.findOne({ where: { done: true }, orderBy }))?.["id"], 1);
  }),
  promise("orderBy: what has no order, and a page by what is computed, is refused", async (world) => {
    const Item = await filled(world);
    const wrong: readonly (readonly [term: unknown, code: string])[] = [
      [[(o: Ordered) => o.data, "ASC"], "INVALID_OPTIONS"],
      [[(o: Ordered) => o.data.at("a"), "ASC"], "INVALID_EXPRESSION"],
      [[() => 1, "ASC"], "INVALID_EXPRESSION"],
      [[() => "price", "ASC"], "INVALID_EXPRESSION"],
      [[(o: Ordered) => o.price], "INVALID_OPTIONS"],
      [[(o: Ordered) => o.price, "UP"], "INVALID_OPTIONS"],
      [["price", "ASC NULLS"], "INVALID_OPTIONS"],
      [["price", "asc nulls last"], "INVALID_OPTIONS"],
    ];
    for (const [term, code] of wrong) {
      await expectFailure(() => Item.findAll({ orderBy: [term] }), { error: ValidationError, code });
    }
    for (const term of [["price", "ASC NULLS LAST"], [(o: Ordered) => o.price.plus(1), "ASC"]]) {
      await expectFailure(() => Item.paginate({ orderBy: [term] }), {
        error: ValidationError,
        code: "INVALID_OPTIONS",
      });
    }
    expectEqual(
      (await Item.paginate({ orderBy: [[(o: Ordered) => o.price, "DESC"]], size: 2 })).rows.length,
      2,
    );
  }),
  promise("explain: an order by what is computed is told", async (world) => {
    const Item = await filled(world);
    const { steps } = await Item.explain({ orderBy: [[(o: Ordered) => o.price.plus(1), "ASC"]] }) as {
      readonly steps: readonly string[];
    };
    expectEqual(steps.at(-1), "of all these rows, order by what is computed ASC, `id` ASC");
  }),
];

async function filled(world: World): Promise<TestModel> {
  const schema = {
    id: { type: "INTEGER", primaryKey: true },
    name: { type: "TEXT", notNull: true },
    price: { type: "REAL" },
    quantity: { type: "INTEGER", notNull: true },
    done: { type: "BOOLEAN", notNull: true },
    at: { type: "DATETIME" },
    data: { type: "JSON" },
  };
  return await world.filled("ordered", schema, [
    { id: 1, name: "b", price: 0.5, quantity: 1, done: true, at: new Date("2026-03-01T10:00:00Z"), data: 1 },
    {
      id: 2,
      name: "B",
      price: 3,
      quantity: 2,
      done: true,
      at: new Date("2026-03-01T10:00:00.001Z"),
      data: null,
    },
    { id: 3, name: "éé", price: null, quantity: 0, done: true, at: null, data: {} },
    { id: 4, name: "c", price: 1, quantity: 5, done: false, at: new Date("2026-02-28T23:59:59Z"), data: [] },
    { id: 5, name: "Aaaa", price: 4, quantity: 100, done: true, at: new Date("0001-01-01"), data: null },
  ]);
}

function idsOf(rows: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  return rows.map(({ id }) => id);
}

type Ordered = Exprs<{
  readonly id: number;
  readonly name: string;
  readonly price: number | null;
  readonly quantity: number;
  readonly at: Date | null;
  readonly data: object | null;
}>;
