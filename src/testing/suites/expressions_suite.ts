import type { JSONValue, TableSchema } from "../../contract/mod.ts";
import { NotNullConstraintError, ValidationError } from "../../errors/mod.ts";
import { expectEqual, expectFailure } from "../assertions.ts";
import { promise, type TestCase } from "../test_case.ts";
import type { Row, TestModel } from "../test_model.ts";
import type { World } from "../world.ts";
import type { Exprs } from "../../types/expression.ts";
import { conditionTests } from "./conditions_suite.ts";
import { computedGroups } from "./computed_groups.ts";
import { computedOrder } from "./computed_order.ts";
import { times } from "./times.ts";
import { COMPUTED, type ComputedRow } from "./computed_conditions.ts";

/** What a function of the row gives, and what it is refused. */
export const expressionsSuite: readonly TestCase[] = [
  ...conditionTests(COMPUTED),
  ...computedOrder,
  ...computedGroups,
  ...times,
  promise(
    "a condition that a function builds and does not give back is refused, and so is what is no expression",
    async (world) => {
      const Item = await world.filled(COMPUTED.name, COMPUTED.schema, []);
      const wrong: readonly (readonly [unknown, string])[] = [
        [(o: ComputedRow) => o.a.lt(1) && o.b.eq(2), "INVALID_EXPRESSION"],
        [() => true, "INVALID_EXPRESSION"],
        [() => undefined, "INVALID_EXPRESSION"],
        [(o: ComputedRow) => Promise.resolve(o.ok), "INVALID_EXPRESSION"],
        [(o: ComputedRow) => o.a, "INVALID_EXPRESSION"],
        [(o: ComputedRow) => (o.name as unknown as ComputedRow["a"]).plus(1), "INVALID_EXPRESSION"],
        [(o: ComputedRow) => o.a.eq(o.name as never), "INVALID_EXPRESSION"],
        [(o: ComputedRow) => (o as unknown as { readonly aa: unknown }).aa, "UNKNOWN_COLUMN"],
        [(o: ComputedRow) => o.a.eq(undefined as never), "INVALID_WHERE"],
        [(o: ComputedRow) => o.a.plus("1" as never), "INVALID_VALUE"],
      ];
      for (const [where, code] of wrong) {
        await expectFailure(() => Item.findAll({ where }), { error: ValidationError, code });
      }
    },
  ),
  promise("update: what is computed sees the row as it was, all columns at once", async (world) => {
    const Item = await stock(world);
    const swap = { a: (o: ComputedRow) => o.b, b: (o: ComputedRow) => o.a.plus(o.b), name: "set" };
    expectEqual(await Item.update(swap, { id: { $lt: 3 } }), 2);
    expectEqual(await rowsOf(Item), [[1, 2, 12, "set"], [2, 0, 5, "set"], [3, null, 7, "c"]]);
  }),
  promise("update: a guarded decrement never goes below zero", async (world) => {
    const Item = await stock(world);
    const take = () => Item.update({ a: (o: ComputedRow) => o.a.minus(4) }, { id: 1, a: { $gte: 4 } });
    expectEqual([await take(), await take(), await take()], [1, 1, 0]);
    expectEqual((await Item.findById(1))?.["a"], 2);
  }),
  promise("update: a computed value of every kind is stored as what it is", async (world) => {
    const Item = await world.filled("kinds", KINDS, [KIND_ROW]);
    const next = {
      whole: (o: KindRow) => o.whole.plus(1).times(2),
      big: (o: KindRow) => o.big.plus(1n),
      wide: (o: KindRow) => o.whole,
      part: (o: KindRow) => o.whole.dividedBy(2).plus(o.part),
      text: (o: KindRow) => o.text.lower().concat("!").slice(1),
      yes: (o: KindRow) => o.whole.gt(2),
      no: (o: KindRow) => o.no.not(),
      day: (o: KindRow) => o.day.startOf("month"),
      at: (o: KindRow) => o.at.plus(90_061_001).startOf("minute"),
      other: (o: KindRow) => o.day,
      data: (o: KindRow) => o.data.set("deep.er", [1, null]).set(["a.b", "0"], "x"),
      empty: (o: KindRow) => o.empty.set("first", { n: 1.5 }),
    };
    expectEqual(await Item.update(next, { id: 1 }), 1);
    expectEqual(await Item.findById(1), {
      id: 1,
      whole: 8,
      big: 9_007_199_254_740_994n,
      wide: 3n,
      part: 2,
      text: "bÉ!",
      yes: true,
      no: true,
      day: time("2026-11-01"),
      at: time("2026-12-01T11:12:00Z"),
      other: time("2026-11-30"),
      data: { a: 1, list: [0], deep: { er: [1, null] }, "a.b": { "0": "x" } },
      empty: { first: { n: 1.5 } },
    });
  }),
  promise("update: what has no value is refused, and no row is changed", async (world) => {
    const Item = await world.filled("kinds", KINDS, [KIND_ROW, { ...KIND_ROW, id: 2, whole: 1, part: 0 }]);
    const before = await Item.findAll();
    const wrong: readonly (readonly [column: string, make: (o: KindRow) => unknown])[] = [
      ["whole", (o) => o.whole.minus(2).times(9_007_199_254_740_991).times(2)],
      ["big", (o) => o.big.times(o.big)],
      ["part", (o) => o.part.plus(1e308).times(10)],
      ["whole", (o) => o.part.plus(1e17).round()],
      ["at", (o) => o.at.plus(300_000_000_000_000)],
      ["data", (o) => o.data.set("a.b", 1)],
      ["data", (o) => o.data.set(["list", 3], 1)],
    ];
    for (const [column, make] of wrong) {
      await expectFailure(() => Item.updateAll({ [column]: make }), {
        error: ValidationError,
        code: "OUT_OF_RANGE",
        table: "kinds",
        columns: [column],
      });
      expectEqual(await Item.findAll(), before);
    }
    const nothing = { whole: (o: KindRow) => o.whole.dividedBy(0).round() };
    await expectFailure(() => Item.updateAll(nothing), { error: NotNullConstraintError, columns: ["whole"] });
    expectEqual(await Item.findAll(), before);
  }),
  promise(
    "update: a function that does not fit its column is refused before the store is touched",
    async (world) => {
      const schema = { ...KINDS, key: { type: "TEXT", unique: true } };
      const options = { indexes: [{ name: "pairs", columns: ["text", "whole"], unique: true }] };
      const Item = await world.filled("kinds", schema, [{ ...KIND_ROW, key: "k" }], options);
      const wrong: readonly Readonly<Record<string, (o: KindRow) => unknown>>[] = [
        { whole: (o) => o.part },
        { whole: (o) => o.text },
        { whole: (o) => o.big },
        { day: (o) => o.at },
        { id: (o) => o.id.plus(1) },
        { key: (o) => o.text },
        { text: (o) => o.text.lower() },
        { part: () => 1 },
        { part: () => Promise.resolve(1) },
        { data: (o) => o.data.at("a") },
      ];
      for (const data of wrong) {
        await expectFailure(() => Item.updateAll(data), {
          error: ValidationError,
          code: "INVALID_EXPRESSION",
        });
      }
      expectEqual((await Item.findById(1))?.["whole"], 3);
    },
  ),
  promise(
    "update: computed values are held to validators, `values` and the kind of a structure, all or nothing",
    async (world) => {
      const Item = await world.filled("held", HELD, [
        { id: 1, state: "open", list: [1] },
        { id: 2, state: "paid", list: null },
      ]);
      const lower = { state: (o: HeldRow) => o.state.concat("").lower() };
      expectEqual(await Item.updateAll(lower), 2);
      const wrong = { state: (o: HeldRow) => o.state.slice(0, 3).concat("n") };
      await expectFailure(() => Item.updateAll(wrong), {
        error: ValidationError,
        code: "INVALID_VALUE",
        columns: ["state"],
      });
      await expectFailure(() => Item.updateAll({ list: (o: HeldRow) => o.list.set("a", 1) }), {
        error: ValidationError,
      });
      expectEqual(await Item.update({ list: (o: HeldRow) => o.list.set([1], "b") }, { id: 1 }), 1);
      expectEqual((await Item.findAll()).map(({ state, list }) => [state, list]), [["open", [1, "b"]], [
        "paid",
        null,
      ]]);
    },
  ),
  promise("bulkUpdate: functions of the row stand beside values, all or nothing", async (world) => {
    const Item = await stock(world);
    const updates = [
      { where: { id: 1 }, data: { a: (o: ComputedRow) => o.a.plus(1) } },
      { where: { id: 2 }, data: { a: 9 } },
      { where: { id: 1 }, data: { a: (o: ComputedRow) => o.a.times(2) } },
    ];
    expectEqual(await Item.bulkUpdate(updates), 3);
    expectEqual((await Item.findAll()).map(({ a }) => a), [22, 9, null]);
    const tooMuch = [updates[0], {
      where: { id: 1 },
      data: { a: (o: ComputedRow) => o.a.times(9_007_199_254_740_991) },
    }];
    await expectFailure(() => Item.bulkUpdate(tooMuch), { error: ValidationError, code: "OUT_OF_RANGE" });
    expectEqual((await Item.findAll()).map(({ a }) => a), [22, 9, null]);
  }),
];

const time = (text: string): Date => new Date(text);

async function stock(world: World): Promise<TestModel> {
  const schema = {
    id: { type: "INTEGER", primaryKey: true },
    a: { type: "INTEGER" },
    b: { type: "INTEGER" },
    name: { type: "TEXT" },
  };
  return await world.filled("stock", schema, [
    { id: 1, a: 10, b: 2, name: "a" },
    { id: 2, a: 5, b: 0, name: "b" },
    { id: 3, a: null, b: 7, name: "c" },
  ]);
}

async function rowsOf(Item: TestModel): Promise<unknown[]> {
  return (await Item.findAll()).map(({ id, a, b, name }) => [id, a, b, name]);
}

/** A column of every kind. */
const KINDS: TableSchema = {
  id: { type: "INTEGER", primaryKey: true },
  whole: { type: "INTEGER", notNull: true },
  big: { type: "INTEGER", bigint: true },
  wide: { type: "INTEGER", bigint: true },
  part: { type: "REAL" },
  text: { type: "TEXT" },
  yes: { type: "BOOLEAN" },
  no: { type: "BOOLEAN" },
  day: { type: "DATE" },
  at: { type: "DATETIME" },
  other: { type: "DATETIME" },
  data: { type: "JSON" },
  empty: { type: "JSON" },
};

const KIND_ROW: Row = {
  id: 1,
  whole: 3,
  big: 9_007_199_254_740_993n,
  wide: null,
  part: 0.5,
  text: "ABÉ",
  yes: null,
  no: null,
  day: new Date("2026-11-30"),
  at: new Date("2026-11-30T10:11:12.013Z"),
  other: null,
  data: { a: 1, list: [0] },
  empty: null,
};

type KindRow = Exprs<{
  readonly id: number;
  readonly whole: number;
  readonly big: bigint;
  readonly part: number;
  readonly text: string;
  readonly no: boolean | null;
  readonly day: Date;
  readonly at: Date;
  readonly data: JSONValue;
  readonly empty: JSONValue;
}>;

const HELD = {
  id: { type: "INTEGER", primaryKey: true },
  state: { type: "TEXT", values: ["open", "paid"] },
  list: { type: "ARRAY" },
};

type HeldRow = Exprs<{ readonly state: string; readonly list: readonly JSONValue[] }>;
