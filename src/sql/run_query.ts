import { chain, type Maybe } from "../chain/chain.ts";
import type { AnySession } from "./any_engine.ts";
import { asArrays } from "./any_engine.ts";
import { cascadesBack } from "./cascades.ts";
import { type CompiledQuery, compileQuery } from "./compiled_query.ts";
import { failedStatement } from "./failed_statement.ts";
import { type Failed, failWith } from "./statement_error.ts";
import type { Row, RowsDecoder } from "./rows_decoder.ts";
import type { SqlChanges, SqlResult } from "./sql_engine.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** Runs a compiled search. */
export function runSelect(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  compiled: CompiledQuery,
  params: readonly unknown[],
): Maybe<Row[]> {
  const decoder = compiled.decoder as RowsDecoder;
  try {
    const rows = session.all(compiled.query, compiled.bind(params));
    if (!(rows instanceof Promise)) return decoder.decode(rows);
    return rows.then((found) => decoder.decode(found)).catch((error) =>
      failWith(database, session, error, failed(table, compiled, params))
    );
  } catch (error) {
    return failWith(database, session, error, failed(table, compiled, params)) as Maybe<Row[]>;
  }
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
    const values = compiled.bind(params);
    if (compiled.plan.kind === "count") {
      const counted = (rows: unknown[]): number =>
        Number(asArrays(rows, compiled.query.columns)[0]?.[0] ?? 0);
      const rows = session.all(compiled.query, values);
      if (!(rows instanceof Promise)) return counted(rows);
      return rows.then(counted).catch((error) =>
        failWith(database, session, error, failed(table, compiled, params))
      );
    }
    if (compiled.plan.kind === "delete" && cascadesBack(database, table)) {
      const matching = compileQuery(table, { kind: "count", where: compiled.plan.where });
      return chain(
        runCount(database, table, session, matching, params),
        (count) => chain(session.run(compiled.query, values), () => count),
      );
    }
    const result = session.run(compiled.query, values);
    if (!(result instanceof Promise)) return result.changes;
    return result.then(changesOf).catch((error) =>
      failWith(database, session, error, failed(table, compiled, params))
    );
  } catch (error) {
    return failWith(database, session, error, failed(table, compiled, params)) as Maybe<number>;
  }
}

/**
 * Runs compiled updates as batches; returns the sum of their counts.
 *
 * @param alone There is no transaction, but a batch that is one: its error is thrown as the store reports it.
 */
export function runCounts(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  calls: readonly { readonly compiled: CompiledQuery; readonly params: readonly unknown[] }[],
  { size, alone }: { readonly size: number; readonly alone: boolean },
): Maybe<number> {
  const statements = calls.map(({ compiled, params }) => ({
    query: compiled.query,
    params: compiled.bind(params),
  }));
  const counts = ({ compiled }: { readonly compiled: CompiledQuery }, result: SqlResult): number =>
    compiled.plan.kind === "count"
      ? Number(asArrays(result.rows, compiled.query.columns)[0]?.[0] ?? 0)
      : result.changes;
  let at = 0;
  let sum = 0;
  const next = (): Maybe<number> => {
    if (at >= calls.length) return sum;
    const results = session.batch?.(statements.slice(at, at + size)) ?? Promise.resolve([]);
    return results.then((found) => {
      found.forEach((result, i) => sum += counts(calls[at + i] as typeof calls[number], result));
      at += size;
      return next();
    }, (error) => {
      if (alone) throw error;
      const { compiled, params } = calls[at + (failedStatement(error) ?? 0)] ??
        calls[at] as typeof calls[number];
      return failWith(database, session, error, failed(table, compiled, params));
    });
  };
  return next();
}

function changesOf({ changes }: SqlChanges): number {
  return changes;
}

function failed(table: SqlTable, { attempt, plan }: CompiledQuery, params: readonly unknown[]): Failed {
  return { table, attempt, plan, params };
}
