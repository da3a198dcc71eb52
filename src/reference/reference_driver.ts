import type {
  AggregateOperation,
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
  SchemaDifference,
  SyncDriver,
  SyncPreparedQuery,
  SyncTransaction,
  TableChange,
  TableIndex,
  TableSchema,
  UpsertOptions,
} from "../contract/mod.ts";
import { EVERYTHING } from "../contract/everything.ts";
import { ConnectionError, UnsupportedError } from "../errors/mod.ts";
import { readWhere } from "../query/where_reader.ts";
import { refusePromise } from "../transaction/async_callback.ts";
import { computesValues, givenValues, rowChange } from "./computed_values.ts";
import type { Database } from "./database.ts";
import { explainSearch } from "./explain.ts";
import { type Row, type RowCopier, rowCopier } from "./row.ts";
import { lendWaiting, type Waiting } from "../transaction/waiting.ts";
import { differencesOf } from "./same_schema.ts";
import type { Filter, Search } from "./search.ts";
import { describeSchema } from "./storage_schema.ts";
import type { UndoLog } from "./undo_log.ts";

/** Where a driver over the relational engine has its databases. */
export interface DatabaseProvider {
  /** The driver's `metadata.name`. */
  readonly name: string;
  /** The driver's version. */
  readonly version: string;
  /** What all the databases record their changes in. */
  readonly log: UndoLog;
  /** Takes the configuration of `connect`. @returns What is told of each operation, or null. */
  configure(config: DriverConfig): ((message: string) => void) | null;
  /** The database of a name, opened when it is not. */
  database(name: string): Database;
  /** Whether nothing may be written to the database of a name, which is open. */
  readonly(name: string): boolean;
  /** Closes every database. */
  close(): void;
  /** How it waits for locks; absent when there are none. */
  readonly waiting?: Waiting;
}

/** A driver over the relational engine: everything it declares the engine does, on the databases of a provider. */
export class ReferenceDriver implements SyncDriver {
  /** Everything is declared: values are stored natively and every condition is applied. */
  readonly metadata: DriverMetadata;
  readonly #provider: DatabaseProvider;
  #isConnected = false;
  #log: ((message: string) => void) | null = null;

  /**
   * Makes a driver; no database is opened before it is used.
   *
   * @internal Drivers over the engine are made by the library.
   */
  constructor(provider: DatabaseProvider) {
    this.#provider = provider;
    if (provider.waiting !== undefined) lendWaiting(this, provider.waiting);
    this.metadata = {
      name: provider.name,
      version: provider.version,
      capabilities: { ...EVERYTHING, expressions: true, findsReferring: true },
    };
  }

  /** Allows operations. Data that an earlier connection stored is still there. A second call does nothing. */
  connect(config: DriverConfig = {}): void {
    if (this.#isConnected) return;
    this.#log = this.#provider.configure(config);
    this.#isConnected = true;
  }

  /** Refuses operations from now on, and undoes what an open transaction did. What is stored stays. */
  disconnect(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#provider.log.rollbackAll();
    this.#provider.close();
  }

  /**
   * Makes a table when it is absent.
   *
   * @throws {ValidationError} When it exists with a different schema (`SCHEMA_MISMATCH`).
   */
  createTable(dbName: string, tableName: string, schema: TableSchema): void {
    const database = this.#read("createTable", dbName, tableName);
    if (database.find(tableName) === undefined) this.#checkWritable("createTable", dbName, tableName);
    database.createTable(tableName, schema);
  }

  /**
   * Makes a table and its indexes, what is absent of them, as one statement.
   *
   * @throws {ValidationError} When the table or an index exists and differs (`SCHEMA_MISMATCH`, `INDEX_MISMATCH`).
   */
  createTableWithIndexes(
    dbName: string,
    tableName: string,
    schema: TableSchema,
    indexes: readonly NamedIndex[],
  ): void {
    this.#connected("createTable");
    this.#provider.log.atomically(() => {
      this.createTable(dbName, tableName, schema);
      for (const { name, ...options } of indexes) this.createIndex(dbName, tableName, name, options);
    });
  }

  /**
   * Removes a table, when it exists.
   *
   * @throws {ForeignKeyConstraintError} When rows of another table refer to it.
   */
  dropTable(dbName: string, tableName: string): void {
    const database = this.#read("dropTable", dbName, tableName);
    if (database.find(tableName) !== undefined) this.#checkWritable("dropTable", dbName, tableName);
    database.dropTable(tableName);
  }

  /** Whether the table exists. */
  tableExists(dbName: string, tableName: string): boolean {
    return this.#read("tableExists", dbName, tableName).find(tableName) !== undefined;
  }

  /** The first row that matches, or null. */
  findOne<T>(dbName: string, tableName: string, options: QueryOptions): T | null {
    return this.findAll<T>(dbName, tableName, { ...options, limit: Math.min(1, options.limit ?? 1) })[0] ??
      null;
  }

  /** All rows that match. Without an order, that of the primary key. */
  findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    const database = this.#read("findAll", dbName, tableName);
    return database.select(tableName, searchOf(database, tableName, options), options.select) as T[];
  }

  /** The rows of `findAll` one by one: those there are when it is called, whatever is written meanwhile. */
  iterate<T>(dbName: string, tableName: string, options: QueryOptions): IterableIterator<T> {
    const database = this.#read("iterate", dbName, tableName);
    const rows = database.search(tableName, searchOf(database, tableName, options));
    const copy = rowCopier(database.table(tableName).table, options.select);
    return copied<T>(rows, copy);
  }

  /** How many rows match. */
  count(dbName: string, tableName: string, where: DriverWhere = {}): number {
    const database = this.#read("count", dbName, tableName);
    return database.count(tableName, filterOf(database, tableName, where));
  }

  /**
   * Stores a row.
   *
   * @returns The row as stored.
   * @throws {RinariError} When a constraint refuses it.
   */
  insert<T>(dbName: string, tableName: string, data: Readonly<Record<string, unknown>>): T {
    return this.#write("insert", dbName, tableName).insert(tableName, [data])[0] as T;
  }

  /** Stores all the rows, in order, or none. */
  bulkInsert<T>(
    dbName: string,
    tableName: string,
    records: readonly Readonly<Record<string, unknown>>[],
  ): T[] {
    return this.#write("bulkInsert", dbName, tableName).insert(tableName, records) as T[];
  }

  /**
   * Changes columns of the rows that match.
   *
   * @returns How many matched.
   * @throws {RinariError} When a constraint refuses it; then nothing is changed.
   */
  update(
    dbName: string,
    tableName: string,
    data: Readonly<Record<string, unknown>>,
    where: DriverWhere,
  ): number {
    const database = this.#write("update", dbName, tableName);
    return database.update(tableName, data, filterOf(database, tableName, where));
  }

  /** Makes all the updates, in order, or none. */
  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): number {
    const database = this.#write("bulkUpdate", dbName, tableName);
    return database.updateEach(
      tableName,
      updates.map(({ data, where }) => ({ values: data, filter: filterOf(database, tableName, where) })),
    );
  }

  /**
   * Inserts a row or, when one is equal to it in the conflict columns, changes that one.
   *
   * @returns The row as stored.
   */
  upsert<T>(
    dbName: string,
    tableName: string,
    data: Readonly<Record<string, unknown>>,
    options: UpsertOptions,
  ): T {
    return this.#write("upsert", dbName, tableName).upsert(tableName, data, options) as T;
  }

  /**
   * Removes the rows that match.
   *
   * @returns How many matched; rows that went because they referred to one of these are not counted.
   */
  delete(dbName: string, tableName: string, where: DriverWhere): number {
    const database = this.#write("delete", dbName, tableName);
    return database.delete(tableName, filterOf(database, tableName, where));
  }

  /**
   * Makes an index.
   *
   * @throws {ValidationError} When another one has the name (`INDEX_MISMATCH`).
   * @throws {UniqueConstraintError} When rows already violate it.
   */
  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): void {
    const database = this.#read("createIndex", dbName, tableName);
    if (!database.table(tableName).named.has(indexName)) {
      this.#checkWritable("createIndex", dbName, tableName);
    }
    database.createIndex(tableName, indexName, options);
  }

  /** Removes an index, when it exists. */
  dropIndex(dbName: string, tableName: string, indexName: string): void {
    const database = this.#read("dropIndex", dbName, tableName);
    if (database.table(tableName).named.has(indexName)) this.#checkWritable("dropIndex", dbName, tableName);
    database.dropIndex(tableName, indexName);
  }

  /**
   * Runs `fn`; when it throws, everything written meanwhile is undone. Inside another it is a savepoint.
   *
   * @returns What `fn` returned.
   * @throws {TransactionError} When `fn` returned a Promise (`ASYNC_CALLBACK`); its work so far is undone.
   */
  transaction<T>(fn: () => T): T {
    const open = this.begin();
    let result: T;
    try {
      result = refusePromise(fn(), { driver: this.#provider.name });
    } catch (error) {
      open.rollback();
      throw error;
    }
    open.commit();
    return result;
  }

  /** Opens a transaction or, inside one, a savepoint. */
  begin(): SyncTransaction {
    this.#connected("begin");
    return this.#provider.log.begin();
  }

  /**
   * A number over one column.
   *
   * @returns `SUM` of nothing is 0; `AVG`, `MIN` and `MAX` of nothing are NaN.
   * @throws {UnsupportedError} When the result is no number.
   */
  aggregate(
    dbName: string,
    tableName: string,
    operation: AggregateOperation,
    field: string,
    where: DriverWhere = {},
  ): number {
    const database = this.#read("aggregate", dbName, tableName);
    const { kind, name } = database.table(tableName).table.column(field);
    if (operation !== "COUNT" && kind !== "integer" && kind !== "real") {
      throw new UnsupportedError(
        `Cannot give ${operation} of \`${name}\` of \`${tableName}\` as a number: its values are not numbers; use \`group\``,
        { driver: this.#provider.name, table: tableName, columns: [name] },
      );
    }
    const term = { operation: AGGREGATES[operation], column: field };
    return (database.aggregate(tableName, term, filterOf(database, tableName, where)) as number | null) ??
      NaN;
  }

  /** Aggregates by group, in the order of the `by` columns. */
  group<T>(dbName: string, tableName: string, plan: GroupPlan): T[] {
    return this.#read("group", dbName, tableName).group(tableName, plan) as T[];
  }

  /** Binds a plan to its table. Each run makes the condition's test of the values given. */
  prepare(dbName: string, tableName: string, plan: QueryPlan): SyncPreparedQuery {
    const filter = (params: readonly unknown[]): Filter => ({ where: plan.where, params });
    return {
      all: <T>(params: readonly unknown[]): T[] =>
        this.#read("select", dbName, tableName).select(tableName, {
          ...plan,
          params,
          offset: plan.offset === undefined ? 0 : params[plan.offset] as number,
        }, plan.select) as T[],
      number: (params) => {
        if (plan.kind === "count") {
          return this.#read("count", dbName, tableName).count(tableName, filter(params));
        }
        const database = this.#write(plan.kind, dbName, tableName);
        if (plan.kind === "delete") return database.delete(tableName, filter(params));
        const { set = [] } = plan;
        const { table, scene } = database.table(tableName);
        const values = computesValues(plan) ? rowChange(table, set, params, scene) : givenValues(set, params);
        return database.update(tableName, values, filter(params));
      },
    };
  }

  /** How a search goes: one readable line a step. */
  explain(dbName: string, tableName: string, options: QueryOptions): string[] {
    const database = this.#read("explain", dbName, tableName);
    return explainSearch(database.table(tableName), searchOf(database, tableName, options));
  }

  /** The columns of a table; null when it is absent. */
  introspect(dbName: string, tableName: string): Readonly<Record<string, ColumnDefinition>> | null {
    const store = this.#read("introspect", dbName, tableName).find(tableName);
    return store === undefined ? null : describeSchema(store.schema);
  }

  /** In what a table is not what a schema says; null when it is absent. */
  differences(dbName: string, tableName: string, schema: TableSchema): readonly SchemaDifference[] | null {
    const store = this.#read("differences", dbName, tableName).find(tableName);
    return store === undefined ? null : differencesOf(tableName, store.schema, schema);
  }

  /** Makes a table what a schema says, with its rows. */
  alterTable(dbName: string, tableName: string, schema: TableSchema, change: TableChange): void {
    this.#write("alterTable", dbName, tableName).alterTable(tableName, schema, change);
  }

  /** Does nothing: no change of a table makes foreign keys act. */
  suspendReferences(dbName: string): void {
    this.#connected("suspendReferences");
    this.#log?.(`${this.#provider.name}: suspendReferences ${dbName}`);
  }

  /** The indexes of a table that were made by name. */
  indexes(dbName: string, tableName: string): readonly TableIndex[] {
    const { named } = this.#read("indexes", dbName, tableName).table(tableName);
    return [...named.values()].map((index) => index.description);
  }

  #write(operation: string, dbName: string, tableName: string): Database {
    const database = this.#read(operation, dbName, tableName);
    this.#checkWritable(operation, dbName, tableName);
    return database;
  }

  #checkWritable(operation: string, dbName: string, tableName: string): void {
    if (!this.#provider.readonly(dbName)) return;
    throw new ConnectionError(
      `Cannot ${operation} on \`${tableName}\` of \`${dbName}\`: the database is open for reading only; open it without ` +
        "`readonly`, with the right to write",
      { code: "READ_ONLY", driver: this.#provider.name, table: tableName },
    );
  }

  #read(operation: string, dbName: string, tableName: string): Database {
    this.#connected(operation);
    this.#log?.(`${this.#provider.name}: ${operation} ${dbName}.${tableName}`);
    return this.#provider.database(dbName);
  }

  #connected(operation: string): void {
    if (this.#isConnected) return;
    throw new ConnectionError(`Cannot ${operation}: the driver is not connected; call connect first`, {
      code: "NOT_CONNECTED",
      driver: this.#provider.name,
    });
  }
}

const AGGREGATES = { SUM: "sum", AVG: "avg", MIN: "min", MAX: "max", COUNT: "count" } as const;

function filterOf(database: Database, tableName: string, where: DriverWhere): Filter {
  const { predicate, params } = readWhere(database.table(tableName).table, where, false);
  return { where: predicate, params };
}

function searchOf(database: Database, tableName: string, options: QueryOptions): Search {
  const { where = {}, orderBy, limit, offset } = options;
  return { ...filterOf(database, tableName, where), orderBy, limit, offset };
}

/** Copies of rows, each made when it is taken. `map` of iterators is not in Node 20. */
function* copied<T>(rows: readonly Row[], copy: RowCopier): Generator<T> {
  for (const row of rows) yield copy(row) as T;
}
