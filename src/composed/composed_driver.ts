import { chain, type Maybe } from "../chain/chain.ts";
import { doesEverything } from "../contract/everything.ts";
import type {
  BulkUpdate,
  DriverConfig,
  DriverMetadata,
  GroupPlan,
  IndexOptions,
  NamedIndex,
  QueryOptions,
  QueryPlan,
  RawResult,
  RawStatement,
  TableIndex,
  TableSchema,
  UpsertOptions,
} from "../contract/mod.ts";
import type { CountPlan, DeletePlan, SelectPlan, UpdatePlan } from "../query/plans.ts";
import type { Table } from "../schema/table.ts";
import { divideSearch, type SearchedTable } from "../store/composed_select.ts";
import { Pushdown } from "../store/pushdown.ts";
import { RowCodec } from "../store/row_codec.ts";
import type { AnyDriver, AnyIterator, AnyPrepared, Row } from "../store/any_driver.ts";
import type { CompleteDriver } from "./complete_driver.ts";
import { ComposedDatabase } from "./composed_database.ts";
import type { ComposedTable } from "./composed_table.ts";
import { ComposedTransactions } from "./composed_transactions.ts";

/** A complete driver made of one that is not: it knows the tables and constraints, and undoes what the driver does not. */
export class ComposedDriver implements CompleteDriver {
  /** What the driver says of itself. */
  readonly metadata: DriverMetadata;
  /** A composed driver is. */
  readonly composes = true;
  /** Unless the driver does everything itself. */
  readonly writesAlone: boolean;
  /** Runs a statement in the store's own language, when the driver has one. */
  readonly query?: (dbName: string, statement: RawStatement) => Maybe<RawResult<Row>>;
  /** Looks for a view, when the driver has some. */
  readonly useView?: (dbName: string, viewName: string, schema: TableSchema) => Maybe<void>;
  readonly #driver: AnyDriver;
  readonly #transactions: ComposedTransactions;
  readonly #databases: Map<string, ComposedDatabase> = new Map();
  /** What can be asked of the driver for a table, which need not exist yet. */
  readonly #views: WeakMap<Table, SearchedTable> = new WeakMap();

  /** Completes a driver. */
  constructor(driver: AnyDriver) {
    this.#driver = driver;
    this.metadata = driver.metadata;
    this.writesAlone = !doesEverything(driver.metadata.capabilities ?? {});
    this.#transactions = new ComposedTransactions(driver);
    if (driver.useView !== undefined) {
      this.useView = (dbName, viewName, schema) => this.#database(dbName).useView(viewName, schema);
    }
    if (driver.query !== undefined) this.query = driver.query.bind(driver);
  }

  /** Opens the store. */
  connect(config: DriverConfig): Maybe<void> {
    return this.#driver.connect(config);
  }

  /** Closes the store, and forgets what was known of it. */
  disconnect(): Maybe<void> {
    this.#databases.clear();
    this.#transactions.clear();
    return this.#driver.disconnect();
  }

  /** Forgets what is known of the tables of a database. */
  forget(dbName: string): void {
    this.#databases.delete(dbName);
  }

  /** Makes a table and its indexes. */
  createTableWithIndexes(
    dbName: string,
    tableName: string,
    schema: TableSchema,
    indexes: readonly NamedIndex[],
  ): Maybe<void> {
    return this.#database(dbName).createTable(tableName, schema, indexes);
  }

  /** Removes a table. */
  dropTable(dbName: string, tableName: string): Maybe<void> {
    return this.#database(dbName).dropTable(tableName);
  }

  /** Makes an index. */
  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): Maybe<void> {
    return this.#database(dbName).createIndex(tableName, { ...options, name: indexName });
  }

  /** Removes an index. */
  dropIndex(dbName: string, tableName: string, indexName: string): Maybe<void> {
    return this.#database(dbName).dropIndex(tableName, indexName);
  }

  /** The indexes of a table: those the driver tells of, and those that are enforced here. */
  indexes(dbName: string, tableName: string): Maybe<readonly TableIndex[]> {
    const own = [...this.#table(dbName, tableName).stored.indexes.values()].map((index): TableIndex => ({
      name: index.name,
      columns: index.columns,
      unique: index.unique,
      partial: index.where !== null,
    }));
    const names = own.map(({ name }) => name);
    return chain(
      this.#driver.indexes?.(dbName, tableName) ?? [],
      (told) => [...own, ...told.filter(({ name }) => !names.includes(name))],
    );
  }

  /** Plans a query. */
  prepare(dbName: string, tableName: string, plan: QueryPlan): AnyPrepared {
    const table = (): ComposedTable => this.#table(dbName, tableName);
    return {
      all: (params) => table().select(plan as SelectPlan, params),
      number: (params) => {
        switch (plan.kind) {
          case "update":
            return table().update(plan as UpdatePlan, params);
          case "delete":
            return table().delete(plan as DeletePlan, params);
          default:
            return table().count(plan as CountPlan, params);
        }
      },
    };
  }

  /** Whether no more rows are read for a search than its limit says. */
  readsNoMore(table: Table, plan: SelectPlan, params: readonly unknown[]): boolean {
    let view = this.#views.get(table);
    if (view === undefined) {
      const { capabilities: declared = {}, name } = this.metadata;
      const codec = new RowCodec(table, name, declared.nativeTypes ?? []);
      this.#views.set(table, view = { table, declared, pushdown: new Pushdown(table, declared, codec) });
    }
    return !divideSearch(view, plan, params).limits;
  }

  /** The rows of a search one by one, or null. */
  iterate(dbName: string, tableName: string, options: QueryOptions): AnyIterator | null {
    return this.#table(dbName, tableName).iterate(options);
  }

  /** Stores a row. */
  insert(dbName: string, tableName: string, data: Row): Maybe<Row> {
    return this.#table(dbName, tableName).insert(data);
  }

  /** Stores all rows or none. */
  bulkInsert(dbName: string, tableName: string, records: readonly Row[]): Maybe<Row[]> {
    return this.#table(dbName, tableName).insertAll(records);
  }

  /** Makes all updates or none. */
  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): Maybe<number> {
    return this.#table(dbName, tableName).updateEach(updates);
  }

  /** Inserts or updates. */
  upsert(dbName: string, tableName: string, data: Row, options: UpsertOptions): Maybe<Row> {
    return this.#table(dbName, tableName).upsert(data, options);
  }

  /** Aggregates by group. */
  group(dbName: string, tableName: string, plan: GroupPlan): Maybe<Row[]> {
    return this.#table(dbName, tableName).group(plan);
  }

  /** Who does what of a search. */
  explain(dbName: string, tableName: string, options: QueryOptions): Maybe<string[]> {
    return this.#table(dbName, tableName).explain(options);
  }

  /** Runs work as one. */
  transaction<T>(fn: () => Maybe<T>): Maybe<T> {
    return this.#transactions.run(fn);
  }

  #table(dbName: string, tableName: string): ComposedTable {
    return this.#database(dbName).table(tableName);
  }

  #database(name: string): ComposedDatabase {
    let database = this.#databases.get(name);
    if (database === undefined) {
      database = new ComposedDatabase(this.#driver, name, this.#transactions);
      this.#databases.set(name, database);
    }
    return database;
  }
}
