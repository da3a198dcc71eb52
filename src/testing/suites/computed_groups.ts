import { ValidationError } from "../../errors/mod.ts";
import type { Exprs } from "../../types/expression.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** What groups are made of and aggregates are of when it is computed. */
export const computedGroups: readonly TestCase[] = [
  promise("groupBy: functions of the row and columns make groups, by the names they get", async (world) => {
    const Sale = await filled(world);
    expectEqual(
      await Sale.groupBy({
        by: { month: (s: Sold) => s.at.startOf("month"), kind: "state" },
        aggregates: { n: { count: "*" }, cents: { sum: (s: Sold) => s.price.times(s.quantity) } },
      }),
      [
        { month: null, kind: "open", n: 1, cents: 0 },
        { month: day("2026-01-01"), kind: "open", n: 1, cents: 30 },
        { month: day("2026-01-01"), kind: "paid", n: 2, cents: 19 },
        { month: day("2026-02-01"), kind: "paid", n: 1, cents: 8 },
      ],
    );
    expectEqual(await Sale.groupBy({ by: { state: "state", dear: (s: Sold) => s.price.gt(4) } }), [
      { state: "open", dear: false },
      { state: "open", dear: true },
      { state: "paid", dear: false },
      { state: "paid", dear: true },
    ]);
    const half = (s: Sold) => s.price.dividedBy(2);
    expectEqual(
      await Sale.groupBy({ by: { half, plain: (s: Sold) => s.state }, where: { id: { $lt: 3 } } }),
      [
        { half: 1.5, plain: "paid" },
        { half: 5, plain: "open" },
      ],
    );
  }),
  promise("groupBy: without aggregates it gives the different values", async (world) => {
    const Sale = await filled(world);
    expectEqual(await Sale.groupBy({ by: ["state"] }), [{ state: "open" }, { state: "paid" }]);
    expectEqual(await Sale.groupBy({ by: ["state", "quantity"], where: { price: { $lt: 5 } } }), [
      { state: "open", quantity: 1 },
      { state: "paid", quantity: 2 },
      { state: "paid", quantity: 3 },
    ]);
    await expectFailure(() => Sale.groupBy({ by: [] }), { error: ValidationError, code: "INVALID_OPTIONS" });
    await expectFailure(() => Sale.groupBy({ by: {} }), { error: ValidationError, code: "INVALID_OPTIONS" });
  }),
  promise("aggregate: functions of the row, of the rows of a condition of their own", async (world) => {
    const Sale = await filled(world);
    expectEqual(
      await Sale.aggregate({
        cents: { sum: (s: Sold) => s.price.times(s.quantity) },
        paid: { sum: (s: Sold) => s.price.times(s.quantity), where: { state: "paid" } },
        mean: { avg: (s: Sold) => s.price.plus(0.5), where: (s: Sold) => s.quantity.gt(1) },
        big: { sum: (s: Sold) => s.big.plus(1n) },
        open: { count: "*", where: { state: "open" } },
        known: { count: (s: Sold) => s.at.startOf("year") },
        months: { countDistinct: (s: Sold) => s.at.startOf("month") },
        last: { max: (s: Sold) => s.at.startOf("day"), where: { state: "paid" } },
        least: { min: (s: Sold) => s.state.concat("!") },
        none: { min: "price", where: { id: 99 } },
        nothing: { sum: "price", where: { id: 99 } },
        all: { count: "*", where: {} },
      }, { id: { $ne: 4 } }),
      {
        cents: 57,
        paid: 27,
        mean: 6,
        big: 2n ** 60n + 1n,
        open: 1,
        known: 4,
        months: 2,
        last: day("2026-02-11"),
        least: "open!",
        none: null,
        nothing: 0,
        all: 4,
      },
    );
  }),
  promise("groupBy: having and orderBy take what is computed", async (world) => {
    const Sale = await filled(world);
    const options = {
      by: { state: "state", month: (s: Sold) => s.at.startOf("month") },
      aggregates: { cents: { sum: (s: Sold) => s.price.times(s.quantity) }, n: { count: "*" } },
    };
    const months = async (more: object): Promise<unknown[]> =>
      (await Sale.groupBy({ ...options, ...more })).map(({ cents }) => cents);
    type Summed = Exprs<{ cents: number; n: number; month: Date | null }>;
    expectEqual(await months({ having: (g: Summed) => g.cents.gt(10) }), [30, 19]);
    expectEqual(await months({ having: (g: Summed) => [g.cents.times(g.n).gte(30), g.month.ne(null)] }), [
      30,
      19,
    ]);
    expectEqual(await months({ having: { cents: { $gt: 10 } }, orderBy: [["cents", "ASC"]] }), [19, 30]);
    expectEqual(await months({ orderBy: [["month", "DESC"]], limit: 2 }), [8, 19]);
    expectEqual(await months({ orderBy: [["n", "DESC"]], offset: 1, limit: 1 }), [8]);
  }),
  promise("groupBy: a value that there is not is refused, of the rows that are considered", async (world) => {
    const Sale = await filled(world);
    const refused = { error: ValidationError, code: "OUT_OF_RANGE", table: "sold" };
    const far = (s: Sold) => s.price.times(2 ** 52);
    await expectFailure(() => Sale.groupBy({ by: { far } }), refused);
    await expectFailure(() => Sale.aggregate({ far: { max: far } }), refused);
    await expectFailure(() => Sale.aggregate({ far: { sum: (s: Sold) => s.price.times(2 ** 50) } }), refused);
    expectEqual(await Sale.aggregate({ far: { max: far, where: { price: 0 } } }), { far: 0 });
  }),
  promise("groupBy: what makes no sense computed is refused", async (world) => {
    const Sale = await filled(world);
    const bad: readonly object[] = [
      { by: { data: (s: Sold) => s.data } },
      { by: { data: "data" } },
      { by: { place: (s: Sold) => (s.data as never as { at(path: string): unknown }).at("a") } },
      { by: { "a.b": "state" } },
      { by: { x: () => 1 } },
      { by: { x: "nothing" } },
      { by: { x: null } },
      { by: "state" },
      { by: { n: "state" }, aggregates: { n: { count: "*" } } },
      { by: ["state"], aggregates: { n: { sum: (s: Sold) => s.state } } },
      { by: ["state"], aggregates: { n: { max: (s: Sold) => s.data } } },
      { by: ["state"], aggregates: { n: { count: "*", where: { nothing: 1 } } } },
      { by: ["state"], aggregates: { n: { count: "*", where: { id: { $in: Sale.pick("id") } } } } },
      { by: ["state"], aggregates: { n: { count: "*", were: {} } } },
      { by: ["state"], aggregates: { n: { count: "*" } }, having: (g: Exprs<{ m: number }>) => g.m.gt(1) },
    ];
    for (const options of bad) await expectFailure(() => Sale.groupBy(options), { error: ValidationError });
  }),
];

type Sold = Exprs<{
  id: number;
  state: string;
  price: number;
  quantity: number | null;
  big: bigint | null;
  at: Date | null;
  data: object | null;
}>;

const day = (text: string): Date => new Date(`${text}T00:00:00.000Z`);

async function filled(world: World): Promise<TestModel> {
  const schema = {
    id: { type: "INTEGER", primaryKey: true },
    state: { type: "TEXT", notNull: true },
    price: { type: "INTEGER", notNull: true },
    quantity: { type: "INTEGER" },
    big: { type: "INTEGER", bigint: true },
    at: { type: "DATETIME" },
    data: { type: "JSON" },
  };
  return await world.filled("sold", schema, [
    { id: 1, state: "paid", price: 3, quantity: 3, at: new Date("2026-01-03T10:00:00Z"), big: 2n ** 60n },
    { id: 2, state: "open", price: 10, quantity: 3, at: new Date("2026-01-30T10:00:00Z"), data: { a: 1 } },
    { id: 3, state: "paid", price: 5, quantity: 2, at: new Date("2026-01-31T23:59:59.999Z") },
    { id: 4, state: "open", price: 0, quantity: 1 },
    { id: 5, state: "paid", price: 4, quantity: 2, at: new Date("2026-02-11T12:00:00Z") },
  ]);
}
