import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { AnySession } from "./any_engine.ts";
import { checkRowNumber, firstValues, insertRow, lastNumber } from "./insert_row.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlChanges } from "./sql_engine.ts";
import type { SqlFailureKind } from "./sql_failure.ts";
import type { SqlTable } from "./sql_table.ts";
import { failWith } from "./statement_error.ts";

/** Rows a statement stores at most: more gain nothing. */
const CHUNK_ROWS = 100;
/** What one row can be wrong about, after which the transaction is still open. */
const ROW_FAILURES: readonly SqlFailureKind[] = ["unique", "foreignKey", "notNull", "check", "type"];

/** Stores rows, several a statement. The caller holds the transaction that makes them one. */
export function insertRows(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  rows: readonly Readonly<Row>[],
): Maybe<Row[]> {
  // A row may refer to one before it and not to one after it, which a statement of several rows would not notice.
  if (table.table.columns.some(({ references }) => references?.table === table.name)) {
    return insertEach(database, table, session, rows);
  }
  const results: Row[] = [];
  return chain(
    chainAll(
      chunks(rows, chunkSize(table)),
      (chunk) =>
        chain(insertChunk(database, table, session, chunk), (stored) => {
          for (const row of stored) results.push(row);
        }),
    ),
    () => results,
  );
}

function insertChunk(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  rows: readonly Readonly<Row>[],
): Maybe<Row[]> {
  const { inserts } = table;
  const { rowNumber } = inserts;
  if (rowNumber !== null) { for (const row of rows) checkRowNumber(table, rowNumber, row, "insert into"); }
  const { query, writer, numbers } = inserts.many(rows);
  const stored = (numberOf: (index: number) => unknown): Row[] =>
    rows.map((row, i) => inserts.result(row, numberOf(i)));
  const returned = (found: unknown[]): Row[] => {
    const ids = firstValues(found);
    return stored((i) => ids[i]);
  };
  const done = (changes: SqlChanges): Row[] => {
    if (numbers === "given") return stored(() => undefined);
    // The numbers of one statement follow one another.
    const first = lastNumber(table, changes) - rows.length + 1;
    return stored((i) => first + i);
  };
  const failed = (error: unknown): Maybe<Row[]> => {
    // One by one, so that the first row that is wrong is the one reported.
    if (ROW_FAILURES.includes(database.engine.failure(error).kind)) {
      return insertEach(database, table, session, rows);
    }
    return failWith(database, session, error, { table, attempt: "insert into" });
  };
  try {
    const { width } = writer;
    const values = new Array<unknown>(rows.length * width);
    for (let i = 0; i < rows.length; i++) writer.write(values, i * width, rows[i] as Row);
    if (numbers === "returned") {
      const found = session.all(query, values);
      return found instanceof Promise ? found.then(returned).catch(failed) : returned(found);
    }
    const changes = session.run(query, values);
    return changes instanceof Promise ? changes.then(done).catch(failed) : done(changes);
  } catch (error) {
    return failed(error);
  }
}

function insertEach(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  rows: readonly Readonly<Row>[],
): Maybe<Row[]> {
  return chainAll(rows, (row) => insertRow(database, table, session, row));
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
  const fitting = Math.floor(table.traits.dialect.maxParameters / table.columns.length);
  return Math.max(1, Math.min(CHUNK_ROWS, fitting));
}
