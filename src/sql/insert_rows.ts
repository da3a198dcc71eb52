import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import { tellRow } from "../errors/tell_row.ts";
import type { AnyEngine, AnySession } from "./any_engine.ts";
import { checkRowNumber, insertRow, lastNumber } from "./insert_row.ts";
import type { InsertStatement } from "./insert_statements.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlChanges, SqlResult } from "./sql_engine.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { ROW_FAILURES } from "./row_failures.ts";
import type { SqlTable } from "./sql_table.ts";
import { failWith } from "./statement_error.ts";

/** Rows a statement stores at most: more gain nothing. */
const CHUNK_ROWS = 100;

/** Rows that one statement stores. */
interface Chunk {
  /** The place of the first of them among all. */
  readonly at: number;
  readonly rows: readonly Readonly<Row>[];
  readonly statement: InsertStatement;
}

/** Stores rows, several a statement. The caller holds the transaction that makes them one. */
export function insertRows(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  rows: readonly Readonly<Row>[],
): Maybe<Row[]> {
  if (table.inserts.byStore.length > 0) {
    return insertEach(database, table, session, { rows, at: 0 });
  }
  const results: Row[] = [];
  return chain(
    chainAll(chunks(table, rows), (chunk) =>
      chain(insertChunk(database, table, session, chunk), (stored) => {
        for (const row of stored) results.push(row);
      })),
    () => results,
  );
}

/**
 * Stores rows in one call of the engine, which stores all of them or none.
 *
 * @returns Null when one of them is wrong: one by one it will be seen which.
 */
export function insertBatch(
  database: SqlDatabase,
  table: SqlTable,
  batch: NonNullable<AnyEngine["batch"]>,
  rows: readonly Readonly<Row>[],
): Maybe<Row[] | null> {
  if (table.inserts.byStore.length > 0) return null;
  const all = chunks(table, rows);
  const statements = all.map((chunk) => ({ query: chunk.statement.query, params: valuesOf(chunk) }));
  const failed = (error: unknown): null => {
    if (ROW_FAILURES.includes(database.engine.failure(error).kind)) return null;
    throw database.error(error, table.name, "insert into");
  };
  return settle(
    () => batch(statements),
    (results) => all.flatMap((chunk, i) => storedRows(table, chunk, results[i] as SqlResult)),
    failed,
  );
}

function insertChunk(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  chunk: Chunk,
): Maybe<Row[]> {
  const failed = (error: unknown): Maybe<Row[]> => {
    // One by one, so that the first row that is wrong is the one reported.
    if (ROW_FAILURES.includes(database.engine.failure(error).kind)) {
      return insertEach(database, table, session, chunk);
    }
    return failWith(database, session, error, { table, attempt: "insert into" });
  };
  try {
    const { query, numbers } = chunk.statement;
    if (numbers === "returned") {
      const found = session.all(query, valuesOf(chunk));
      const done = (rows: unknown[]): Row[] => storedRows(table, chunk, { rows, changes: rows.length });
      return found instanceof Promise ? found.then(done).catch(failed) : done(found);
    }
    const changes = session.run(query, valuesOf(chunk));
    const done = (changes: SqlChanges): Row[] => storedRows(table, chunk, changes);
    return changes instanceof Promise ? changes.then(done).catch(failed) : done(changes);
  } catch (error) {
    return failed(error);
  }
}

function insertEach(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  { rows, at }: Pick<Chunk, "rows" | "at">,
): Maybe<Row[]> {
  return chainAll(
    rows,
    (row, i) =>
      settle(() => insertRow(database, table, session, row), (stored) => stored, (error) => {
        throw tellRow(error, at + i);
      }),
  );
}

function valuesOf({ rows, statement: { writer } }: Chunk): unknown[] {
  const { width } = writer;
  const values = new Array<unknown>(rows.length * width);
  for (let i = 0; i < rows.length; i++) writer.write(values, i * width, rows[i] as Row);
  return values;
}

/** The rows as they were stored. */
function storedRows(
  table: SqlTable,
  { rows, statement: { numbers } }: Chunk,
  result: SqlChanges & { readonly rows?: readonly unknown[] },
): Row[] {
  const { inserts } = table;
  if (numbers === "given") return rows.map((row) => inserts.result(row, undefined));
  if (numbers === "returned") {
    const ids = inserts.numbers(result.rows ?? []);
    return rows.map((row, i) => inserts.result(row, ids[i]));
  }
  // The numbers of one statement follow one another.
  const first = lastNumber(table, result) - rows.length + 1;
  return rows.map((row, i) => inserts.result(row, first + i));
}

/** Pieces of full size, then of powers of two, so that few texts serve every length. */
function chunks(table: SqlTable, rows: readonly Readonly<Row>[]): Chunk[] {
  const { inserts } = table;
  const { rowNumber } = inserts;
  if (rowNumber !== null) { for (const row of rows) checkRowNumber(table, rowNumber, row); }
  const full = chunkSize(table);
  const result: Chunk[] = [];
  for (let at = 0; at < rows.length;) {
    const left = rows.length - at;
    const size = left >= full ? full : 2 ** Math.floor(Math.log2(left));
    const some = rows.slice(at, at + size);
    result.push({ at, rows: some, statement: inserts.many(some) });
    at += size;
  }
  return result;
}

function chunkSize(table: SqlTable): number {
  // A row may refer to one before it and not to one after it, which a statement of several rows would not notice.
  if (table.table.columns.some(({ references }) => references?.table === table.name)) return 1;
  const fitting = Math.floor(table.traits.dialect.maxParameters / table.columns.length);
  return Math.max(1, Math.min(CHUNK_ROWS, fitting));
}
