import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import process from "node:process";
import type { TableSchema } from "../../../src/contract/mod.ts";
import { RinariError } from "../../../src/errors/mod.ts";
import { readWhere } from "../../../src/query/where_reader.ts";
import { Database } from "../../../src/reference/database.ts";
import { UndoLog } from "../../../src/reference/undo_log.ts";
import { describe, test } from "../../support/runner.ts";

// The engine's meaning of constraints, their actions and the next number is SQLite's: both are given the same statements.

interface SQLite {
  exec(sql: string): void;
  prepare(
    sql: string,
  ): { all(...params: unknown[]): Record<string, unknown>[]; run(...params: unknown[]): unknown };
}

const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as {
  DatabaseSync: new (path: string) => SQLite;
};

type Value = number | null;
type Operation =
  | { kind: "insert"; table: string; row: Record<string, Value> }
  | { kind: "update"; table: string; column: string; values: Record<string, Value>; equal: Value }
  | { kind: "delete"; table: string; column: string; equal: Value };

const actions = ["CASCADE", "SET NULL", "NO ACTION"] as const;
const action = fc.constantFrom(...actions);
const tables = ["t0", "t1", "t2"];
const columns = ["id", "u", "r", "s"];
const value = fc.integer({ min: 1, max: 3 });
const optional = fc.option(value, { freq: 8 });
const table = fc.constantFrom(...tables);

const reference = fc.record({
  table,
  column: fc.constantFrom("id", "u", "r"),
  onDelete: action,
  onUpdate: action,
});
const schemas = fc.tuple(
  ...tables.map(() =>
    fc.record({ r: reference, s: reference }).map(({ r, s }): TableSchema => ({
      id: { type: "INTEGER", primaryKey: true, autoIncrement: true },
      u: { type: "INTEGER", unique: true },
      r: { type: "INTEGER", unique: true, references: r },
      s: { type: "INTEGER", references: s },
    }))
  ),
);
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc.record({
    kind: fc.constant("insert" as const),
    table,
    row: fc.record({
      id: fc.option(value, { freq: 1 }),
      u: fc.constant(null),
      r: fc.option(value, { freq: 1 }),
      s: optional,
    }),
  }),
  fc.record({
    kind: fc.constant("update" as const),
    table,
    column: fc.constantFrom(...columns),
    values: fc.record({ id: value, u: optional, r: optional, s: optional }, { requiredKeys: [] })
      .filter((values) => Object.keys(values).length > 0),
    equal: optional,
  }),
  fc.record({
    kind: fc.constant("delete" as const),
    table,
    column: fc.constantFrom(...columns),
    equal: optional,
  }),
);

/** Three rows a table, so that there is something to refer to. */
const seeds = tables.flatMap((table) =>
  [1, 2, 3].map((n): Operation => ({ kind: "insert", table, row: { id: n, u: n, r: null, s: null } }))
);

function createSQL(name: string, schema: TableSchema): string {
  const references = (column: string): string => {
    const { table, column: to, onDelete, onUpdate } = schema[column]?.references as NonNullable<
      TableSchema[string]["references"]
    >;
    return `references ${table}(${to}) on delete ${onDelete} on update ${onUpdate}`;
  };
  return `create table ${name} (id integer primary key autoincrement, u integer unique, ` +
    `r integer unique ${references("r")}, s integer ${references("s")})`;
}

function runSQLite(sqlite: SQLite, each: Operation): void {
  if (each.kind === "insert") {
    sqlite.prepare(`insert into ${each.table} values (?, ?, ?, ?)`).run(
      ...columns.map((column) => each.row[column]),
    );
    return;
  }
  const set = each.kind === "update" ? Object.entries(each.values) : [];
  const head = each.kind === "update"
    ? `update ${each.table} set ${set.map(([column]) => `${column} = ?`).join(", ")}`
    : `delete from ${each.table}`;
  sqlite.prepare(`${head} where ${each.column} is ?`).run(...set.map(([, to]) => to), each.equal);
}

function runReference(database: Database, each: Operation): void {
  if (each.kind === "insert") {
    database.insert(each.table, [each.row]);
    return;
  }
  const { predicate: where, params } = readWhere(database.table(each.table).table, {
    [each.column]: each.equal,
  }, false);
  if (each.kind === "update") database.update(each.table, each.values, { where, params });
  else database.delete(each.table, { where, params });
}

/** What went wrong: the name of the constraint, or "" when nothing did. */
function outcome(run: () => void): string {
  try {
    run();
    return "";
  } catch (error) {
    if (error instanceof RinariError) return error.name.replace("ConstraintError", "").toUpperCase();
    const message = (error as Error).message;
    if (message.includes("FOREIGN KEY")) return "FOREIGNKEY";
    if (message.includes("UNIQUE")) return "UNIQUE";
    throw error;
  }
}

describe("Database and SQLite", () => {
  test("give the same rows and refuse the same statements", () => {
    const seen: Record<string, number> = {};
    fc.assert(
      fc.property(schemas, fc.array(operation, { maxLength: 25 }), (definitions, operations) => {
        const sqlite = new DatabaseSync(":memory:");
        sqlite.exec("pragma foreign_keys = on");
        const database = new Database("test", "app", new UndoLog());
        tables.forEach((name, i) => {
          sqlite.exec(createSQL(name, definitions[i] as TableSchema));
          database.createTable(name, definitions[i] as TableSchema);
        });
        for (const each of [...seeds, ...operations]) {
          const [theirs, ours] = [
            outcome(() => runSQLite(sqlite, each)),
            outcome(() => runReference(database, each)),
          ];
          seen[ours] = (seen[ours] ?? 0) + 1;
          assertEquals(ours, theirs, JSON.stringify(each));
          for (const name of tables) {
            const rows = sqlite.prepare(`select * from ${name} order by id`).all().map((row) => ({ ...row }));
            assertEquals(database.select(name, { where: null, params: [] }), rows, JSON.stringify(each));
          }
        }
      }),
      { numRuns: 500 },
    );
    assert(
      Object.keys(seen).length === 3 && Object.values(seen).every((count) => count > 50),
      JSON.stringify(seen),
    );
  });
});
