import { chain, type Maybe, settle } from "../chain/chain.ts";
import type { ForeignKeyConstraintError } from "../errors/mod.ts";
import { type Attempt, missingParent, orphans } from "../errors/violations.ts";
import type { Column } from "../schema/column.ts";
import { type AnySession, query } from "./any_engine.ts";
import { Parameters } from "./parameters.ts";
import { predicateSQL } from "./predicate_sql.ts";
import type { Row } from "./rows_decoder.ts";
import type { Referrer } from "./sql_catalog.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";
import type { Failed } from "./statement_error.ts";

/** Finds out which reference a statement would have broken: a store does not say. Null when it cannot be found any more. */
export function findBrokenReference(
  database: SqlDatabase,
  session: AnySession,
  failed: Failed,
  cause: unknown,
): Maybe<ForeignKeyConstraintError | null> {
  return chain(
    findMissing(database, session, failed, cause),
    (missing) =>
      missing ?? chain(
        findOrphans(database, session, failed, cause),
        (orphaned) => orphaned ?? movedParent(database, failed, cause),
      ),
  );
}

/** A row that refers to its own table and whose parent, possibly itself, the same statement moves away. */
function movedParent(
  database: SqlDatabase,
  { table, attempt, changed = {} }: Failed,
  cause: unknown,
): ForeignKeyConstraintError | null {
  const column = table.table.columns.find(({ name, references }) =>
    references?.table === table.name && (changed[name] ?? null) !== null
  );
  return column === undefined ? null : missingError(database, table, attempt, column, cause);
}

/** The first reference of the written rows to a row that does not exist. */
function findMissing(
  database: SqlDatabase,
  session: AnySession,
  { table, attempt, inserted, changed }: Failed,
  cause: unknown,
): Maybe<ForeignKeyConstraintError | null> {
  const row = inserted ?? changed ?? {};
  const candidates = table.table.columns.filter(({ name, references }) =>
    references !== null && (row[name] ?? null) !== null
  );
  const from = (start: number): Maybe<ForeignKeyConstraintError | null> => {
    const column = candidates[start];
    if (column === undefined) return null;
    return settle(
      () => hasParent(table, session, column, row),
      (found) => found ? from(start + 1) : missingError(database, table, attempt, column, cause),
      (error) => {
        if (database.engine.failure(error).kind !== "noTable") throw error;
        return missingError(database, table, attempt, column, cause);
      },
    );
  };
  return from(0);
}

function hasParent(table: SqlTable, session: AnySession, column: Column, row: Readonly<Row>): Maybe<boolean> {
  const references = column.references as NonNullable<Column["references"]>;
  const value = row[column.name];
  if (references.table === table.name && row[references.column] === value) return true;
  const { dialect } = table.traits;
  const { encode } = table.column(column.name);
  const sql = `SELECT 1 AS n FROM ${dialect.quote(references.table)} WHERE ${
    dialect.quote(references.column)
  } = ${dialect.placeholder(1)}`;
  return chain(
    session.all(query(sql, ["n"]), [encode === null ? value : encode(value)]),
    (rows) => rows.length > 0,
  );
}

function missingError(
  database: SqlDatabase,
  table: SqlTable,
  attempt: Attempt,
  column: Column,
  cause: unknown,
): ForeignKeyConstraintError {
  const { table: parentTable, column: parentColumn } = column.references as NonNullable<Column["references"]>;
  const scene = { driver: database.driver, table: table.name, cause };
  return missingParent(scene, attempt, { column, parentTable, parentColumn }, null);
}

/** The first column of the changed or removed rows that other rows still refer to. */
function findOrphans(
  database: SqlDatabase,
  session: AnySession,
  { table, attempt, plan, changed, params = [] }: Failed,
  cause: unknown,
): Maybe<ForeignKeyConstraintError | null> {
  const { dialect } = table.traits;
  const parameters = new Parameters(dialect);
  const scope = table.scope(parameters);
  const where = plan === undefined || plan.where === null ? "" : ` WHERE ${predicateSQL(scope, plan.where)}`;
  const values = parameters.binder()(params);
  const set = Object.keys(changed ?? {});
  const action = set.length > 0 ? "onUpdate" : "onDelete";
  const seen = new Set<string>();

  const search = (
    parent: string,
    condition: string,
    root: string | null,
  ): Maybe<ForeignKeyConstraintError | null> => {
    if (seen.has(parent)) return null;
    seen.add(parent);
    return chain(dialect.catalog.referrers(session, parent), (referrers) => {
      const relevant = referrers.filter(({ to }) => root !== null || set.length === 0 || set.includes(to));
      const from = (start: number): Maybe<ForeignKeyConstraintError | null> => {
        const referrer = relevant[start];
        if (referrer === undefined) return null;
        return chain(
          follow(parent, condition, root ?? referrer.to, referrer),
          (found) => found ?? from(start + 1),
        );
      };
      return from(0);
    });
  };
  const follow = (
    parent: string,
    condition: string,
    root: string,
    referrer: Referrer,
  ): Maybe<ForeignKeyConstraintError | null> => {
    const { child, column, to } = referrer;
    const chosen = `SELECT ${dialect.quote(to)} FROM ${dialect.quote(parent)}${condition}`;
    const inner = ` WHERE ${dialect.quote(column)} IN (${chosen})`;
    if (referrer[action] === "CASCADE") return search(child, inner, root);
    if (referrer[action] === "SET NULL") return null;
    const sql = `SELECT 1 AS n FROM ${dialect.quote(child)}${inner} LIMIT 1`;
    return chain(session.all(query(sql, ["n"]), values), (rows) => {
      if (rows.length === 0) return null;
      const scene = { driver: database.driver, table: table.name, cause };
      const names = { column: { table: child, name: column }, parentTable: parent, parentColumn: to };
      return orphans(scene, attempt, names, [root]);
    });
  };
  return search(table.name, where, null);
}
