import { chain, type Maybe, settle } from "../chain/chain.ts";
import type { QueryPlan } from "../contract/mod.ts";
import { ForeignKeyConstraintError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";
import { type AnySession, query } from "./any_engine.ts";
import { Parameters } from "./parameters.ts";
import { predicateSQL } from "./predicate_sql.ts";
import type { Row } from "./rows_decoder.ts";
import type { Referrer } from "./sql_catalog.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { Attempt } from "./sql_error.ts";
import type { SqlTable } from "./sql_table.ts";

/** A statement that failed. */
export interface Failed {
  /** The table written to. */
  readonly table: SqlTable;
  /** What was attempted. */
  readonly attempt: Attempt;
  /** The rows that were to be stored. */
  readonly rows?: readonly Readonly<Row>[];
  /** The update or delete. */
  readonly plan?: QueryPlan;
  /** The values of its slots. */
  readonly params?: readonly unknown[];
}

/** Throws the error for what a store reported. A store does not say which reference was violated: that is looked up. */
export function failWith(
  database: SqlDatabase,
  session: AnySession,
  cause: unknown,
  failed: Failed,
): Maybe<never> {
  const { table, attempt } = failed;
  const error = database.error(cause, table.name, attempt);
  if (error === cause || !(error instanceof ForeignKeyConstraintError) || error.columns.length > 0) {
    throw error;
  }
  const explain = (): Maybe<ForeignKeyConstraintError | null> =>
    chain(
      missingParent(database, session, failed, cause),
      (missing) => missing ?? orphans(database, session, failed, cause),
    );
  // When the look-up fails too, the first error tells more.
  return settle(explain, (found): never => {
    throw found ?? error;
  }, (): never => {
    throw error;
  });
}

/** The first reference of the written rows to a row that does not exist. */
function missingParent(
  database: SqlDatabase,
  session: AnySession,
  { table, attempt, rows, plan, params }: Failed,
  cause: unknown,
): Maybe<ForeignKeyConstraintError | null> {
  const written = rows ??
    (plan?.set === undefined
      ? []
      : [Object.fromEntries(plan.set.map(({ column, slot }) => [column, params?.[slot]]))]);
  const candidates = written.flatMap((row) =>
    table.table.columns.filter(({ name, references }) => references !== null && (row[name] ?? null) !== null)
      .map((column) => ({ column, row }))
  );
  const from = (start: number): Maybe<ForeignKeyConstraintError | null> => {
    const candidate = candidates[start];
    if (candidate === undefined) return null;
    const { column, row } = candidate;
    return chain(
      hasParent(table, session, column, row),
      (found) => found ? from(start + 1) : missingError(database, table, attempt, column, cause),
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
  const { table: parent, column: to } = column.references as NonNullable<Column["references"]>;
  return new ForeignKeyConstraintError(
    `Cannot ${attempt} \`${table.name}\`: \`${column.name}\` refers to \`${parent}\`.\`${to}\`, and no row of \`${parent}\` has that ` +
      `\`${to}\`; insert it first, or use another value`,
    { driver: database.driver, table: table.name, columns: [column.name], cause },
  );
}

/** The first column of the changed or removed rows that other rows still refer to. */
function orphans(
  database: SqlDatabase,
  session: AnySession,
  { table, attempt, plan, params = [] }: Failed,
  cause: unknown,
): Maybe<ForeignKeyConstraintError | null> {
  const { dialect } = table.traits;
  const parameters = new Parameters(dialect);
  const scope = { dialect, values: parameters, column: (name: string) => table.column(name) };
  const where = plan === undefined || plan.where === null ? "" : ` WHERE ${predicateSQL(scope, plan.where)}`;
  const values = parameters.binder()(params);
  const set = plan?.set?.map(({ column }) => column) ?? [];
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
      return new ForeignKeyConstraintError(
        `Cannot ${attempt} \`${table.name}\`: rows still refer to \`${parent}\`.\`${to}\` through \`${child}\`.\`${column}\`; ` +
          "change or delete those rows first",
        { driver: database.driver, table: table.name, columns: [root], cause },
      );
    });
  };
  return search(table.name, where, null);
}
