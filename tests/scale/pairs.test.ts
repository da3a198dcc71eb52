import { assert, assertEquals, assertLess } from "@std/assert";
import process from "node:process";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { DataTypes, ORM } from "../../mod.ts";
import { test } from "../support/runner.ts";

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true },
  a: { type: DataTypes.TEXT, notNull: true },
  b: { type: DataTypes.INTEGER, notNull: true },
} as const;

function filled(rows: number, statements: string[] = []) {
  const verbose = (statement: string) => statements.push(statement);
  const orm = new ORM({ driver: new NodeSQLiteDriver({ databases: { app: ":memory:" }, verbose }) });
  const Item = orm.define("app", "items", SCHEMA, { indexes: [{ columns: ["a", "b"] }] });
  Item.bulkCreate(Array.from({ length: rows }, (_, id) => ({ id, a: `a${id % 100}`, b: id })));
  return { orm, Item };
}

const pairs = (length: number) => Array.from({ length }, (_, i) => ({ a: `a${i % 100}`, b: i }));

test("where: pairs in `$or` are one statement, whatever their number, that SQLite serves from an index", () => {
  const statements: string[] = [];
  const { orm, Item } = filled(20_000, statements);
  statements.length = 0;
  for (const length of [9, 100, 8_000]) assertEquals(Item.count({ $or: pairs(length) }), length);
  assertEquals(new Set(statements).size, 1);
  const { steps } = Item.explain({ where: { $or: pairs(50) } });
  assert(steps[0]?.includes("USING COVERING INDEX items__a_b_index (a=? AND b=?)"), steps.join("\n"));
  const began = performance.now();
  Item.count({ $or: pairs(8_000) });
  // Some 12 ms; as alternatives it took seconds.
  assertLess(performance.now() - began, 1_000);
  orm.disconnect();
});

test("where: many long conditions of ever other lengths leave the memory of the process as it is", () => {
  const { orm, Item } = filled(20);
  const ranges = (length: number) =>
    Array.from({ length }, (_, i) => ({ a: { $gt: `z${i}` }, b: { $between: [i, i + 1] as const } }));
  const ask = (from: number) => {
    for (let i = 0; i < 15; i++) assertEquals(Item.count({ $or: ranges(from + i) }), 0);
  };
  ask(300);
  const before = process.memoryUsage().rss;
  ask(350);
  ask(400);
  ask(450);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  // As kept statements these were several hundred megabytes.
  assertLess(grown, 120, `${grown.toFixed(0)} MB more`);
  orm.disconnect();
});
