/**
 * A driver that keeps everything in memory: the executable definition of what every other driver must do, and a store for tests.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * Note.bulkCreate([{ text: "buy milk" }, { text: "read" }]);
 * console.log(Note.findAll({ where: { text: { $contains: "milk" } } }).length); // 1
 * ```
 *
 * @module
 */
import type {
  AggregateOperation,
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
  SyncPreparedQuery,
  SyncTransaction,
  TableSchema,
  UpsertOptions,
} from "../src/contract/mod.ts";
import { OPERATORS } from "../src/contract/mod.ts";
import { ConnectionError, TransactionError, UnsupportedError } from "../src/errors/mod.ts";
import { readWhere } from "../src/query/where_reader.ts";
import {
  Database,
  describeSchema,
  explainSearch,
  type Filter,
  rowCopier,
  type Search,
  UndoLog,
} from "../src/reference/mod.ts";

const NAME = "memory";

/**
 * Keeps databases in memory, for as long as the driver object lives. Synchronous, in every runtime.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const User = orm.define("app", "users", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   name: { type: DataTypes.TEXT, notNull: true },
 * });
 * console.log(User.create({ name: "Ada" }));
 * ```
 */
export class MemoryDriver implements SyncDriver {
  /** Everything is declared: values are stored natively and every condition is applied. */
  readonly metadata: DriverMetadata = {
    name: NAME,
    version: "0.1.0",
    capabilities: {
      nativeTypes: ["date", "bytes", "bigint"],
      operators: OPERATORS,
      logic: true,
      jsonPaths: true,
      orderBy: true,
      limit: true,
      select: true,
      unique: true,
      uniqueIndexes: true,
      partialIndexes: true,
      references: true,
      transactions: "exclusive",
      savepoints: true,
    },
  };
  readonly #databases: Map<string, Database> = new Map();
  readonly #log: UndoLog = new UndoLog();
  #config: DriverConfig | null = null;

  /** Allows operations. Data that an earlier connection stored is still there. */
  connect(config: DriverConfig = {}): void {
    this.#config ??= config;
  }

  /** Refuses operations from now on, and undoes what an open transaction did. The data stays. */
  disconnect(): void {
    this.#log.rollbackAll();
    this.#config = null;
  }

  /**
   * Makes a table when it is absent.
   *
   * @throws {ValidationError} When it exists with a different schema (`SCHEMA_MISMATCH`).
   */
  createTable(dbName: string, tableName: string, schema: TableSchema): void {
    this.#write("createTable", dbName, tableName).createTable(tableName, schema);
  }

  /**
   * Removes a table, when it exists.
   *
   * @throws {ForeignKeyConstraintError} When rows of another table refer to it.
   */
  dropTable(dbName: string, tableName: string): void {
    this.#write("dropTable", dbName, tableName).dropTable(tableName);
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
    return rows.values().map((row) => copy(row) as T);
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
    this.#write("createIndex", dbName, tableName).createIndex(tableName, indexName, options);
  }

  /** Removes an index, when it exists. */
  dropIndex(dbName: string, tableName: string, indexName: string): void {
    this.#write("dropIndex", dbName, tableName).dropIndex(tableName, indexName);
  }

  /**
   * Runs `fn`; when it throws, everything written in all databases meanwhile is undone. Inside another it is a savepoint.
   *
   * @returns What `fn` returned.
   * @throws {TransactionError} When `fn` returned a Promise (`ASYNC_CALLBACK`); its work so far is undone.
   */
  transaction<T>(fn: () => T): T {
    const open = this.begin();
    let result: T;
    try {
      result = fn();
      refuseThenable(result);
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
    return this.#log.begin();
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
        { driver: NAME, table: tableName, columns: [name] },
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
        const values = Object.fromEntries((plan.set ?? []).map(({ column, slot }) => [column, params[slot]]));
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

  #write(operation: string, dbName: string, tableName: string): Database {
    if (this.#config?.readonly === true) {
      throw new ConnectionError(
        `Cannot ${operation} on \`${tableName}\` of \`${dbName}\`: the driver is connected with \`readonly\`; connect without it to write`,
        { code: "READ_ONLY", driver: NAME, table: tableName },
      );
    }
    return this.#read(operation, dbName, tableName);
  }

  #read(operation: string, dbName: string, tableName: string): Database {
    const { verbose } = this.#connected(operation);
    if (verbose) (verbose === true ? console.log : verbose)(`${NAME}: ${operation} ${dbName}.${tableName}`);
    let database = this.#databases.get(dbName);
    if (database === undefined) this.#databases.set(dbName, database = new Database(NAME, dbName, this.#log));
    return database;
  }

  #connected(operation: string): DriverConfig {
    if (this.#config !== null) return this.#config;
    throw new ConnectionError(`Cannot ${operation}: the driver is not connected; call connect first`, {
      code: "NOT_CONNECTED",
      driver: NAME,
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

function refuseThenable(result: unknown): void {
  if (
    typeof result !== "object" || result === null || typeof (result as { then?: unknown }).then !== "function"
  ) return;
  // What it goes on to do is not waited for, so its failure must not be reported as unhandled.
  (result as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new TransactionError(
    "Cannot run an async callback in a transaction of a sync driver: its work so far is rolled back; use a synchronous callback",
    { code: "ASYNC_CALLBACK", driver: NAME },
  );
}
