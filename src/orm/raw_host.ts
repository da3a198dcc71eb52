import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type { RawResult, RawStatement } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { entryIn, View } from "../model/view.ts";
import type { RawHost } from "../raw/raw_parts.ts";
import { driverSchema } from "../store/driver_schema.ts";
import type { Row } from "../store/any_driver.ts";
import type { Mode } from "../types/mode.ts";
import type { Connection } from "./connection.ts";
import { traceWork } from "./traced_operation.ts";
import { checkOrigin, type Origin, originOf } from "./row_origin.ts";
import { rowsInOrder } from "./rows_in_order.ts";
import type { TableEntry } from "./table_entry.ts";

/** What changes nothing: anything else may. */
const READ_SQL = /^\s*(?:SELECT|VALUES|EXPLAIN)\b/i;

/** The ORM that statements written by hand belong to. */
export interface RawHome {
  /** The driver in use. */
  readonly connection: Connection;
  /** The table of this name; throws when no model defines it. */
  entryOf(table: string): TableEntry;
  /** Whether a model is one of this ORM. */
  isOwn(view: View<object, never, Mode>, entry: TableEntry): boolean;
  /** With an async driver an error is a rejection. */
  answer<T>(work: () => Maybe<T>): unknown;
}

/** What statements written by hand need of their ORM. */
export function rawHost(database: string, { connection, entryOf, isOwn, answer }: RawHome): RawHost {
  const tableOf = (value: unknown): TableEntry | null => {
    if (!(value instanceof View)) return null;
    const entry = entryIn(value);
    if (entry.base !== entry) {
      throw new ValidationError(
        `Cannot make a statement: the model of \`${value.table}\` is a scope, whose condition a statement by hand would not have; use the ` +
          "model it was made of, and write the condition",
        { code: "INVALID_SQL", table: value.table },
      );
    }
    if (!isOwn(value, entry) || value.database !== database) {
      throw new ValidationError(
        `Cannot make a statement: the model of \`${value.table}\` is of ${
          value.database === database
            ? "another ORM"
            : `database \`${value.database}\`, and the statement of \`${database}\``
        }`,
        { code: "INVALID_SQL", table: value.table },
      );
    }
    return entry;
  };
  /** As a part of an operation whose turn it is. */
  const query = (tables: readonly string[], statement: RawStatement): Maybe<RawResult<Row>> => {
    const { driver } = connection;
    return chain(
      chainAll(tables.map(entryOf), (entry) => entry.ensure()),
      () => (driver.query as NonNullable<typeof driver.query>)(database, statement),
    );
  };
  const run = (tables: readonly string[], statement: RawStatement): Maybe<RawResult<Row>> => {
    const done = traceWork(connection, "sql", database, () =>
      connection.transactions.run(
        database,
        false,
        () => chain(connection.opened(), () => query(tables, statement)),
      ), ({ rows }) => rows.length);
    if (READ_SQL.test(statement.texts[0] ?? "")) return done;
    return chain(done, (result) => {
      connection.changed({ database, tables: () => null });
      return result;
    });
  };
  return {
    database,
    tableOf: (value) => tableOf(value)?.table ?? null,
    columnsOf: (value) => {
      const entry = tableOf(value);
      return entry === null ? null : driverSchema(entry.table);
    },
    find: (at, tables, statement) => {
      const { connection: own, database: place, table } = at as TableEntry;
      if (own === connection && place === database) return query(tables, statement);
      throw new ValidationError(
        `Cannot search \`${table.name}\` of \`${place}\`: a list is found by a statement on database \`${database}\` of ` +
          (place === database ? "another driver" : "the same driver") +
          "; run the statement first, and give the values as an array",
        { code: "INVALID_WHERE", table: table.name },
      );
    },
    run,
    iterate: (tables, statement, read) =>
      connection.mode === "sync"
        ? syncRows(connection, () => run(tables, { ...statement, oneByOne: true }) as RawResult<Row>, read)
        : asyncRows(connection, () => run(tables, statement), read),
    answer,
  };
}

const WHAT = "the rows of SQL";

function* syncRows(
  connection: Connection,
  run: () => RawResult<Row>,
  read: (row: Row) => Row,
): Generator<Row, undefined> {
  const origin = originOf(connection);
  const { rows, each } = run();
  for (const row of each ?? rows) {
    yield read(row);
    checkOrigin(connection, origin, WHAT);
  }
}

function asyncRows(
  connection: Connection,
  run: () => Maybe<RawResult<Row>>,
  read: (row: Row) => Row,
): AsyncIterableIterator<Row> {
  let rows: Row[] | null = null;
  let origin: Origin | null = null;
  let at = 0;
  const end = (): void => {
    rows = [];
  };
  const next = (): Maybe<IteratorResult<Row>> => {
    if (rows === null) {
      origin = originOf(connection);
      const began = (found: RawResult<Row>): Maybe<IteratorResult<Row>> => {
        rows = found.rows;
        return next();
      };
      // A statement that failed is not run again.
      return settle(run, began, (error) => {
        end();
        throw error;
      });
    }
    if (at >= rows.length) return { done: true, value: undefined };
    if (at > 0) checkOrigin(connection, origin, WHAT);
    return { done: false, value: read(rows[at++] as Row) };
  };
  return rowsInOrder(next, end);
}
