import { chain, type Maybe, settle } from "../chain/chain.ts";
import { notNullViolation } from "../errors/violations.ts";
import type { AnySession } from "./any_engine.ts";
import { insertGiven } from "./insert_given.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlChanges } from "./sql_engine.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { outOfRange } from "./sql_error.ts";
import type { SqlTable } from "./sql_table.ts";
import { type Failed, failWith } from "./statement_error.ts";

const INT64_MAX = 2n ** 63n - 1n;

/** Stores one row. */
export function insertRow(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
): Maybe<Row> {
  const { inserts } = table;
  if (inserts.byStore.length > 0) {
    return settle(
      () => insertGiven(table, session, row),
      (stored) => stored,
      (error) => insertFailed(database, table, session, row, error),
    );
  }
  if (inserts.rowNumber !== null) checkRowNumber(table, inserts.rowNumber, row);
  try {
    const { query, writer, numbers } = inserts.one(row);
    const values = writer.values(row);
    if (numbers === "returned") {
      const rows = session.all(query, values);
      if (!(rows instanceof Promise)) return inserts.result(row, inserts.numbers(rows)[0]);
      return rows.then((found) => inserts.result(row, inserts.numbers(found)[0]))
        .catch((error) => insertFailed(database, table, session, row, error));
    }
    const done = session.run(query, values);
    if (!(done instanceof Promise)) {
      return inserts.result(row, numbers === "given" ? undefined : lastNumber(table, done));
    }
    return done.then((changes) =>
      inserts.result(row, numbers === "given" ? undefined : lastNumber(table, changes))
    )
      .catch((error) => insertFailed(database, table, session, row, error));
  } catch (error) {
    return insertFailed(database, table, session, row, error);
  }
}

/** The number of the row inserted last. Beyond 2^53 it would not be exact: then others have filled the table. */
export function lastNumber(table: SqlTable, { lastInsertRowid }: SqlChanges): number {
  const number = Number(lastInsertRowid);
  if (Number.isSafeInteger(number)) return number;
  const { assigned } = table.inserts;
  throw outOfRange(`Cannot insert into \`${table.name}\``, assigned?.name ?? "", {
    driver: table.traits.driver,
    table: table.name,
  });
}

/** Refuses a null where SQLite would make up a number. */
export function checkRowNumber(table: SqlTable, name: string, row: Readonly<Row>): void {
  if ((row[name] ?? null) !== null) return;
  throw notNullViolation({ driver: table.traits.driver, table: table.name }, "insert into", { name });
}

function insertFailed(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  error: unknown,
): Maybe<never> {
  const { assigned } = table.inserts;
  const failed: Failed = { table, attempt: "insert into", inserted: row };
  // SQLite says "full" for a table that has used its last number.
  if (assigned?.kind !== "bigint" || database.engine.failure(error).kind !== "full") {
    return failWith(database, session, error, failed);
  }
  return chain(table.traits.dialect.catalog.lastNumber(session, table.name), (last) => {
    if (last !== INT64_MAX) return failWith(database, session, error, failed);
    const details = { driver: database.driver, table: table.name, cause: error };
    throw outOfRange(`Cannot insert into \`${table.name}\``, assigned.name, details);
  });
}
