import { chain, type Maybe, settle } from "../chain/chain.ts";
import type {
  DriverMetadata,
  GroupPlan,
  IndexOptions,
  NamedIndex,
  QueryOptions,
  QueryPlan,
  TableIndex,
  TableSchema,
  UpsertOptions,
} from "../contract/mod.ts";
import type { SelectPlan } from "../query/plans.ts";
import type { TableNames } from "../query/table_names.ts";
import type { Table } from "../schema/table.ts";
import type { AnyIterator, AnyPrepared, CompleteDriver, Row } from "./complete_driver.ts";

/**
 * A driver as one table sees it whose model has other names than the store: the border at which they are translated. Conditions in
 * the form of the sixteen methods are written with the names of the store already.
 */
export class NamedDriver implements Omit<CompleteDriver, "connect" | "disconnect" | "transaction" | "query"> {
  readonly #driver: CompleteDriver;
  readonly #names: TableNames;

  readonly #renameError: (error: unknown) => unknown;

  /**
   * Puts names before a driver.
   *
   * @param renameError Lets an error name what the models call things.
   */
  constructor(driver: CompleteDriver, names: TableNames, renameError: (error: unknown) => unknown) {
    this.#driver = driver;
    this.#names = names;
    this.#renameError = renameError;
  }

  /** What the driver says of itself. */
  get metadata(): DriverMetadata {
    return this.#driver.metadata;
  }

  /** Whether plans that ask for `returning` are not for it. */
  get composes(): boolean {
    return this.#driver.composes === true;
  }

  /** Whether writes read before they write. */
  get writesAlone(): boolean {
    return this.#driver.writesAlone === true;
  }

  /** Makes a table and its indexes, whose schema has the names of the store. */
  createTableWithIndexes(
    dbName: string,
    _table: string,
    schema: TableSchema,
    indexes: readonly NamedIndex[],
  ): Maybe<void> {
    return this.#run(() => this.#driver.createTableWithIndexes(dbName, this.#names.table, schema, indexes));
  }

  /** Looks for a view, whose schema has the names of the store. */
  useView(dbName: string, _view: string, schema: TableSchema): Maybe<void> {
    return this.#run(() => this.#driver.useView?.(dbName, this.#names.table, schema));
  }

  /** Removes the table. */
  dropTable(dbName: string, _table: string): Maybe<void> {
    return this.#run(() => this.#driver.dropTable(dbName, this.#names.table));
  }

  /** Makes an index, which has the names of the store. */
  createIndex(dbName: string, _table: string, indexName: string, options: IndexOptions): Maybe<void> {
    return this.#run(() => this.#driver.createIndex(dbName, this.#names.table, indexName, options));
  }

  /** Removes an index. */
  dropIndex(dbName: string, _table: string, indexName: string): Maybe<void> {
    return this.#run(() => this.#driver.dropIndex(dbName, this.#names.table, indexName));
  }

  /** The indexes, with the names of the store: every model of the table knows them. */
  indexes(dbName: string, _table: string): Maybe<readonly TableIndex[]> {
    return this.#run(() => this.#driver.indexes(dbName, this.#names.table));
  }

  /** Plans a query. */
  prepare(dbName: string, _table: string, plan: QueryPlan): AnyPrepared {
    const prepared = this.#driver.prepare(dbName, this.#names.table, this.#names.plan(plan));
    const rename = this.#names.toModel(plan.select);
    return {
      all: (params) => this.#run(() => chain(prepared.all(params), (rows) => rows.map(rename))),
      number: (params) => this.#run(() => prepared.number(params)),
    };
  }

  /** Whether no more rows are read for a search than its limit says. */
  readsNoMore(table: Table, plan: SelectPlan, params: readonly unknown[]): boolean {
    return this.#driver.readsNoMore?.(table, plan, params) ?? true;
  }

  /** The rows of a search one by one, or null. */
  iterate(dbName: string, _table: string, options: QueryOptions): AnyIterator | null {
    const rows = this.#driver.iterate(dbName, this.#names.table, options);
    if (rows === null || !(Symbol.iterator in rows)) return null;
    const select = options.select?.map((name) => this.#names.member(name));
    return this.#each(rows, this.#names.toModel(select));
  }

  *#each(rows: Iterable<Row>, rename: (row: Row) => Row): Generator<Row, undefined> {
    try {
      for (const row of rows) yield rename(row);
    } catch (error) {
      throw this.#renameError(error);
    }
  }

  /** Stores a row. */
  insert(dbName: string, _table: string, data: Row): Maybe<Row> {
    const { table } = this.#names;
    return this.#rows(this.#run(() => this.#driver.insert(dbName, table, this.#names.toStore(data))));
  }

  /** Stores all rows or none. */
  bulkInsert(dbName: string, _table: string, records: readonly Row[]): Maybe<Row[]> {
    const rows = records.map((row) => this.#names.toStore(row));
    const stored = this.#run(() => this.#driver.bulkInsert(dbName, this.#names.table, rows));
    return chain(stored, (each) => each.map(this.#names.toModel(undefined)));
  }

  /** Makes all updates or none; they have the names of the store. */
  bulkUpdate(
    dbName: string,
    _table: string,
    updates: Parameters<CompleteDriver["bulkUpdate"]>[2],
  ): Maybe<number> {
    return this.#run(() => this.#driver.bulkUpdate(dbName, this.#names.table, updates));
  }

  /** Inserts or updates. */
  upsert(dbName: string, _table: string, data: Row, options: UpsertOptions): Maybe<Row> {
    const row = this.#names.toStore(data);
    const renamed = this.#names.upsert(options);
    return this.#rows(this.#run(() => this.#driver.upsert(dbName, this.#names.table, row, renamed)));
  }

  /** Aggregates by group. */
  group(dbName: string, _table: string, plan: GroupPlan): Maybe<Row[]> {
    const renamed = this.#names.group(plan);
    const groups = this.#run(() => this.#driver.group(dbName, this.#names.table, renamed.plan));
    return chain(groups, (rows) => rows.map(renamed.toModel));
  }

  /** How a search would run, in the words of the store. */
  explain(dbName: string, _table: string, options: QueryOptions): Maybe<string[]> {
    return this.#run(() => this.#driver.explain(dbName, this.#names.table, options));
  }

  #rows(row: Maybe<Row>): Maybe<Row> {
    return chain(row, this.#names.toModel(undefined));
  }

  /** Does what the driver does; its errors name what the model knows. */
  #run<T>(work: () => Maybe<T>): Maybe<T> {
    return settle(work, (value) => value, (error) => {
      throw this.#renameError(error);
    });
  }
}
