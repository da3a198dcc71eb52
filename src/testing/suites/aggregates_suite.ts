import { ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure, expectTrue } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { TestModel } from "../test_model.ts";
import type { World } from "../world.ts";

/** Numbers over many rows, at once and by group. */
export const aggregatesSuite: readonly TestCase[] = [
  promise("sum: of nothing is 0; avg, min and max of nothing are null", nothing),
  promise("sum and avg: leave null out", leaveOut),
  promise("sum: integers are added exactly", exactIntegers),
  promise("sum: a bigint column is added exactly, and gives a bigint", exactBigints),
  promise("sum: what the column's type cannot hold is refused", beyond),
  promise("sum and avg: fractions are added to within 1e-9", fractions),
  promise("aggregate: computes several at once", several),
  promise("aggregate: counts rows, values and different values", counts),
  promise("aggregate: what does not fit its column is refused", misfits),
  promise("groupBy: null is a group, and groups are ordered by their columns", groups),
  promise("groupBy: groups by several columns", severalColumns),
  promise("groupBy: having keeps the groups that match", having),
  promise("groupBy: orderBy, limit and offset apply to the groups", ordered),
  promise("groupBy: groups only the rows that match", filtered),
  promise("groupBy: without columns all rows are one group", oneGroup),
  promise("groupBy: what makes no sense is refused", nonsense),
];

const schema = {
  id: { type: "INTEGER", primaryKey: true },
  kind: { type: "TEXT" },
  n: { type: "INTEGER" },
  big: { type: "INTEGER", bigint: true },
  r: { type: "REAL" },
  on: { type: "BOOLEAN" },
  day: { type: "DATE" },
  data: { type: "JSON" },
} as const;

const day = (text: string): Date => new Date(`${text}T00:00:00.000Z`);

async function sales(world: World): Promise<TestModel> {
  return await world.filled("sales", schema, [
    { id: 1, kind: "a", n: 1, r: 0.5, on: true, day: "2024-01-01", big: 2n ** 60n },
    { id: 2, kind: "b", n: 2, r: 1.5, on: true, day: "2024-01-02" },
    { id: 3, kind: "a", n: 4, on: false, day: "2024-01-01", big: 5n },
    { id: 4, kind: null, n: 8, r: -2 },
    { id: 5, kind: "a", n: null, r: 10, on: true, data: { x: 1 } },
    { id: 6, kind: "A", n: 16, on: true },
    { id: 7, kind: null, n: 32, on: null },
  ]);
}

async function nothing(world: World): Promise<void> {
  const Sale = world.define("sales", schema);
  expectEqual([await Sale.sum("n"), await Sale.sum("r"), await Sale.sum("big")], [0, 0, 0n]);
  expectEqual([await Sale.avg("n"), await Sale.avg("big"), await Sale.avg("r")], [null, null, null]);
  for (const name of ["kind", "n", "big", "r", "on", "day"]) {
    expectEqual([await Sale.min(name), await Sale.max(name)], [null, null]);
  }
  await Sale.create({ id: 1 });
  expectEqual([await Sale.sum("n"), await Sale.avg("n"), await Sale.min("kind")], [0, null, null]);
  expectEqual(await Sale.aggregate({ rows: { count: "*" }, filled: { count: "n" } }), { rows: 1, filled: 0 });
}

async function leaveOut(world: World): Promise<void> {
  const Sale = await sales(world);
  expectEqual([await Sale.sum("n"), await Sale.avg("n")], [63, 10.5]);
  expectEqual([await Sale.sum("r"), await Sale.avg("r")], [10, 2.5]);
  expectEqual([await Sale.sum("n", { kind: "a" }), await Sale.avg("n", { kind: "a" })], [5, 2.5]);
  expectEqual([await Sale.min("kind"), await Sale.max("kind")], ["A", "b"]);
  expectEqual([await Sale.min("on"), await Sale.max("on")], [false, true]);
  expectEqual([await Sale.min("day"), await Sale.max("day")], [day("2024-01-01"), day("2024-01-02")]);
  expectEqual(await Sale.max("n", { kind: null }), 32);
}

async function exactIntegers(world: World): Promise<void> {
  const Sale = world.define("sales", schema);
  const most = Number.MAX_SAFE_INTEGER;
  await world.fill(Sale, [{ id: 1, n: most }, { id: 2, n: -most }, { id: 3, n: most }, { id: 4, n: -1 }]);
  expectEqual(await Sale.sum("n"), most - 1);
  expectEqual(await Sale.avg("n", { id: { $in: [1, 2] } }), 0);
}

async function exactBigints(world: World): Promise<void> {
  const Sale = world.define("sales", schema);
  const most = 2n ** 63n - 1n;
  await world.fill(Sale, [{ id: 1, big: most }, { id: 2, big: -most }, { id: 3, big: 2n ** 53n + 1n }, {
    id: 4,
  }]);
  expectEqual(await Sale.sum("big"), 2n ** 53n + 1n);
  expectEqual(await Sale.sum("big", { id: { $in: [1, 4] } }), most);
  expectEqual(await Sale.aggregate({ s: { sum: "big" }, least: { min: "big" } }, { id: 2 }), {
    s: -most,
    least: -most,
  });
}

async function beyond(world: World): Promise<void> {
  const Sale = world.define("sales", schema);
  const refused = (column: string) => ({
    error: ValidationError,
    code: "OUT_OF_RANGE",
    table: "sales",
    columns: [column],
  });
  await world.fill(
    Sale,
    [1, 2].map((id) => ({ id, n: 2 ** 53 - 1, big: 2n ** 63n - 1n, r: Number.MAX_VALUE })),
  );
  for (const name of ["n", "big", "r"]) await expectFailure(() => Sale.sum(name), refused(name));
  expectEqual(await Sale.sum("n", { id: 1 }), 2 ** 53 - 1);
}

async function fractions(world: World): Promise<void> {
  const Sale = world.define("sales", schema);
  const values = Array.from({ length: 400 }, (_, i) => Math.sin(i) * 10 ** (i % 5));
  await world.fill(Sale, values.map((r, id) => ({ id, r })));
  const expected = values.reduce((total, value) => total + value, 0);
  const near = (actual: unknown, wanted: number, what: string): void =>
    expectTrue(
      typeof actual === "number" && Math.abs(actual - wanted) <= 1e-9 * Math.abs(wanted),
      `${what} is ${wanted}, not ${actual}`,
    );
  near(await Sale.sum("r"), expected, "the sum");
  near(await Sale.avg("r"), expected / values.length, "the mean");
}

async function several(world: World): Promise<void> {
  const Sale = await sales(world);
  expectEqual(
    await Sale.aggregate({
      rows: { count: "*" },
      total: { sum: "n" },
      mean: { avg: "n" },
      low: { min: "r" },
      high: { max: "day" },
      big: { sum: "big" },
      "a b'`\"": { max: "kind" },
      constructor: { min: "n" },
    }, { n: { $ne: 16 } }),
    {
      rows: 6,
      total: 47,
      mean: 9.4,
      low: -2,
      high: day("2024-01-02"),
      big: 2n ** 60n + 5n,
      "a b'`\"": "b",
      constructor: 1,
    },
  );
}

async function counts(world: World): Promise<void> {
  const Sale = await sales(world);
  expectEqual(
    await Sale.aggregate({
      rows: { count: "*" },
      kinds: { count: "kind" },
      documents: { count: "data" },
      different: { countDistinct: "kind" },
      days: { countDistinct: "day" },
      bigs: { countDistinct: "big" },
      ons: { countDistinct: "on" },
    }),
    { rows: 7, kinds: 5, documents: 1, different: 3, days: 2, bigs: 2, ons: 2 },
  );
}

async function misfits(world: World): Promise<void> {
  const Sale = await sales(world);
  const refused = { error: ValidationError, table: "sales" };
  for (const name of ["kind", "on", "day", "data", "nothing", "__proto__", "n)"]) {
    await expectFailure(() => Sale.sum(name), refused);
    await expectFailure(() => Sale.avg(name), refused);
  }
  for (const name of ["data", "nothing", "constructor"]) {
    await expectFailure(() => Sale.min(name), refused);
    await expectFailure(() => Sale.max(name), refused);
  }
  const bad: unknown[] = [
    { x: { median: "n" } },
    { x: { sum: "n", avg: "n" } },
    { x: {} },
    { x: "n" },
    { x: { sum: "*" } },
    { x: { countDistinct: "data" } },
    null,
  ];
  for (const aggregates of bad) await expectFailure(() => Sale.aggregate(aggregates), refused);
  for (const as of ["__proto__", "$n", "a.b", ""]) {
    await expectFailure(() => Sale.aggregate({ [as]: { sum: "n" } }), { error: ValidationError });
  }
}

const n = { n: { count: "*" } };

async function groups(world: World): Promise<void> {
  const Sale = await sales(world);
  expectEqual(
    await Sale.groupBy({ by: ["kind"], aggregates: { ...n, total: { sum: "n" }, top: { max: "r" } } }),
    [
      { kind: null, n: 2, total: 40, top: -2 },
      { kind: "A", n: 1, total: 16, top: null },
      { kind: "a", n: 3, total: 5, top: 10 },
      { kind: "b", n: 1, total: 2, top: 1.5 },
    ],
  );
  expectEqual(await Sale.groupBy({ by: ["on"], aggregates: n }), [
    { on: null, n: 2 },
    { on: false, n: 1 },
    { on: true, n: 4 },
  ]);
  expectEqual(await Sale.groupBy({ by: ["day"], aggregates: { kinds: { countDistinct: "kind" } } }), [
    { day: null, kinds: 2 },
    { day: day("2024-01-01"), kinds: 1 },
    { day: day("2024-01-02"), kinds: 1 },
  ]);
}

async function severalColumns(world: World): Promise<void> {
  const Sale = await sales(world);
  expectEqual(await Sale.groupBy({ by: ["on", "kind"], aggregates: n }), [
    { on: null, kind: null, n: 2 },
    { on: false, kind: "a", n: 1 },
    { on: true, kind: "A", n: 1 },
    { on: true, kind: "a", n: 2 },
    { on: true, kind: "b", n: 1 },
  ]);
}

async function having(world: World): Promise<void> {
  const Sale = await sales(world);
  const grouped = async (condition: unknown): Promise<unknown[]> =>
    (await Sale.groupBy({
      by: ["kind"],
      aggregates: { ...n, total: { sum: "n" }, low: { min: "r" } },
      having: condition,
    }))
      .map(({ kind }) => kind);
  expectEqual(await grouped({ n: { $gt: 1 } }), [null, "a"]);
  expectEqual(await grouped({ total: { $between: [2, 16] }, kind: { $ne: "b" } }), ["A", "a"]);
  expectEqual(await grouped({ kind: null }), [null]);
  expectEqual(await grouped({ low: null }), ["A"]);
  expectEqual(await grouped({ $or: [{ n: 1 }, { low: { $lt: 0 } }] }), [null, "A", "b"]);
  expectEqual(await grouped({ $not: { n: 1 } }), [null, "a"]);
}

async function ordered(world: World): Promise<void> {
  const Sale = await sales(world);
  const grouped = async (options: object): Promise<unknown[]> =>
    (await Sale.groupBy({ by: ["kind"], aggregates: { ...n, total: { sum: "n" } }, ...options }))
      .map(({ kind }) => kind);
  expectEqual(await grouped({ orderBy: [["total", "DESC"]] }), [null, "A", "a", "b"]);
  expectEqual(await grouped({ orderBy: [["n", "ASC"]] }), ["A", "b", null, "a"]);
  expectEqual(await grouped({ orderBy: [["n", "DESC"], ["kind", "DESC"]] }), ["a", null, "b", "A"]);
  expectEqual(await grouped({ orderBy: [["kind", "DESC"]], limit: 2, offset: 1 }), ["a", "A"]);
  expectEqual(await grouped({ limit: 0 }), []);
  expectEqual(await grouped({ offset: 3 }), ["b"]);
  expectEqual(await grouped({ having: { n: 1 }, limit: 1, offset: 1 }), ["b"]);
}

async function filtered(world: World): Promise<void> {
  const Sale = await sales(world);
  expectEqual(await Sale.groupBy({ by: ["kind"], aggregates: n, where: { n: { $gte: 4 } } }), [
    { kind: null, n: 2 },
    { kind: "A", n: 1 },
    { kind: "a", n: 1 },
  ]);
  expectEqual(await Sale.groupBy({ by: ["kind"], aggregates: n, where: { id: 99 } }), []);
}

async function oneGroup(world: World): Promise<void> {
  const Sale = await sales(world);
  expectEqual(await Sale.groupBy({ by: [], aggregates: n }), [{ n: 7 }]);
  expectEqual(await Sale.groupBy({ by: [], aggregates: { ...n, m: { max: "n" } }, where: { id: 99 } }), [{
    n: 0,
    m: null,
  }]);
}

async function nonsense(world: World): Promise<void> {
  const Sale = await sales(world);
  const refused = { error: ValidationError };
  const bad: unknown[] = [
    undefined,
    { by: "kind", aggregates: n },
    { by: ["kind", "kind"], aggregates: n },
    { by: ["data"], aggregates: n },
    { by: ["nothing"], aggregates: n },
    { by: ["__proto__"], aggregates: n },
    { by: [], aggregates: {} },
    { by: ["n"], aggregates: n },
    { by: ["kind"], aggregates: n, having: { nothing: 1 } },
    { by: ["kind"], aggregates: n, having: { n: "text" } },
    { by: ["kind"], aggregates: n, having: { id: 1 } },
    { by: ["kind"], aggregates: n, orderBy: [["id", "ASC"]] },
    { by: ["kind"], aggregates: n, limit: -1 },
    { by: ["kind"], aggregates: n, order: [] },
  ];
  for (const options of bad) await expectFailure(() => Sale.groupBy(options), refused);
}
