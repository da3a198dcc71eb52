import { chain, type Maybe } from "../chain/chain.ts";
import type { AnySession } from "./any_engine.ts";
import { asArrays } from "./any_engine.ts";
import { cascadesBack } from "./cascades.ts";
import { type CompiledQuery, compileQuery } from "./compiled_query.ts";
import { type Failed, failWith } from "./statement_error.ts";
import type { Row, RowsDecoder } from "./rows_decoder.ts";
import type { SqlChanges } from "./sql_engine.ts";
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
      return chain(
        session.all(compiled.query, values),
        (rows) => Number(asArrays(rows, compiled.query.columns)[0]?.[0] ?? 0),
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

function changesOf({ changes }: SqlChanges): number {
  return changes;
}

function failed(table: SqlTable, { attempt, plan }: CompiledQuery, params: readonly unknown[]): Failed {
  return { table, attempt, plan, params };
}
