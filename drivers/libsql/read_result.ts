import type { AsyncSqlSession, SqlQuery, SqlResult, SqlStatement } from "../../src/sql/sql_engine.ts";
import type { LibSQLResult, LibSQLStatement, LibSQLValue } from "./libsql_client.ts";

/** A statement as the client takes it. */
export function toStatement({ query, params }: SqlStatement): LibSQLStatement {
  // The client may keep the list of values; it gets one of its own.
  return { sql: query.sql, args: [...params] as LibSQLValue[] };
}

/** Rows as arrays, of the values a SQL engine gives: the client has integers as `bigint` and bytes as ArrayBuffer. */
export function readRows({ bigints, columns }: SqlQuery, { rows }: LibSQLResult): unknown[] {
  const width = columns.length;
  const result = new Array<unknown>(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Readonly<Record<number, unknown>>;
    const values = new Array<unknown>(width);
    for (let c = 0; c < width; c++) {
      const value = row[c];
      values[c] = typeof value === "bigint"
        ? bigints ? value : Number(value)
        : value instanceof ArrayBuffer
        ? new Uint8Array(value)
        : value;
    }
    result[i] = values;
  }
  return result;
}

/** The result of a statement of a batch. */
export function readResult(query: SqlQuery, result: LibSQLResult): SqlResult {
  return { rows: readRows(query, result), changes: result.rowsAffected };
}

/** Whether a statement only reads: all that do begin with SELECT, as they are written here. */
export function isRead({ sql }: SqlQuery): boolean {
  return sql.startsWith("SELECT") || sql.startsWith("EXPLAIN");
}

/** The rows of a session's statement, one by one. */
export async function* iterateAll(
  session: AsyncSqlSession,
  query: SqlQuery,
  params: readonly unknown[],
): AsyncIterableIterator<unknown> {
  yield* await session.all(query, params);
}
