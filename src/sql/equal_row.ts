import { chain, type Maybe } from "../chain/chain.ts";
import type { Predicate } from "../contract/mod.ts";
import type { UniqueConstraintError } from "../errors/mod.ts";
import { uniqueViolation } from "../errors/violations.ts";
import { type AnySession, query } from "./any_engine.ts";
import { Parameters } from "./parameters.ts";
import { predicateSQL } from "./predicate_sql.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";
import type { Failed } from "./statement_error.ts";

/**
 * Finds the first unique key that a statement violates, in the order of the schema: when it violates several, stores differ in
 * which they report.
 *
 * @param reported The error for what the store reported.
 * @returns Null when that will do.
 */
export function findEqualRow(
  database: SqlDatabase,
  session: AnySession,
  failed: Failed,
  reported: UniqueConstraintError,
): Maybe<UniqueConstraintError | null> {
  const { table, inserted, changed } = failed;
  const written = inserted ?? changed;
  // An action of a foreign key can violate a key of another table.
  if (written === undefined || reported.table !== table.name) return null;
  const keys = uniqueKeys(table, reported.columns).flatMap((columns) => {
    const values = keyValues(columns, written);
    return values === null ? [] : [{ columns, values }];
  });
  if (keys.length < 2) return null;
  const from = (start: number): Maybe<UniqueConstraintError | null> => {
    // Equal to no row that stays as it is: the changed rows would be equal to one another, in every key.
    const key = keys[start];
    if (key === undefined) {
      const { columns } = keys[0] as Key;
      return inserted === undefined ? equalError(database, failed, columns, reported.cause) : null;
    }
    return chain(
      isStored(failed, session, key),
      (found) => found ? equalError(database, failed, key.columns, reported.cause) : from(start + 1),
    );
  };
  return from(0);
}

/** A unique key with the values that are written to it. */
interface Key {
  readonly columns: readonly SqlColumn[];
  readonly values: readonly unknown[];
}

/** The primary key, then the unique columns, then what the store reported. */
function uniqueKeys(table: SqlTable, reported: readonly string[]): readonly (readonly SqlColumn[])[] {
  const { primaryKey } = table.table;
  const keys = [
    primaryKey.map(({ name }) => table.column(name)),
    ...table.columns.filter(({ column }) => column.unique && !(column.primaryKey && primaryKey.length === 1))
      .map((column) => [column]),
  ];
  const known = keys.some((key) =>
    key.length === reported.length && key.every(({ name }) => reported.includes(name))
  );
  return known ? keys : [...keys, reported.map((name) => table.column(name))];
}

/** The encoded values of a key, or null when one of them is null, which is equal to nothing. */
function keyValues(key: readonly SqlColumn[], row: Readonly<Row>): unknown[] | null {
  const values: unknown[] = [];
  for (const { name, encode } of key) {
    const value = row[name] ?? null;
    if (value === null) return null;
    values.push(encode === null ? value : encode(value));
  }
  return values;
}

/** Whether a row that the statement leaves as it is has the values. */
function isStored({ table, plan, params = [] }: Failed, session: AnySession, key: Key): Maybe<boolean> {
  const { dialect } = table.traits;
  const parameters = new Parameters(dialect);
  const scope = table.scope(parameters);
  const slots = [...params, ...key.values];
  const equal = key.columns.map(({ quoted }, i) =>
    `${quoted} = ${parameters.value(params.length + i, null)}`
  );
  const others = plan === undefined
    ? []
    : [predicateSQL(scope, { kind: "not", item: plan.where ?? EVERY_ROW })];
  const sql = `SELECT 1 AS n FROM ${table.quoted} WHERE ${[...equal, ...others].join(" AND ")} LIMIT 1`;
  return chain(session.all(query(sql, ["n"]), parameters.binder()(slots)), (rows) => rows.length > 0);
}

const EVERY_ROW: Predicate = { kind: "and", items: [] };

function equalError(
  database: SqlDatabase,
  { table, attempt }: Failed,
  key: readonly SqlColumn[],
  cause: unknown,
): UniqueConstraintError {
  return uniqueViolation({ driver: database.driver, table: table.name, cause }, attempt, key);
}
