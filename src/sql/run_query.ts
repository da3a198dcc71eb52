import { chain, type Maybe } from "../chain/chain.ts";
import { RinariError } from "../errors/mod.ts";
import { type CountPlan, keepPlan } from "../query/plans.ts";
import type { AnySession } from "./any_engine.ts";
import { cascadesBack } from "./cascades.ts";
import { type CompiledQuery, compiledQuery, COUNT } from "./compiled_query.ts";
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
  const failed = (error: unknown): Maybe<never> =>
    queryFailed(database, table, session, compiled, params, error);
  return rows.then((found) => {
    try {
      return (compiled.decoder as RowsDecoder).decode(found);
    } catch (error) {
      return failed(error);
    }
  }, failed);
}

/** Throws the error for a query that failed. */
export function queryFailed(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  compiled: CompiledQuery,
  params: readonly unknown[],
  error: unknown,
): Maybe<never> {
  const { attempt, plan } = compiled;
  const failed = { table, attempt, plan, params };
  if (error instanceof RinariError || database.engine.failure(error).kind !== "unsafeInteger") {
    return failWith(database, session, error, failed);
  }
  // The engine does not say which column holds it. Read as bigint, the decoder does.
  const decoder = table.bigintDecoder(plan.select);
  const rows = session.all({ ...compiled.query, bigints: true }, compiled.bind(params));
  return chain(
    chain(rows, (found) => decoder.decode(found)),
    () => failWith(database, session, error, failed),
  );
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
    const { query, bind, plan } = compiled;
    const values = bind(params);
    let done: Maybe<number>;
    if (plan.kind === "count") {
      done = chain(session.all(query, values), countOf);
    } else if (plan.kind === "delete" && cascadesBack(database, table)) {
      const counting = keepPlan<CountPlan>(table.table, { kind: "count", where: plan.where });
      const matching = compiledQuery(table, counting);
      done = chain(
        chain(session.all(matching.query, matching.bind(params)), countOf),
        (count) => chain(session.run(query, values), () => count),
      );
    } else {
      const result = session.run(query, values);
      if (!(result instanceof Promise)) return result.changes;
      return result.then(
        changesOf,
        (error) => queryFailed(database, table, session, compiled, params, error),
      );
    }
    if (typeof done === "number") return done;
    return done.catch((error) => queryFailed(database, table, session, compiled, params, error));
  } catch (error) {
    return queryFailed(database, table, session, compiled, params, error);
  }
}

function changesOf({ changes }: SqlChanges): number {
  return changes;
}

/** The one value of the one row. */
export function countOf([row]: readonly unknown[]): number {
  return Number(Array.isArray(row) ? row[0] : (row as Row)[COUNT]);
}
