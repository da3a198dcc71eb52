import type { Maybe } from "../chain/chain.ts";
import type { SqlDialect } from "./sql_dialect.ts";
import type {
  SqlChanges,
  SqlEngineTraits,
  SqlQuery,
  SqlResult,
  SqlRows,
  SqlStatement,
} from "./sql_engine.ts";

/** Where statements run, of which it is not known here whether it answers at once or with a Promise. */
export interface AnySession {
  all(query: SqlQuery, params: readonly unknown[]): Maybe<unknown[]>;
  run(query: SqlQuery, params: readonly unknown[]): Maybe<SqlChanges>;
  iterate(
    query: SqlQuery,
    params: readonly unknown[],
  ): IterableIterator<unknown> | AsyncIterableIterator<unknown>;
  raw?(sql: string, params: readonly unknown[], writes: boolean): Maybe<SqlRows>;
  columnsOf?(sql: string): readonly string[] | null;
}

/** A transaction of either kind of engine. */
export interface AnyTransaction extends AnySession {
  readonly active: boolean;
  commit(): Maybe<void>;
  rollback(): Maybe<void>;
}

/** Either kind of engine. */
export interface AnyEngine extends AnySession, Omit<SqlEngineTraits, "dialect"> {
  readonly dialect: SqlDialect;
  begin?(withoutReferences?: boolean): Maybe<AnyTransaction>;
  batch?(statements: readonly SqlStatement[]): Maybe<SqlResult[]>;
  prepareWrite(): Maybe<void>;
  close(): Maybe<void>;
}

/** A statement that returns no rows. */
export function command(sql: string): SqlQuery {
  return { sql, bigints: false, single: false, columns: [] };
}

/** A statement that returns rows. */
export function query(
  sql: string,
  columns: readonly string[],
  options: { bigints?: boolean; single?: boolean } = {},
): SqlQuery {
  return { sql, bigints: options.bigints === true, single: options.single === true, columns };
}

/** Reads rows of either form as arrays, for the few that are not rows of a model. */
export function asArrays(rows: readonly unknown[], columns: readonly string[]): unknown[][] {
  return rows.map((row) =>
    Array.isArray(row) ? row : columns.map((name) => (row as Record<string, unknown>)[name])
  );
}
