import { chain, type Maybe } from "../chain/chain.ts";
import type { AnySession } from "./any_engine.ts";
import { cascadesBack } from "./cascades.ts";
import { type CompiledQuery, compileQuery, COUNT } from "./compiled_query.ts";
import type { Row, RowsDecoder } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlChanges } from "./sql_engine.ts";
import type { SqlTable } from "./sql_table.ts";
import { failWith } from "./statement_error.ts";

/** Runs a compiled search. */
export function runSelect(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  compiled: CompiledQuery,
  params: readonly unknown[],
): Maybe<Row[]> {
  try {
    const rows = session.all(compiled.query, compiled.bind(params));
    if (Array.isArray(rows)) return (compiled.decoder as RowsDecoder).decode(rows);
    return finishSelect(database, table, session, compiled, params, rows);
  } catch (error) {
    return queryFailed(database, table, session, compiled, params, error);
  }
}

/** Goes on with rows that come later. */
export function finishSelect(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  compiled: CompiledQuery,
  params: readonly unknown[],
  rows: Promise<unknown[]>,
): Promise<Row[]> {
  const decoder = compiled.decoder as RowsDecoder;
  return rows.then((found) => decoder.decode(found))
    .catch((error) => queryFailed(database, table, session, compiled, params, error));
}

/** Throws the error for a query that failed. */
export function queryFailed(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  { attempt, plan }: CompiledQuery,
  params: readonly unknown[],
  error: unknown,
): Maybe<never> {
  return failWith(database, session, error, { table, attempt, plan, params });
}

/** Runs a compiled count, update or delete. */
export function runCount(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  compiled: CompiledQuery,
  params: readonly unknown[],
): Maybe<number> {
  try {
    const count = compiled.plan.kind === "count"
      ? chain(session.all(compiled.query, compiled.bind(params)), countOf)
      : change(database, table, session, compiled, params);
    if (typeof count === "number") return count;
    return count.catch((error) => queryFailed(database, table, session, compiled, params, error));
  } catch (error) {
    return queryFailed(database, table, session, compiled, params, error);
  }
}

function change(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  { query, bind, plan }: CompiledQuery,
  params: readonly unknown[],
): Maybe<number> {
  if (plan.kind !== "delete" || !cascadesBack(database, table)) {
    return chain(session.run(query, bind(params)), changesOf);
  }
  const matching = compileQuery(table, { kind: "count", where: plan.where });
  return chain(
    chain(session.all(matching.query, matching.bind(params)), countOf),
    (count) => chain(session.run(query, bind(params)), () => count),
  );
}

function changesOf({ changes }: SqlChanges): number {
  return changes;
}

/** The one value of the one row. */
function countOf([row]: readonly unknown[]): number {
  return Number(Array.isArray(row) ? row[0] : (row as Row)[COUNT]);
}
