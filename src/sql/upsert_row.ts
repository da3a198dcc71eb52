import { chain, type Maybe } from "../chain/chain.ts";
import type { UpsertOptions } from "../contract/mod.ts";
import { type AnySession, query } from "./any_engine.ts";
import { columnList } from "./compiled_query.ts";
import { insertFailed, insertRow } from "./insert_rows.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlQuery } from "./sql_engine.ts";
import { hasBigint, type SqlTable } from "./sql_table.ts";

/**
 * Whether the upsert is one statement. Where the store assigns numbers, INSERT … ON CONFLICT uses one up even when it updates;
 * then the update is tried first, and the two need a transaction.
 */
export function isOneStatement(table: SqlTable, { conflict }: UpsertOptions): boolean {
  const { assigned } = table.inserts;
  return assigned === null || (conflict.length === 1 && conflict[0] === assigned.name);
}

/** Inserts a row, or updates the row equal in the conflict columns, in one statement. */
export function upsertRow(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  options: UpsertOptions,
): Maybe<Row> {
  const { assigned } = table.inserts;
  if (assigned !== null && (row[assigned.name] ?? null) === null) {
    return insertRow(database, table, session, row, "upsert into");
  }
  const { dialect } = table.traits;
  const { conflict, set } = options;
  // With nothing to set, a column that keeps its value still makes the store return the row.
  const columns = (set.length === 0 ? conflict.slice(0, 1) : set).map((name) => table.column(name).quoted);
  const sql = `INSERT INTO ${table.quoted} (${columnList(table.columns)}) VALUES (` +
    `${table.columns.map((_, i) => dialect.placeholder(i + 1)).join(", ")}) ` +
    `ON CONFLICT (${conflict.map((name) => table.column(name).quoted).join(", ")}) DO UPDATE SET ` +
    `${
      columns.map((quoted) => `${quoted} = ${set.length === 0 ? `${table.quoted}.` : "excluded."}${quoted}`)
        .join(", ")
    } ` +
    `RETURNING ${columnList(table.columns)}`;
  const values: unknown[] = [];
  table.inserts.push(values, row, null);
  return chain(
    returning(database, table, session, allColumns(table, sql), values, row),
    (rows) => rows[0] as Row,
  );
}

/** Updates the row equal in the conflict columns, or inserts one. The caller holds the transaction. */
export function updateOrInsert(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  { conflict, set }: UpsertOptions,
): Maybe<Row> {
  const { dialect } = table.traits;
  const values: unknown[] = [];
  const place = (name: string): string => {
    const { encode } = table.column(name);
    const value = row[name] ?? null;
    return dialect.placeholder(values.push(value === null || encode === null ? value : encode(value)));
  };
  const assigned = set.map((name) => `${table.column(name).quoted} = ${place(name)}`).join(", ");
  const where = conflict.map((name) => `${table.column(name).quoted} = ${place(name)}`).join(" AND ");
  const list = columnList(table.columns);
  const sql = set.length === 0
    ? `SELECT ${list} FROM ${table.quoted} WHERE ${where}`
    : `UPDATE ${table.quoted} SET ${assigned} WHERE ${where} RETURNING ${list}`;
  return chain(
    returning(database, table, session, allColumns(table, sql), values, row),
    ([found]) => found ?? insertRow(database, table, session, row, "upsert into"),
  );
}

function returning(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  statement: SqlQuery,
  values: readonly unknown[],
  row: Readonly<Row>,
): Maybe<Row[]> {
  const decoder = table.decoder(undefined);
  const failed = (error: unknown): Maybe<never> =>
    insertFailed(database, table, session, [row], "upsert into", error);
  try {
    const rows = session.all(statement, values);
    return rows instanceof Promise
      ? rows.then((found) => decoder.decode(found)).catch(failed)
      : decoder.decode(rows);
  } catch (error) {
    return failed(error);
  }
}

function allColumns(table: SqlTable, sql: string): SqlQuery {
  return query(sql, table.columns.map(({ name }) => name), { bigints: hasBigint(table.columns) });
}
