import type { JSONValue } from "../../contract/mod.ts";
import type { Exprs } from "../../types/expression.ts";
import type { CaseTable } from "./condition.ts";

/** The row that a function is given. */
export type ComputedRow = Exprs<{
  readonly a: number | null;
  readonly b: number | null;
  readonly big: bigint | null;
  readonly r: number | null;
  readonly name: string | null;
  readonly other: string | null;
  readonly ok: boolean | null;
  readonly day: Date | null;
  readonly at: Date | null;
  readonly data: JSONValue;
}>;

const when = (work: (o: ComputedRow) => unknown): unknown => work;
const MAX = 9_007_199_254_740_991;
const time = (text: string): Date => new Date(text);

/** Conditions on what is computed from a row. */
export const COMPUTED: CaseTable = {
  name: "computed",
  schema: {
    id: { type: "INTEGER", primaryKey: true, notNull: true },
    a: { type: "INTEGER" },
    b: { type: "INTEGER" },
    big: { type: "INTEGER", bigint: true },
    r: { type: "REAL" },
    name: { type: "TEXT" },
    other: { type: "TEXT" },
    ok: { type: "BOOLEAN" },
    day: { type: "DATE" },
    at: { type: "DATETIME" },
    data: { type: "JSON" },
    mark: { type: "INTEGER" },
  },
  rows: [
    {
      id: 1,
      a: 1,
      b: 2,
      big: 9_223_372_036_854_775_807n,
      r: 2.5,
      name: "Ada",
      other: "ada",
      ok: true,
      day: time("2026-11-30"),
      at: time("2026-11-30T10:11:12.013Z"),
      data: { tags: ["x", 1, null], n: { "a.b": 3, "7": "seven" } },
    },
    {
      id: 2,
      a: 5,
      b: 2,
      big: 5n,
      r: -2.5,
      name: "é😀z",
      other: "z",
      ok: false,
      day: time("0000-01-01"),
      at: time("1969-12-31T23:59:59.999Z"),
      data: { tags: ["1", true] },
    },
    {
      id: 3,
      a: MAX,
      b: -MAX,
      big: null,
      r: 1e308,
      name: "",
      other: "",
      ok: null,
      day: time("2024-02-29"),
      at: time("2024-02-29T00:00:00.000Z"),
      data: ["x"],
    },
    {
      id: 4,
      a: null,
      b: null,
      big: null,
      r: null,
      name: null,
      other: null,
      ok: null,
      day: null,
      at: null,
      data: null,
    },
    {
      id: 5,
      a: 0,
      b: 0,
      big: -1n,
      r: 0.49999999999999994,
      name: "aXb",
      other: "X",
      ok: true,
      day: time("9999-12-31"),
      at: time("9999-12-31T23:59:59.999Z"),
      data: { tags: "x" },
    },
  ].map((row) => ({ ...row, mark: null })),
  groups: [
    {
      promise: "two columns are compared, and null is equal to null alone",
      cases: [
        [when((o) => o.a.lt(o.b)), [1]],
        [when((o) => o.a.gte(o.b)), [2, 3, 5]],
        [when((o) => o.a.eq(o.b)), [4, 5]],
        [when((o) => o.a.ne(o.b)), [1, 2, 3]],
        [when((o) => o.name.eq(o.other)), [3, 4]],
        [when((o) => o.a.lt(o.r)), [1, 3, 5]],
        [when((o) => o.day.lt(o.at)), [1, 2, 5]],
        [when((o) => o.day.eq(o.at)), [3, 4]],
      ],
    },
    {
      promise:
        "a function of the row stands wherever a condition does, a list of conditions holds all of them",
      cases: [
        [when((o) => [o.ok, o.a.gt(0)]), [1]],
        [when(() => []), [1, 2, 3, 4, 5]],
        [when((o) => o.ok.not()), [2, 3, 4]],
        [when((o) => o.a.eq(5).or(o.name.eq("Ada")).and(o.ok.not())), [2]],
        [{ ok: true, $and: [(o: ComputedRow) => o.a.eq(o.b)] }, [5]],
        [{ $or: [(o: ComputedRow) => o.a.lt(o.b), { id: 4 }] }, [1, 4]],
        [{ $not: (o: ComputedRow) => o.a.lt(o.b) }, [2, 3, 4, 5]],
      ],
    },
    {
      promise: "integers are computed exactly, and what they cannot hold is null",
      cases: [
        [when((o) => o.a.plus(o.b).eq(3)), [1]],
        [when((o) => o.a.minus(o.b).eq(null)), [3, 4]],
        [when((o) => o.a.times(2).minus(o.a).eq(MAX)), [3]],
        [when((o) => o.a.times(o.b).eq(null)), [3, 4]],
        [when((o) => o.a.times(o.b).plus(1).gt(0)), [1, 2, 5]],
        [when((o) => o.a.atLeast(o.b).eq(2)), [1]],
        [when((o) => o.a.atMost(1).eq(1)), [1, 2, 3]],
        [when((o) => o.a.orElse(o.b.orElse(7)).eq(7)), [4]],
        [when((o) => o.big.plus(1).eq(null)), [1, 3, 4]],
        [when((o) => o.big.minus(1n).eq(9_223_372_036_854_775_806n)), [1]],
      ],
    },
    {
      promise: "a division gives a fraction, null by zero; a half is rounded away from zero",
      cases: [
        [when((o) => o.a.dividedBy(2).eq(2.5)), [2]],
        [when((o) => o.a.dividedBy(o.b).eq(null)), [4, 5]],
        [when((o) => o.r.round().eq(3)), [1]],
        [when((o) => o.r.round().eq(-3)), [2]],
        [when((o) => o.r.round().eq(1)), [5]],
        [when((o) => o.r.round().eq(null)), [3, 4]],
        [when((o) => o.r.times(100).eq(null)), [3, 4]],
        [when((o) => o.r.plus(o.a).eq(3.5)), [1]],
      ],
    },
    {
      promise: "text is lowered by ASCII, and counted and cut by code points",
      cases: [
        [when((o) => o.name.lower().eq("ada")), [1]],
        [when((o) => o.name.lower().eq(o.other)), [1, 3, 4]],
        [when((o) => o.name.length().eq(3)), [1, 2, 5]],
        [when((o) => o.name.slice(1, 2).eq("😀")), [2]],
        [when((o) => o.name.slice(2).eq("z")), [2]],
        [when((o) => o.name.slice(2, 1).eq("")), [1, 2, 3, 5]],
        [when((o) => o.name.concat(o.other).eq("Adaada")), [1]],
        [when((o) => o.name.concat("!").in(["!", null])), [3, 4]],
        [when((o) => o.name.lower().like("_D%")), [1]],
        [when((o) => o.name.contains(o.other)), [2, 3, 5]],
        [when((o) => o.name.endsWith(o.other)), [2, 3]],
        [when((o) => o.name.startsWith(o.name.slice(0, 1))), [1, 2, 3, 5]],
        [when((o) => o.name.orElse("none").eq("none")), [4]],
      ],
    },
    {
      promise: "dates begin in UTC, and what four-digit years cannot say is null",
      cases: [
        [when((o) => o.at.startOf("year").eq(time("2026-01-01T00:00:00Z"))), [1]],
        [when((o) => o.at.startOf("month").eq(time("1969-12-01T00:00:00Z"))), [2]],
        [when((o) => o.at.startOf("week").eq(time("1969-12-29T00:00:00Z"))), [2]],
        [when((o) => o.at.startOf("day").eq(o.at)), [3, 4]],
        [when((o) => o.at.startOf("hour").eq(time("2026-11-30T10:00:00Z"))), [1]],
        [when((o) => o.at.startOf("minute").eq(time("1969-12-31T23:59:00Z"))), [2]],
        [when((o) => o.at.startOf("second").eq(time("1969-12-31T23:59:59Z"))), [2]],
        [when((o) => o.day.startOf("week").eq(null)), [2, 4]],
        [when((o) => o.at.plus(1).eq(time("1970-01-01T00:00:00Z"))), [2]],
        [when((o) => o.at.plus(1).eq(null)), [4, 5]],
        [when((o) => o.at.minus(o.day).eq(0)), [3]],
        [when((o) => o.day.orElse(o.at).gt(time("2024-02-29T00:00:00.001Z"))), [1, 5]],
      ],
    },
    {
      promise:
        "places inside JSON are reached by names that a path in text cannot say, and arrays asked what they have",
      cases: [
        [when((o) => o.data.at("tags").has("x")), [1]],
        [when((o) => o.data.at("tags").has(1)), [1]],
        [when((o) => o.data.at("tags").has("1")), [2]],
        [when((o) => o.data.at("tags").has(true)), [2]],
        [when((o) => o.data.at("tags").has(null)), [1]],
        [when((o) => o.data.has("x")), [3]],
        [{ data: { $has: "x" } }, [3]],
        [{ "data.tags": { $has: "x" } }, [1]],
        [when((o) => o.data.at(["n", "a.b"]).eq(3)), [1]],
        [when((o) => o.data.at("n").at(["7"]).startsWith("sev")), [1]],
        [when((o) => o.data.at(["tags", 0]).in(["x", "1"])), [1, 2]],
      ],
    },
  ],
};
