import type { DriverConfig } from "./driver_config.ts";
import type { DriverMetadata } from "./capabilities.ts";
import type { TableChange } from "./table_change.ts";
import type { SchemaDifference } from "./schema_difference.ts";
import type { ColumnDefinition, TableSchema } from "./table_schema.ts";
import type {
  AggregateOperation,
  BulkUpdate,
  DriverWhere,
  IndexOptions,
  NamedIndex,
  QueryOptions,
  TableIndex,
} from "./query_options.ts";
import type { RawResult, RawStatement } from "./raw_statement.ts";
import type { GroupPlan, QueryPlan, UpsertOptions } from "./plans.ts";

/** An open transaction, or savepoint, of an async driver. Exactly one of its methods is called, once. */
export interface AsyncTransaction {
  /** Makes the work permanent (a savepoint: part of the transaction around it). */
  commit(): Promise<void>;
  /** Undoes the work. Never rejects for a transaction the store has already ended. */
  rollback(): Promise<void>;
}

/** A query that was planned once and is run with different values. */
export interface AsyncPreparedQuery {
  /** `select`, and what has `returning`: the rows. */
  all<T>(params: readonly unknown[]): Promise<T[]>;
  /** `count`, `update`, `delete`: the number of rows. */
  number(params: readonly unknown[]): Promise<number>;
}

/**
 * A driver whose methods return Promises. Everything else is as in {@linkcode SyncDriver}.
 *
 * The first sixteen methods and `metadata` are required; the members that follow
 * are optional and only make it faster or fuller.
 *
 * Values are what {@linkcode Capabilities} declares. Rows are plain objects that belong to the caller.
 */
export interface AsyncDriver {
  /** The driver's name, version and capabilities. */
  readonly metadata: DriverMetadata;

  /** Opens the store. Called before anything else, possibly several times: a second call does nothing. */
  connect(config: DriverConfig): Promise<void>;
  /** Closes the store. A second call does nothing. `connect` may follow. */
  disconnect(): Promise<void>;

  /** Makes the table when it is absent. Does nothing when the same table exists; throws when it differs, as `requireSameSchema` does. */
  createTable(dbName: string, tableName: string, schema: TableSchema): Promise<void>;
  /** Removes the table with its rows and indexes. Does nothing when it is absent. */
  dropTable(dbName: string, tableName: string): Promise<void>;
  /** Whether the table exists. */
  tableExists(dbName: string, tableName: string): Promise<boolean>;

  /** The first row that matches, or null. */
  findOne<T>(dbName: string, tableName: string, options: QueryOptions): Promise<T | null>;
  /** All rows that match. */
  findAll<T>(dbName: string, tableName: string, options: QueryOptions): Promise<T[]>;
  /** How many rows match. */
  count(dbName: string, tableName: string, where?: DriverWhere): Promise<number>;

  /**
   * Stores a row and returns it as stored. An absent autoIncrement column is assigned: one more than the largest number
   * that an insert gave or was given, and than any that a row has. Every other column is given. The data belongs to the
   * driver from then on: what it returns may share values with it.
   */
  insert<T>(dbName: string, tableName: string, data: Readonly<Record<string, unknown>>): Promise<T>;
  /** Stores all the rows or none, in order. As with `insert`, they belong to the driver. */
  bulkInsert<T>(
    dbName: string,
    tableName: string,
    records: readonly Readonly<Record<string, unknown>>[],
  ): Promise<T[]>;
  /** Changes the columns in `data` of the rows that match; returns how many matched. */
  update(
    dbName: string,
    tableName: string,
    data: Readonly<Record<string, unknown>>,
    where: DriverWhere,
  ): Promise<number>;
  /** Makes all the updates, each checked before the next, or none; returns how many rows matched in total. */
  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): Promise<number>;
  /** Removes the rows that match; returns how many matched. */
  delete(dbName: string, tableName: string, where: DriverWhere): Promise<number>;

  /** Makes the index, whose name is of its table. Does nothing when the same one exists, and throws when another has its name. */
  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): Promise<void>;
  /** Removes the index. Does nothing when it is absent. */
  dropIndex(dbName: string, tableName: string, indexName: string): Promise<void>;

  /** Runs `fn`; keeps its work when it returns, undoes it when it throws, and passes on what it returned or threw. */
  transaction<T>(fn: () => Promise<T>): Promise<T>;

  /**
   * Optional. What `createTable` does, then `createIndex` for each index, in as few requests as the store allows. Fallback:
   * those two.
   */
  createTableWithIndexes?(
    dbName: string,
    tableName: string,
    schema: TableSchema,
    indexes: readonly NamedIndex[],
  ): Promise<void>;
  /** Optional. A number over one column. `SUM` of nothing is 0; `AVG`, `MIN` and `MAX` of nothing are NaN. */
  aggregate?(
    dbName: string,
    tableName: string,
    operation: AggregateOperation,
    field: string,
    where?: DriverWhere,
  ): Promise<number>;
  /** Optional. Opens a transaction (or, inside one, a savepoint) without a callback. */
  begin?(): Promise<AsyncTransaction>;
  /** Optional. Plans a query that the core runs many times. Fallback: `findAll`, `count`, `update`, `delete`. */
  prepare?(dbName: string, tableName: string, plan: QueryPlan): AsyncPreparedQuery;
  /** Optional. The rows of `findAll` one by one. Fallback: pages of `findAll` by primary key. */
  iterate?<T>(dbName: string, tableName: string, options: QueryOptions): AsyncIterableIterator<T>;
  /** Optional. Inserts, or updates the row equal in the conflict columns. Fallback: find, then insert or update. */
  upsert?<T>(
    dbName: string,
    tableName: string,
    data: Readonly<Record<string, unknown>>,
    options: UpsertOptions,
  ): Promise<T>;
  /** Optional. Aggregates by group. Fallback: `findAll` and the reference evaluator. */
  group?<T>(dbName: string, tableName: string, plan: GroupPlan): Promise<T[]>;
  /** Optional. How the store would run the query: one readable line a step. Fallback: what is pushed down and what not. */
  explain?(dbName: string, tableName: string, options: QueryOptions): Promise<string[]>;
  /** Optional. The columns of an existing table, as far as the store knows them; null when it is absent. */
  introspect?(dbName: string, tableName: string): Promise<Readonly<Record<string, ColumnDefinition>> | null>;
  /** Optional. In what an existing table is not what the schema says; null when it is absent. Fallback: the error of `createTable`. */
  differences?(
    dbName: string,
    tableName: string,
    schema: TableSchema,
  ): Promise<readonly SchemaDifference[] | null>;
  /**
   * Optional. Makes a table that is there what `schema` says, keeping its rows: columns that are not in it go, those that are new
   * have their default, indexes stay that name no column which went, and references of other tables follow new names. Called in
   * a transaction. It never makes other values: for those a new column takes the place of the old one. Fallback: none.
   */
  alterTable?(dbName: string, tableName: string, schema: TableSchema, change: TableChange): Promise<void>;
  /**
   * Optional. Called first of all in a transaction: until its end foreign keys are not enforced and do nothing, and it is refused
   * when rows refer to nothing then which did not before. Needed where `alterTable` of a table that others refer to
   * throws `REFERENCES_ENFORCED`.
   */
  suspendReferences?(dbName: string): Promise<void>;
  /** Optional. As in `SyncDriver`. */
  dataVersion?(dbName: string): Promise<number | null>;
  /** Optional. The indexes of a table that `createIndex` made, whoever called it. Fallback: those made since the driver was connected. */
  indexes?(dbName: string, tableName: string): Promise<readonly TableIndex[]>;
  /**
   * Optional. Looks for a view, so that its columns in `schema` can be read as those of a table from then on; throws when it is absent
   * or serves them not. Fallback: none.
   */
  useView?(dbName: string, viewName: string, schema: TableSchema): Promise<void>;
  /**
   * Optional. Copies a database, as its last commit left it, to a file beside its own whose name ends with `suffix`; returns where.
   * Fallback: `VACUUM INTO` where the store is a SQLite file, else none.
   */
  copyDatabase?(dbName: string, suffix: string): Promise<string>;
  /** Optional. Runs a statement in the store's own language, in the open transaction when there is one. Fallback: none. */
  query?<T>(dbName: string, statement: RawStatement): Promise<RawResult<T>>;
}
