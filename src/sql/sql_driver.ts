import { chain, type Maybe, promised, settle } from "../chain/chain.ts";
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
  NamedIndex,
  QueryOptions,
  QueryPlan,
  RawResult,
  RawStatement,
  SchemaDifference,
  SyncDriver,
  TableChange,
  TableIndex,
  TableSchema,
  UpsertOptions,
} from "../contract/mod.ts";
import type { Attempt } from "../errors/violations.ts";
import { looksAtRelated } from "../query/related.ts";
import { refusePromise } from "../transaction/async_callback.ts";
import { lendWaiting, type Waiting } from "../transaction/waiting.ts";
import { aggregate } from "./aggregate_one.ts";
import { alterTable, suspendReferences } from "./alter_table.ts";
import { type AnyEngine, type AnySession, asArrays, query } from "./any_engine.ts";
import { dataVersion } from "./data_version.ts";
import { groupRows } from "./group_rows.ts";
import { insertRow } from "./insert_row.ts";
import { insertBatch, insertRows } from "./insert_rows.ts";
import { iterateRows } from "./iterate_rows.ts";
import { type AnyPreparedSql, PreparedSql } from "./prepared_sql.ts";
import { runRaw } from "./raw_sql.ts";
import { RelatedSql } from "./related_query.ts";
import { ReturningSql } from "./returning_sql.ts";
import type { Row } from "./rows_decoder.ts";
import { runCount, runSelect } from "./run_query.ts";
import { type AnyProvider, SqlConnection } from "./sql_connection.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { readChange, readSelect, readUpdate } from "./sql_call.ts";
import { type AsyncSqlProvider, SQL_CAPABILITIES, type SyncSqlProvider } from "./sql_provider.ts";
import type { SqlTable } from "./sql_table.ts";
import { createTableWithIndexes } from "./table_with_indexes.ts";
import {
  createIndex,
  createTable,
  dropIndex,
  dropTable,
  introspect,
  listIndexes,
  tableDifferences,
} from "./table_definition.ts";
import { changeRows, updateBatch, updateEach } from "./update_rows.ts";
import { upsertRow } from "./upsert_row.ts";
import { useView } from "./view_definition.ts";

type Batch = NonNullable<AnyEngine["batch"]>;

/** A whole driver made of SQL engines. One body serves both kinds: what an engine answers at once, is answered at once. */
class SqlDriver {
  readonly metadata: DriverMetadata;
  readonly #connection: SqlConnection;
  readonly #sync: boolean;
  readonly #waiting: Waiting | undefined;

  constructor(provider: SyncSqlProvider | AsyncSqlProvider) {
    const { name, version, capabilities } = provider;
    this.metadata = Object.freeze({
      name,
      version,
      capabilities: Object.freeze({ ...SQL_CAPABILITIES, ...capabilities }),
    });
    this.#connection = new SqlConnection(provider as unknown as AnyProvider);
    this.#sync = provider.mode === "sync";
    const waiting = provider.mode === "sync" ? provider.waiting : undefined;
    if (waiting !== undefined) lendWaiting(this, waiting);
    this.#waiting = waiting;
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

  createTableWithIndexes(
    dbName: string,
    tableName: string,
    schema: TableSchema,
    indexes: readonly NamedIndex[],
  ): Maybe<void> {
    const database = () => this.#connection.database(dbName);
    return this.#answer(() =>
      createTableWithIndexes(this.#connection, database(), tableName, schema, indexes)
    );
  }

  useView(dbName: string, viewName: string, schema: TableSchema): Maybe<void> {
    return this.#answer(() => useView(this.#connection, this.#connection.database(dbName), viewName, schema));
  }

  dropTable(dbName: string, tableName: string): Maybe<void> {
    return this.#answer(() => dropTable(this.#connection, this.#connection.database(dbName), tableName));
  }

  tableExists(dbName: string, tableName: string): Maybe<boolean> {
    return this.#answer(() => {
      const database = this.#connection.database(dbName);
      return chain(
        database.enter(),
        (session) =>
          database.guard(
            "search",
            tableName,
            () => database.engine.dialect.catalog.hasTable(session, tableName),
          ),
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
      const each = (): Maybe<Row[]> =>
        this.#together(
          database,
          "insert into",
          table,
          (session) => insertRows(database, table, session, records),
        );
      return this.#inOneCall(
        database,
        "insert into",
        table,
        (batch) => insertBatch(database, table, batch, records),
        each,
      );
    });
  }

  update(dbName: string, tableName: string, data: Readonly<Row>, where: DriverWhere): Maybe<number> {
    return this.#on(
      dbName,
      tableName,
      (database, table) => changeRows(database, table, readUpdate(table, data, where)),
    );
  }

  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): Maybe<number> {
    return this.#on(dbName, tableName, (database, table) => {
      const calls = updates.map(({ data, where }) => readUpdate(table, data, where));
      if (calls.length === 0) return 0;
      const each = (): Maybe<number> =>
        this.#together(database, "update", table, (session) => updateEach(database, table, session, calls));
      return this.#inOneCall(
        database,
        "update",
        table,
        (batch) => updateBatch(database, table, batch, calls),
        each,
      );
    });
  }

  delete(dbName: string, tableName: string, where: DriverWhere): Maybe<number> {
    return this.#on(
      dbName,
      tableName,
      (database, table) => changeRows(database, table, readChange(table, "delete", where)),
    );
  }

  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): Maybe<void> {
    return this.#on(dbName, tableName, (database, table) => createIndex(database, table, indexName, options));
  }

  dropIndex(dbName: string, tableName: string, indexName: string): Maybe<void> {
    return this.#on(dbName, tableName, (database, table) => dropIndex(database, table, indexName));
  }

  begin(): Maybe<{ commit(): Maybe<void>; rollback(): Maybe<void> }> {
    const { transactions } = this.#connection;
    const open = () => {
      const frame = this.#connection.push();
      const opened = {
        commit: () => this.#answer(() => transactions.commit(frame, this.#waiting?.outside)),
        rollback: () => this.#answer(() => transactions.rollback(frame)),
      };
      return settle(
        () => this.#connection.beginAtOnce(),
        () => opened,
        (error) =>
          chain(transactions.rollback(frame), () => {
            throw error;
          }),
      );
    };
    return this.#answer(() => this.#connection.whenFree(open));
  }

  transaction<T>(fn: () => Maybe<T>): Maybe<T> {
    const body = this.#sync ? () => refusePromise(fn(), { driver: this.metadata.name }) : fn;
    const work = () => chain(this.#connection.beginAtOnce(), body);
    return this.#answer(() =>
      this.#connection.whenFree(() => this.#connection.inFlow(() => this.#atomically(work)))
    );
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

  prepare(dbName: string, tableName: string, plan: QueryPlan): AnyPreparedSql {
    const database = this.#connection.database(dbName);
    const table = database.table(tableName);
    const prepared = plan.returning === true
      ? new ReturningSql(database, table, plan)
      : looksAtRelated(plan.where)
      ? new RelatedSql(database, table, plan)
      : new PreparedSql(database, table, plan);
    if (this.#sync) return prepared;
    return {
      all: (params) => this.#answer(() => prepared.all(params)),
      number: (params) => this.#answer(() => prepared.number(params)),
    };
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
          // Bun leaves what explains open, and would refuse to drop the table.
          database.guard(
            "search",
            tableName,
            () => session.all({ ...query(sql, columns), once: true }, compiled.bind(params)),
          ),
          (rows) => asArrays(rows, columns).map((row) => String(row.at(-1))),
        );
      });
    });
  }

  introspect(dbName: string, tableName: string): Maybe<Readonly<Record<string, ColumnDefinition>> | null> {
    return this.#answer(() => introspect(this.#connection.database(dbName), tableName));
  }

  differences(
    dbName: string,
    tableName: string,
    schema: TableSchema,
  ): Maybe<readonly SchemaDifference[] | null> {
    return this.#answer(() => tableDifferences(this.#connection.database(dbName), tableName, schema));
  }

  alterTable(dbName: string, tableName: string, schema: TableSchema, change: TableChange): Maybe<void> {
    const database = () => this.#connection.database(dbName);
    return this.#answer(() => alterTable(this.#connection, database(), tableName, schema, change));
  }

  suspendReferences(dbName: string): Maybe<void> {
    return this.#answer(() => suspendReferences(this.#connection, this.#connection.database(dbName)));
  }

  dataVersion(dbName: string): Maybe<number | null> {
    return this.#answer(() => dataVersion(this.#connection.database(dbName)));
  }

  query(dbName: string, statement: RawStatement): Maybe<RawResult<Row>> {
    return this.#answer(() => runRaw(this.#connection.database(dbName), statement));
  }

  indexes(dbName: string, tableName: string): Maybe<readonly TableIndex[]> {
    return this.#on(dbName, tableName, (database, table) => listIndexes(database, table));
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
    return this.#sync ? work() : promised(work);
  }

  /** Runs steps on one session as one; nothing else runs in between. */
  #together<T>(
    database: SqlDatabase,
    attempt: Attempt,
    table: SqlTable,
    work: (session: AnySession) => Maybe<T>,
  ): Maybe<T> {
    // A transaction that can only be rolled back after an error needs no savepoint for the steps of one operation.
    if (this.#connection.transactions.open && this.#connection.separates) {
      return chain(database.enterToWrite(attempt, table.name), work);
    }
    const steps = (): Maybe<T> =>
      this.#atomically(() => chain(database.enterAlone(attempt, table.name), work));
    return this.#sync ? steps() : this.#connection.alone(steps);
  }

  /** Leaves statements that belong together to an engine that runs them in one call, where there is no transaction around. */
  #inOneCall<T>(
    database: SqlDatabase,
    attempt: Attempt,
    table: SqlTable,
    work: (batch: Batch) => Maybe<T | null>,
    otherwise: () => Maybe<T>,
  ): Maybe<T> {
    return chain(database.open(), (engine) => {
      if (engine.batch === undefined || this.#connection.transactions.open) return otherwise();
      const batch: Batch = (statements) => (engine.batch as Batch)(statements);
      const called = chain(database.enterToWrite(attempt, table.name), () => work(batch));
      return chain(called, (result) => result === null ? otherwise() : result);
    });
  }

  #atomically<T>(work: () => Maybe<T>): Maybe<T> {
    const frame = this.#connection.push();
    const { transactions } = this.#connection;
    return settle(
      work,
      (value) => chain(transactions.commit(frame), () => value),
      (error) =>
        chain(transactions.rollback(frame), () => {
          throw error;
        }),
    );
  }
}

function insert(database: SqlDatabase, table: SqlTable, data: Readonly<Row>): Maybe<Row> {
  const { writer } = database;
  if (writer !== null) {
    database.checkThere("insert into", table.name);
    return insertRow(database, table, writer, data);
  }
  return chain(
    database.enterToWrite("insert into", table.name),
    (session) => insertRow(database, table, session, data),
  );
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
