import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { NotNullConstraintError } from "../errors/mod.ts";
import type { AnySession } from "./any_engine.ts";
import { failWith } from "./statement_error.ts";
import type { Row } from "./rows_decoder.ts";
import type { Attempt } from "./sql_error.ts";
import { outOfRange } from "./sql_error.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** Rows a statement stores at most: more gain nothing. */
const CHUNK_ROWS = 100;
const INT64_MAX = 2n ** 63n - 1n;

/** Stores one row. */
export function insertRow(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  attempt: Attempt = "insert into",
): Maybe<Row> {
  checkRow(table, row, attempt);
  const { inserts } = table;
  const { assigned } = inserts;
  const values: unknown[] = [];
  try {
    if (assigned !== null && (row[assigned.name] ?? null) === null) {
      inserts.push(values, row, assigned);
      const rows = session.all(inserts.assigning, values);
      if (!(rows instanceof Promise)) return inserts.result(row, onlyValue(rows));
      return rows.then((found) => inserts.result(row, onlyValue(found)))
        .catch((error) => insertFailed(database, table, session, [row], attempt, error));
    }
    inserts.push(values, row, null);
    const done = session.run(inserts.one, values);
    if (!(done instanceof Promise)) return inserts.result(row, undefined);
    return done.then(() => inserts.result(row, undefined))
      .catch((error) => insertFailed(database, table, session, [row], attempt, error));
  } catch (error) {
    return insertFailed(database, table, session, [row], attempt, error);
  }
}

/** Stores rows, several a statement. The caller holds the transaction that makes them one. */
export function insertRows(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  rows: readonly Readonly<Row>[],
): Maybe<Row[]> {
  // A row may refer to one before it and not to one after it, which a statement of several rows would not notice.
  if (table.table.columns.some(({ references }) => references?.table === table.name)) {
    return chainAll(rows, (row) => insertRow(database, table, session, row));
  }
  for (const row of rows) checkRow(table, row, "insert into");
  const { inserts } = table;
  const results: Row[] = [];
  return chain(
    chainAll(chunks(rows, chunkSize(table)), (chunk) => {
      const values: unknown[] = [];
      for (const row of chunk) inserts.push(values, row, null);
      const store = (ids: readonly unknown[] | null): void => {
        for (let i = 0; i < chunk.length; i++) results.push(inserts.result(chunk[i] as Row, ids?.[i]));
      };
      const failed = (error: unknown): Maybe<never> =>
        insertFailed(database, table, session, chunk, "insert into", error);
      try {
        const statement = inserts.many(chunk.length);
        if (inserts.assigned === null) {
          const done = session.run(statement, values);
          return done instanceof Promise ? done.then(() => store(null)).catch(failed) : store(null);
        }
        const found = session.all(statement, values);
        return found instanceof Promise
          ? found.then((ids) => store(allValues(ids))).catch(failed)
          : store(allValues(found));
      } catch (error) {
        return failed(error);
      }
    }),
    () => results,
  );
}

/** Throws the error for an insert that failed. */
export function insertFailed(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  rows: readonly Readonly<Row>[],
  attempt: Attempt,
  error: unknown,
): Maybe<never> {
  const { assigned } = table.inserts;
  // SQLite says "full" for a table that has used its last number.
  if (assigned?.kind !== "bigint" || database.engine.failure(error).kind !== "full") {
    return failWith(database, session, error, { table, attempt, inserted: rows });
  }
  return chain(table.traits.dialect.catalog.lastNumber(session, table.name), (last) => {
    if (last !== INT64_MAX) return failWith(database, session, error, { table, attempt, inserted: rows });
    const details = { driver: database.driver, table: table.name, cause: error };
    throw outOfRange(`Cannot ${attempt} \`${table.name}\``, assigned.name, details);
  });
}

/** Refuses a null key, for which SQLite would make up a number. */
function checkRow(table: SqlTable, row: Readonly<Row>, attempt: Attempt): void {
  for (const { name, autoIncrement } of table.table.primaryKey) {
    if (autoIncrement || (row[name] ?? null) !== null) continue;
    throw new NotNullConstraintError(
      `Cannot ${attempt} \`${table.name}\`: \`${name}\` takes no null; give it a value`,
      {
        driver: table.traits.driver,
        table: table.name,
        columns: [name],
      },
    );
  }
}

/** Pieces of full size, then of powers of two, so that few texts serve every length. */
function chunks(rows: readonly Readonly<Row>[], full: number): (readonly Readonly<Row>[])[] {
  const result: (readonly Readonly<Row>[])[] = [];
  for (let at = 0; at < rows.length;) {
    const left = rows.length - at;
    const size = left >= full ? full : 2 ** Math.floor(Math.log2(left));
    result.push(rows.slice(at, at + size));
    at += size;
  }
  return result;
}

function chunkSize(table: SqlTable): number {
  return Math.max(
    1,
    Math.min(CHUNK_ROWS, Math.floor(table.traits.dialect.maxParameters / table.columns.length)),
  );
}

function onlyValue(rows: readonly unknown[]): unknown {
  return allValues(rows)[0];
}

/** The values of rows of one column. */
function allValues(rows: readonly unknown[]): unknown[] {
  const [first] = rows;
  if (first === undefined) return [];
  if (Array.isArray(first)) return rows.map((row) => (row as unknown[])[0]);
  const name = Object.keys(first as object)[0] as string;
  return rows.map((row) => (row as Row)[name]);
}
