import { ConnectionError, ValidationError } from "../../src/errors/mod.ts";
import type {
  AsyncSqlSession,
  SqlQuery,
  SqlResult,
  SqlRows,
  SqlStatement,
} from "../../src/sql/sql_engine.ts";
import type { LibSQLResult, LibSQLStatement, LibSQLValue } from "./libsql_client.ts";

const encoder = new TextEncoder();

/** What a message has besides the texts of a statement and of its values: so much for itself, and for each value. */
const MESSAGE_BYTES = 1_024;
const VALUE_BYTES = 16;

/**
 * A statement as the client takes it.
 *
 * @param most The most bytes that one which writes may have.
 * @throws {ValidationError} When it has more (`TOO_BIG`).
 */
export function toStatement({ query, params }: SqlStatement, most: number): LibSQLStatement {
  if (most < Infinity && !isRead(query)) checkSize(query.sql, params, most);
  // The client may keep the list of values; it gets one of its own.
  return { sql: query.sql, args: [...params] as LibSQLValue[] };
}

function checkSize(sql: string, params: readonly unknown[], most: number): void {
  let bytes = MESSAGE_BYTES + encoder.encode(sql).length;
  for (const value of params) {
    bytes += VALUE_BYTES;
    if (typeof value === "string") bytes += encoder.encode(value).length;
    else if (value instanceof Uint8Array) bytes += value.length;
  }
  if (bytes <= most) return;
  throw new ValidationError(
    `Cannot send a statement of ${bytes} bytes: the primary of a replica takes at most ${most}; write smaller values, or ` +
      "fewer rows at once",
    { code: "TOO_BIG", driver: "libsql" },
  );
}

/** Rows as arrays, of the values a SQL engine gives: the client has integers as `bigint` and bytes as ArrayBuffer. */
export function readRows({ bigints, columns }: SqlQuery, { columns: given, rows }: LibSQLResult): unknown[] {
  const width = columns.length;
  if (rows.length > 0 && given.length !== width) throw unexpected(`${given.length} columns for ${width}`);
  const result = new Array<unknown>(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i] as Readonly<Record<number, unknown>>;
    const values = new Array<unknown>(width);
    for (let c = 0; c < width; c++) {
      const value = row[c];
      values[c] = typeof value === "bigint"
        ? bigints ? value : Number(value)
        : typeof value === "string" || typeof value === "number" || value === null
        ? value
        : value instanceof ArrayBuffer
        ? new Uint8Array(value)
        : unknownValue(value);
    }
    result[i] = values;
  }
  return result;
}

/** A value of a kind that the client is not known for: bytes of another one, or what is none. */
function unknownValue(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  throw unexpected(value === undefined ? "a row that is too short" : `a value that is ${typeof value}`);
}

/** What a server, or a client of one's own, answers is not taken on trust. */
function unexpected(found: string): ConnectionError {
  return new ConnectionError(
    `Cannot read the answer to a statement: it has ${found}, which no libSQL gives; look whether the url is that of a libSQL server, and ` +
      "what is between",
    { code: "MALFORMED_ANSWER", driver: "libsql" },
  );
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

/** What a statement written by hand brought. A file tells no changes of a statement that returns rows: these are counted. */
export function readRaw(sql: string, result: LibSQLResult, writes: boolean): SqlRows {
  const columns = [...result.columns];
  const rows = readRows({ sql, bigints: true, single: false, columns }, result) as unknown[][];
  return { columns, rows, changes: !writes ? 0 : columns.length > 0 ? rows.length : result.rowsAffected };
}
