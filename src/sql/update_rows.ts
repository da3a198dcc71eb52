import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type { AnyEngine, AnySession } from "./any_engine.ts";
import { ROW_FAILURES } from "./row_failures.ts";
import { countOf, runCount } from "./run_query.ts";
import type { SqlCall } from "./sql_call.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** Makes one update or delete; returns how many rows matched. */
export function changeRows(
  database: SqlDatabase,
  table: SqlTable,
  { compiled, params }: SqlCall,
): Maybe<number> {
  return chain(
    database.enterToWrite(compiled.attempt, table.name),
    (session) => runCount(database, table, session, compiled, params),
  );
}

/** Makes updates, in order; returns how many rows matched in total. The caller holds the transaction that makes them one. */
export function updateEach(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  calls: readonly SqlCall[],
): Maybe<number> {
  return chain(
    chainAll(calls, ({ compiled, params }) => runCount(database, table, session, compiled, params)),
    sum,
  );
}

/**
 * Makes updates in one call of the engine, which makes all of them or none.
 *
 * @returns Null when one of them is wrong: one by one it will be seen which.
 */
export function updateBatch(
  database: SqlDatabase,
  table: SqlTable,
  batch: NonNullable<AnyEngine["batch"]>,
  calls: readonly SqlCall[],
): Maybe<number | null> {
  const statements = calls.map(({ compiled, params }) => ({
    query: compiled.query,
    params: compiled.bind(params),
  }));
  return settle(
    (): Maybe<number | null> =>
      chain(
        batch(statements),
        (results) =>
          sum(results.map((result, i) =>
            calls[i]?.compiled.plan.kind === "count" ? countOf(result.rows) : result.changes
          )),
      ),
    (count) => count,
    (error) => {
      if (ROW_FAILURES.includes(database.engine.failure(error).kind)) return null;
      throw database.error(error, table.name, "update");
    },
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
