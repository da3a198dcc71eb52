import { chain, type Maybe } from "../chain/chain.ts";
import type { UpsertOptions } from "../contract/mod.ts";
import { UniqueConstraintError } from "../errors/mod.ts";
import { type AnySession, query } from "./any_engine.ts";
import { columnList } from "./compiled_query.ts";
import { failWith } from "./statement_error.ts";
import { insertRow } from "./insert_rows.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { hasBigint, type SqlTable } from "./sql_table.ts";

/** How often a row that another connection inserts at the same moment is looked for again. */
const RETRIES = 5;

/**
 * Updates the row equal in the conflict columns, or inserts one.
 *
 * INSERT … ON CONFLICT would be one statement, but it uses up a number of an autoIncrement column even when it updates, and
 * refuses what would be wrong only for a new row: a null, or a value another row has. Without a transaction each of the two
 * statements stands alone; when another connection gets in between, the insert finds its row and the update is tried again.
 */
export function upsertRow(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  options: UpsertOptions,
): Maybe<Row> {
  const attempt = (left: number): Maybe<Row> =>
    chain(updateRow(database, table, session, row, options), (updated) => {
      if (updated !== undefined) return updated;
      const again = (error: unknown): Maybe<Row> => {
        if (left > 0 && meantTheSame(error, options)) return attempt(left - 1);
        throw error;
      };
      try {
        const inserted = insertRow(database, table, session, row, "upsert into");
        return inserted instanceof Promise ? inserted.catch(again) : inserted;
      } catch (error) {
        return again(error);
      }
    });
  return attempt(RETRIES);
}

function updateRow(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  { conflict, set }: UpsertOptions,
): Maybe<Row | undefined> {
  // Null is equal to nothing here, as in any unique key.
  if (conflict.some((name) => (row[name] ?? null) === null)) return undefined;
  const { dialect } = table.traits;
  const values: unknown[] = [];
  const equals = (name: string): string => {
    const { quoted, encode } = table.column(name);
    const value = row[name] ?? null;
    const place = dialect.placeholder(values.push(value === null || encode === null ? value : encode(value)));
    return `${quoted} = ${place}`;
  };
  const given = set.filter((name) => row[name] !== undefined);
  const assigned = given.map(equals).join(", ");
  const where = conflict.map(equals).join(" AND ");
  const list = columnList(table.columns);
  const sql = given.length === 0
    ? `SELECT ${list} FROM ${table.quoted} WHERE ${where}`
    : `UPDATE ${table.quoted} SET ${assigned} WHERE ${where} RETURNING ${list}`;
  const statement = query(sql, table.columns.map(({ name }) => name), { bigints: hasBigint(table.columns) });
  const decoder = table.decoder(undefined);
  const written = Object.fromEntries(given.map((name) => [name, row[name]]));
  const failed = (error: unknown): Maybe<never> =>
    failWith(database, session, error, { table, attempt: "upsert into", changed: written });
  try {
    const rows = session.all(statement, values);
    return rows instanceof Promise
      ? rows.then((found) => decoder.decode(found)[0]).catch(failed)
      : decoder.decode(rows)[0];
  } catch (error) {
    return failed(error);
  }
}

/** Whether an insert met a row that is equal in the conflict columns, which was not there a moment before. */
function meantTheSame(error: unknown, { conflict }: UpsertOptions): boolean {
  return error instanceof UniqueConstraintError && error.columns.length === conflict.length &&
    conflict.every((name) => error.columns.includes(name));
}
