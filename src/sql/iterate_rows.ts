import { chain, isPromise } from "../chain/chain.ts";
import { failWith } from "./foreign_key_error.ts";
import type { CompiledQuery } from "./compiled_query.ts";
import type { Row, RowsDecoder } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** The rows of a search one by one. The statement begins with the first row asked for and ends with the last, or with `return`. */
export function iterateRows(
  database: SqlDatabase,
  table: SqlTable,
  compiled: CompiledQuery,
  params: readonly unknown[],
  sync: boolean,
): IterableIterator<Row> | AsyncIterableIterator<Row> {
  return sync ? syncRows(database, table, compiled, params) : asyncRows(database, table, compiled, params);
}

function* syncRows(
  database: SqlDatabase,
  table: SqlTable,
  { query, bind, decoder, attempt }: CompiledQuery,
  params: readonly unknown[],
): IterableIterator<Row> {
  const session = database.enter();
  if (isPromise(session)) return;
  try {
    for (const row of session.iterate(query, bind(params)) as IterableIterator<unknown>) {
      yield (decoder as RowsDecoder).decode([row])[0] as Row;
    }
  } catch (error) {
    failWith(database, session, error, { table, attempt });
  }
}

function asyncRows(
  database: SqlDatabase,
  table: SqlTable,
  { query, bind, decoder, attempt }: CompiledQuery,
  params: readonly unknown[],
): AsyncIterableIterator<Row> {
  let rows: AsyncIterableIterator<unknown> | null = null;
  const next = (): Promise<IteratorResult<Row>> =>
    Promise.resolve(chain(database.enter(), (session) => {
      rows ??= session.iterate(query, bind(params)) as AsyncIterableIterator<unknown>;
      return rows.next().then(({ done, value }): IteratorResult<Row> =>
        done === true
          ? { done, value: undefined }
          : { done: false, value: (decoder as RowsDecoder).decode([value])[0] as Row }
      ).catch((error) => failWith(database, session, error, { table, attempt }));
    }));
  const iterator: AsyncIterableIterator<Row> = {
    next,
    return: () => Promise.resolve(rows?.return?.()).then(() => ({ done: true, value: undefined })),
    [Symbol.asyncIterator]: () => iterator,
  };
  return iterator;
}
