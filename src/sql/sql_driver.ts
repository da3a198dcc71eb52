import { chain, chainAll, isPromise, type Maybe } from "../chain/chain.ts";
import type {
  AggregateOperation,
  AsyncDriver,
  BulkUpdate,
  ColumnDefinition,
  DriverConfig,
  DriverMetadata,
  DriverWhere,
  GroupPlan,
  IndexOptions,
  QueryOptions,
  QueryPlan,
  SyncDriver,
  TableSchema,
  UpsertOptions,
} from "../contract/mod.ts";
import { TransactionError } from "../errors/mod.ts";
import { readFind } from "../query/find_options.ts";
import { readWhere } from "../query/where_reader.ts";
import { aggregate } from "./aggregate_one.ts";
import { asArrays, query } from "./any_engine.ts";
import { type CompiledQuery, compileQuery } from "./compiled_query.ts";
import { groupRows } from "./group_rows.ts";
import { insertRow } from "./insert_row.ts";
import { insertRows } from "./insert_rows.ts";
import { iterateRows } from "./iterate_rows.ts";
import { PreparedSql } from "./prepared_sql.ts";
import type { Row } from "./rows_decoder.ts";
import { runCount, runSelect } from "./run_query.ts";
import { type AnyProvider, SqlConnection } from "./sql_connection.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { type AsyncSqlProvider, SQL_CAPABILITIES, type SyncSqlProvider } from "./sql_provider.ts";
import type { SqlTable } from "./sql_table.ts";
import { createIndex, createTable, dropIndex, dropTable, introspect } from "./table_definition.ts";
import { upsertRow } from "./upsert_row.ts";

/** A search, count, update or delete with its values. */
interface Call {
  readonly compiled: CompiledQuery;
  readonly params: readonly unknown[];
}

/** A whole driver made of SQL engines. One body serves both kinds: what an engine answers at once, is answered at once. */
class SqlDriver {
  readonly metadata: DriverMetadata;
  readonly #connection: SqlConnection;
  readonly #sync: boolean;

  constructor(provider: SyncSqlProvider | AsyncSqlProvider) {
    const { name, version, capabilities } = provider;
    this.metadata = Object.freeze({
      name,
      version,
      capabilities: Object.freeze({ ...SQL_CAPABILITIES, ...capabilities }),
    });
    this.#connection = new SqlConnection(provider as unknown as AnyProvider);
    this.#sync = provider.mode === "sync";
  }

  connect(config: DriverConfig): Maybe<void> {
    return this.#answer(() => this.#connection.connect(config));
  }

  disconnect(): Maybe<void> {
    return this.#answer(() => this.#connection.disconnect());
  }

  createTable(dbName: string, tableName: string, schema: TableSchema): Maybe<void> {
    return this.#answer(() =>
      createTable(this.#connection, this.#connection.database(dbName), tableName, schema)
    );
  }

  dropTable(dbName: string, tableName: string): Maybe<void> {
    return this.#answer(() => dropTable(this.#connection, this.#connection.database(dbName), tableName));
  }

  tableExists(dbName: string, tableName: string): Maybe<boolean> {
    return this.#answer(() => {
      const database = this.#connection.database(dbName);
      return chain(
        database.enter(),
        (session) => database.engine.dialect.catalog.hasTable(session, tableName),
      );
    });
  }

  findOne(dbName: string, tableName: string, options: QueryOptions): Maybe<Row | null> {
    const limit = options.limit === 0 ? 0 : 1;
    return chain(this.findAll(dbName, tableName, { ...options, limit }), (rows) => rows[0] ?? null);
  }

  findAll(dbName: string, tableName: string, options: QueryOptions): Maybe<Row[]> {
    return this.#on(dbName, tableName, (database, table) => {
      const { compiled, params } = readSelect(table, options);
      return chain(database.enter(), (session) => runSelect(database, table, session, compiled, params));
    });
  }

  count(dbName: string, tableName: string, where: DriverWhere = {}): Maybe<number> {
    return this.#on(dbName, tableName, (database, table) => {
      const { compiled, params } = readChange(table, "count", where);
      return chain(database.enter(), (session) => runCount(database, table, session, compiled, params));
    });
  }

  insert(dbName: string, tableName: string, data: Readonly<Row>): Maybe<Row> {
    if (!this.#sync) return this.#on(dbName, tableName, (database, table) => insert(database, table, data));
    const database = this.#connection.database(dbName);
    return insert(database, database.table(tableName), data);
  }

  bulkInsert(dbName: string, tableName: string, records: readonly Readonly<Row>[]): Maybe<Row[]> {
    return this.#on(dbName, tableName, (database, table) => {
      if (records.length === 0) return [];
      return this.#atomically(() =>
        chain(
          database.enterToWrite("insert into", table.name),
          (session) => insertRows(database, table, session, records),
        )
      );
    });
  }

  update(dbName: string, tableName: string, data: Readonly<Row>, where: DriverWhere): Maybe<number> {
    return this.#on(
      dbName,
      tableName,
      (database, table) => change(database, table, readUpdate(table, data, where)),
    );
  }

  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): Maybe<number> {
    return this.#on(dbName, tableName, (database, table) => {
      const calls = updates.map(({ data, where }) => readUpdate(table, data, where));
      if (calls.length === 0) return 0;
      return this.#atomically(() =>
        chain(
          chainAll(calls, (call) => change(database, table, call)),
          (counts) => counts.reduce((sum, count) => sum + count, 0),
        )
      );
    });
  }

  delete(dbName: string, tableName: string, where: DriverWhere): Maybe<number> {
    return this.#on(
      dbName,
      tableName,
      (database, table) => change(database, table, readChange(table, "delete", where)),
    );
  }

  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): Maybe<void> {
    return this.#on(dbName, tableName, (database, table) => createIndex(database, table, indexName, options));
  }

  dropIndex(dbName: string, tableName: string, indexName: string): Maybe<void> {
    return this.#on(dbName, tableName, (database, table) => dropIndex(database, table, indexName));
  }

  begin(): Maybe<{ commit(): Maybe<void>; rollback(): Maybe<void> }> {
    return this.#answer(() => {
      const frame = this.#connection.push();
      const { transactions } = this.#connection;
      return {
        commit: () => this.#answer(() => transactions.commit(frame)),
        rollback: () => this.#answer(() => transactions.rollback(frame)),
      };
    });
  }

  transaction<T>(fn: () => Maybe<T>): Maybe<T> {
    return this.#answer(() => this.#atomically(fn));
  }

  aggregate(
    dbName: string,
    tableName: string,
    operation: AggregateOperation,
    field: string,
    where: DriverWhere = {},
  ): Maybe<number> {
    return this.#on(
      dbName,
      tableName,
      (database, table) =>
        chain(database.enter(), (session) => aggregate(database, table, session, operation, field, where)),
    );
  }

  prepare(dbName: string, tableName: string, plan: QueryPlan): PreparedSql {
    const database = this.#connection.database(dbName);
    return new PreparedSql(database, database.table(tableName), plan);
  }

  iterate(
    dbName: string,
    tableName: string,
    options: QueryOptions,
  ): IterableIterator<Row> | AsyncIterableIterator<Row> {
    const database = this.#connection.database(dbName);
    const table = database.table(tableName);
    const { compiled, params } = readSelect(table, options);
    return iterateRows(database, table, compiled, params, this.#sync);
  }

  upsert(dbName: string, tableName: string, data: Readonly<Row>, options: UpsertOptions): Maybe<Row> {
    return this.#on(
      dbName,
      tableName,
      (database, table) =>
        chain(
          database.enterToWrite("upsert into", tableName),
          (session) => upsertRow(database, table, session, data, options),
        ),
    );
  }

  group(dbName: string, tableName: string, plan: GroupPlan): Maybe<Row[]> {
    return this.#on(
      dbName,
      tableName,
      (database, table) => chain(database.enter(), (session) => groupRows(database, table, session, plan)),
    );
  }

  explain(dbName: string, tableName: string, options: QueryOptions): Maybe<string[]> {
    return this.#on(dbName, tableName, (database, table) => {
      const { compiled, params } = readSelect(table, options);
      return chain(database.enter(), (session) => {
        const { sql, columns } = table.traits.dialect.explain(compiled.query.sql);
        return chain(
          session.all(query(sql, columns), compiled.bind(params)),
          (rows) => asArrays(rows, columns).map((row) => String(row.at(-1))),
        );
      });
    });
  }

  introspect(dbName: string, tableName: string): Maybe<Readonly<Record<string, ColumnDefinition>> | null> {
    return this.#answer(() => introspect(this.#connection.database(dbName), tableName));
  }

  #on<T>(
    dbName: string,
    tableName: string,
    work: (database: SqlDatabase, table: SqlTable) => Maybe<T>,
  ): Maybe<T> {
    return this.#answer(() => {
      const database = this.#connection.database(dbName);
      return work(database, database.table(tableName));
    });
  }

  /** An async driver rejects, and never throws. */
  #answer<T>(work: () => Maybe<T>): Maybe<T> {
    if (this.#sync) return work();
    try {
      return Promise.resolve(work());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #atomically<T>(work: () => Maybe<T>): Maybe<T> {
    const frame = this.#connection.push();
    const { transactions } = this.#connection;
    const undo = (error: unknown): Maybe<never> =>
      chain(transactions.rollback(frame), () => {
        throw error;
      });
    let result: Maybe<T>;
    try {
      result = work();
    } catch (error) {
      return undo(error);
    }
    if (!isPromise(result)) return chain(transactions.commit(frame), () => result);
    if (this.#sync) {
      result.then(undefined, () => undefined);
      return undo(
        new TransactionError(
          "Cannot run an async callback in a transaction of a sync driver: its work so far is rolled back; use a synchronous " +
            "callback, or wrap the driver with toAsyncDriver to await inside a transaction",
          { code: "ASYNC_CALLBACK", driver: this.metadata.name },
        ),
      );
    }
    return result.then((value) => chain(transactions.commit(frame), () => value), undo);
  }
}

function insert(database: SqlDatabase, table: SqlTable, data: Readonly<Row>): Maybe<Row> {
  const { writer } = database;
  if (writer !== null) return insertRow(database, table, writer, data);
  return chain(
    database.enterToWrite("insert into", table.name),
    (session) => insertRow(database, table, session, data),
  );
}

function change(database: SqlDatabase, table: SqlTable, { compiled, params }: Call): Maybe<number> {
  return chain(
    database.enterToWrite(compiled.attempt, table.name),
    (session) => runCount(database, table, session, compiled, params),
  );
}

function readSelect(table: SqlTable, options: QueryOptions): Call {
  const { shape, params, where, orderBy, limit, offset, select } = readFind(table.table, options, false);
  const compiled = cached(table, `?${shape}`, () => ({
    kind: "select",
    where,
    orderBy,
    ...(limit === undefined ? null : { limit }),
    ...(offset === undefined ? null : { offset }),
    ...(select === undefined ? null : { select }),
  }));
  return { compiled, params };
}

function readChange(table: SqlTable, kind: "count" | "delete", where: DriverWhere): Call {
  const { predicate, params, shape } = readWhere(table.table, where, false);
  return { compiled: cached(table, `${kind}${shape}`, () => ({ kind, where: predicate })), params };
}

function readUpdate(table: SqlTable, data: Readonly<Row>, where: DriverWhere): Call {
  const { predicate, params, shape } = readWhere(table.table, where, false);
  const columns = Object.keys(data).filter((name) => data[name] !== undefined);
  const first = params.length;
  const key = `=${columns.map((name) => table.column(name).column.index).join(",")}=${shape}`;
  const compiled = cached(table, key, () => ({
    kind: "update",
    where: predicate,
    set: columns.map((column, i) => ({ column, slot: first + i })),
  }));
  return { compiled, params: [...params, ...columns.map((name) => data[name])] };
}

function cached(table: SqlTable, shape: string, plan: () => QueryPlan): CompiledQuery {
  let compiled = table.queries.get(shape);
  if (compiled === undefined) table.queries.set(shape, compiled = compileQuery(table, plan()));
  return compiled;
}

/** A driver with every member of the contract that a SQL store can offer, sync. */
export type SyncSqlDriver = Required<SyncDriver>;
/** A driver with every member of the contract that a SQL store can offer, async. */
export type AsyncSqlDriver = Required<AsyncDriver>;

/** Makes a sync driver of an engine's provider; driver classes extend it. */
export const SyncSqlDriver: new (provider: SyncSqlProvider) => SyncSqlDriver = SqlDriver as unknown as new (
  provider: SyncSqlProvider,
) => SyncSqlDriver;

/** Makes an async driver of an engine's provider; driver classes extend it. */
export const AsyncSqlDriver: new (provider: AsyncSqlProvider) => AsyncSqlDriver =
  SqlDriver as unknown as new (
    provider: AsyncSqlProvider,
  ) => AsyncSqlDriver;

/** Makes a whole driver of where its engines come from. */
export function sqlDriver(provider: SyncSqlProvider): SyncSqlDriver;
/** Makes a whole driver of where its engines come from. */
export function sqlDriver(provider: AsyncSqlProvider): AsyncSqlDriver;
/** Makes a whole driver of where its engines come from. */
export function sqlDriver(provider: SyncSqlProvider | AsyncSqlProvider): SyncSqlDriver | AsyncSqlDriver {
  return new SqlDriver(provider) as unknown as SyncSqlDriver | AsyncSqlDriver;
}
