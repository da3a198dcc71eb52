import { assert, assertEquals } from "@std/assert";
import process from "node:process";
import {
  DataTypes,
  type Expr,
  type ModelSchema,
  ORM,
  RinariError,
  type Scalar,
  type SyncDriver,
  type Test,
} from "../../mod.ts";
import { BunSQLiteDriver } from "../../drivers/bun_sqlite.ts";
import { MemoryDriver } from "../../drivers/memory.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { NaiveDriver } from "../support/naive_driver.ts";
import { type Random, random } from "../support/random.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { ExpressionMaker, type Kind, VALUES } from "./expressions.ts";

const SEED = Number(process.env["RINARI_SEED"] ?? Date.now() % 1_000_000);
const ROWS = 40;
/** Expressions times rows is what is compared. */
const EXPRESSIONS = Number(process.env["RINARI_RUNS"] ?? 2_600);

const schema = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  a: { type: DataTypes.INTEGER },
  b: { type: DataTypes.INTEGER },
  big: { type: DataTypes.INTEGER, bigint: true },
  r: { type: DataTypes.REAL },
  s: { type: DataTypes.NUMBER },
  name: { type: DataTypes.TEXT },
  word: { type: DataTypes.STRING },
  day: { type: DataTypes.DATE },
  at: { type: DataTypes.DATETIME },
  due: { type: DataTypes.DATETIME },
  active: { type: DataTypes.BOOLEAN },
  seen: { type: DataTypes.BOOLEAN },
} as const satisfies ModelSchema;

const KINDS: readonly (readonly [column: string, kind: Kind])[] = [
  ["a", "integer"],
  ["b", "integer"],
  ["big", "bigint"],
  ["r", "real"],
  ["s", "real"],
  ["name", "text"],
  ["word", "text"],
  ["day", "date"],
  ["at", "datetime"],
  ["due", "datetime"],
  ["active", "boolean"],
  ["seen", "boolean"],
];

function define(driver: SyncDriver) {
  return new ORM({ driver }).define("app", "rows", schema);
}

const DIRECTIONS = ["ASC", "DESC", "ASC NULLS LAST", "DESC NULLS FIRST"] as const;

type Rows = ReturnType<typeof define>;

function fill(rows: Rows, seed: Random): void {
  for (let i = 0; i < ROWS; i++) {
    const row = KINDS.map(([column, kind]) => {
      const values = VALUES[kind];
      return [column, seed.oneIn(5) ? null : values[seed.int(values.length)]];
    });
    rows.create(Object.fromEntries(row));
  }
}

function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof RinariError) return `${error.code}`;
    throw error;
  }
}

const subjects: Record<string, { make: () => SyncDriver; share: number; skip?: string }> = {
  "node-sqlite": { share: 1, make: () => new NodeSQLiteDriver({ databases: { app: ":memory:" } }) },
  "bun-sqlite": {
    share: 1,
    make: () => new BunSQLiteDriver({ databases: { app: ":memory:" } }),
    ...(runtime === "bun" ? null : { skip: "bun:sqlite is only in Bun" }),
  },
  "a driver of sixteen methods": { share: 0.1, make: () => new NaiveDriver() },
};

/** A table on memory and the same on a driver, with the same rows, and what makes expressions for them. */
function begin(driver: Parameters<typeof define>[0], seed: number) {
  const source = random(seed);
  const [expected, actual] = [define(new MemoryDriver()), define(driver)];
  for (const rows of [expected, actual]) fill(rows, random(SEED));
  return { source, maker: new ExpressionMaker(source), expected, actual };
}

describe(`expressions (seed ${SEED}):`, () => {
  for (const [name, { make, share, skip }] of Object.entries(subjects)) {
    const title = `a condition finds the same rows on ${name} as on memory`;
    if (skip !== undefined) {
      test.skip(title, skip);
      continue;
    }
    test(title, () => {
      const { source, maker, expected, actual } = begin(make(), SEED);
      let found = 0;
      const runs = Math.ceil(EXPRESSIONS * share);
      for (let i = 0; i < runs; i++) {
        const { text, build } = maker.test(1 + source.int(3));
        const run = (rows: Rows) =>
          outcome(() => rows.findAll({ where: (o) => build(o) as Test, select: ["id"] }).map(({ id }) => id));
        const want = run(expected);
        assertEquals(run(actual), want, `${i}: ${text}`);
        if (Array.isArray(want)) found += want.length;
      }
      assert(found > runs, `only ${found} rows were found`);
    });

    test(`an order by what is computed gives the same rows on ${name} as on memory`, () => {
      const { source, maker, expected, actual } = begin(make(), SEED + 2);
      const runs = Math.ceil(EXPRESSIONS * share / 10);
      for (let i = 0; i < runs; i++) {
        const kinds = KINDS.map(([, kind]) => kind);
        const made = maker.value(kinds[source.int(kinds.length)] as Kind, 1 + source.int(3));
        const direction = DIRECTIONS[source.int(DIRECTIONS.length)] as (typeof DIRECTIONS)[number];
        const limit = source.oneIn(2) ? { limit: 1 + source.int(ROWS) } : {};
        const run = (rows: Rows) =>
          outcome(() =>
            rows.findAll({
              orderBy: [[(o) => made.build(o) as Expr<Scalar | null>, direction]],
              select: ["id"],
              ...limit,
            }).map(({ id }) => id)
          );
        assertEquals(run(actual), run(expected), `${i}: ${made.text} ${direction}`);
      }
    });

    test(`groups and aggregates of what is computed are the same on ${name} as on memory`, () => {
      const { source, maker, expected, actual } = begin(make(), SEED + 3);
      const runs = Math.ceil(EXPRESSIONS * share / 10);
      const kinds = KINDS.map(([, kind]) => kind);
      let grouped = 0;
      for (let i = 0; i < runs; i++) {
        const made = () => maker.value(kinds[source.int(kinds.length)] as Kind, source.int(3));
        const [key, least, whole] = [made(), made(), maker.value("integer", source.int(3))];
        const test = maker.test(source.int(2));
        const rows = source.oneIn(2) ? { where: ((o: object) => test.build(o as never)) as never } : {};
        const run = (model: Rows) =>
          outcome(() =>
            model.groupBy({
              by: { key: (o) => key.build(o) as Expr<Scalar | null> },
              aggregates: {
                n: { count: "*", ...rows },
                least: { min: (o) => least.build(o) as Expr<Scalar | null>, ...rows },
                most: { max: (o) => least.build(o) as Expr<Scalar | null> },
                different: { countDistinct: (o) => least.build(o) as Expr<Scalar | null>, ...rows },
                sum: { sum: (o) => whole.build(o) as Expr<number | null>, ...rows },
                mean: { avg: (o) => whole.build(o) as Expr<number | null> },
              },
            })
          );
        const want = run(expected);
        assertEquals(run(actual), want, `${i}: ${key.text} | ${least.text} | ${whole.text} | ${test.text}`);
        if (Array.isArray(want)) grouped++;
      }
      // Of a few, chance may refuse most.
      assert(grouped >= Math.max(1, Math.floor(runs / 4) - 5), `only ${grouped} groupings had a result`);
    });

    test(`an update computes the same values on ${name} as on memory`, () => {
      const { source, maker, expected, actual } = begin(make(), SEED + 1);
      let changed = 0;
      const runs = Math.ceil(EXPRESSIONS * share);
      for (let i = 0; i < runs; i++) {
        const [column, kind] = KINDS[source.int(KINDS.length)] as (typeof KINDS)[number];
        const made = maker.value(kind, 1 + source.int(3));
        const from = 1 + source.int(ROWS - 3);
        const run = (rows: Rows) =>
          outcome(() =>
            rows.update({ [column]: (o: never) => made.build(o) }, { id: { $between: [from, from + 2] } })
          );
        const want = run(expected);
        const where = { id: { $between: [from, from + 2] as const } };
        assertEquals(run(actual), want, `${i}: ${column} = ${made.text}`);
        assertEquals(
          actual.findAll({ where }),
          expected.findAll({ where }),
          `${i}: ${column} = ${made.text}`,
        );
        if (want === 3) changed++;
        // Values that were computed meet the edges again.
        if (i % 10 === 0) {
          const [again, values] = KINDS[source.int(KINDS.length)] as (typeof KINDS)[number];
          const data = { [again]: VALUES[values][source.int(VALUES[values].length)] };
          for (const rows of [expected, actual]) rows.update(data, { id: from });
        }
      }
      assert(changed > runs / 4, `only ${changed} updates were made`);
    });
  }
});
