/**
 * A driver for Deno KV: a local file, memory, KV Connect or Deno Deploy, and `@deno/kv` elsewhere. Asynchronous: methods
 * return Promises.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { DenoKVDriver } from "@rinari/orm/drivers/deno-kv";
 *
 * await using orm = new ORM({ driver: new DenoKVDriver({ path: ":memory:" }) });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * await Note.create({ text: "buy milk" });
 * console.log(await Note.count()); // 1
 * ```
 *
 * @module
 */
import { givenChange } from "./deno_kv/change.ts";
import type {
  AggregateOperation,
  AsyncDriver,
  AsyncPreparedQuery,
  BulkUpdate,
  DriverConfig,
  DriverMetadata,
  DriverWhere,
  GroupPlan,
  IndexOptions,
  QueryOptions,
  QueryPlan,
  SchemaDifference,
  TableChange,
  TableIndex,
  TableSchema,
  UpsertOptions,
} from "../src/contract/mod.ts";
import { ConnectionError } from "../src/errors/mod.ts";
import { ownMembers } from "../src/schema/plain_object.ts";
import { alterTable, indexesBeforehand, makeBeforehand } from "./deno_kv/alter.ts";
import { buildIndex } from "./deno_kv/backfill.ts";
import { bulkInsert, type BulkMode } from "./deno_kv/bulk.ts";
import { describeTable, tableDifferences } from "./deno_kv/describe_table.ts";
import type { Direct } from "./deno_kv/direct.ts";
import { insertDirectly } from "./deno_kv/direct_write.ts";
import { expireRow, expiryOf, purgeExpired } from "./deno_kv/expiry.ts";
import { explainSearch } from "./deno_kv/explain.ts";
import type { KVKey, KVStore } from "./deno_kv/kv.ts";
import { type KVLimits, NAME } from "./deno_kv/limits.ts";
import { openOwn, useStore } from "./deno_kv/open.ts";
import type { Open } from "./deno_kv/open_store.ts";
import { checkKVOptions, type DenoKVOptions, metadataOf } from "./deno_kv/options.ts";
import {
  aggregateMatches,
  countMatches,
  filterOf,
  groupMatches,
  removeMatches,
  searchOf,
  selectRows,
  updateMatches,
} from "./deno_kv/queries.ts";
import { countAll } from "./deno_kv/row_count.ts";
import { refuseToWrite } from "./deno_kv/readonly.ts";
import { PreparedQuery } from "./deno_kv/prepared.ts";
import { KVStatement } from "./deno_kv/statement.ts";
import type { StoredTable } from "./deno_kv/stored_table.ts";
import { createIndex, createTable, dropIndex, dropTable } from "./deno_kv/tables.ts";
import { upsertRow } from "./deno_kv/upsert.ts";
import { repairDatabase } from "./deno_kv/repair.ts";
import { type KVProblem, verifyDatabase } from "./deno_kv/verify.ts";
import { watchRow } from "./deno_kv/watch.ts";
import type { Work } from "./deno_kv/work.ts";

export type { BulkMode, DenoKVOptions, KVKey, KVLimits, KVProblem, KVStore };
export type { KVAtomic, KVChanges, KVEntry, KVKeyPart } from "./deno_kv/kv.ts";

/**
 * Keeps databases in Deno KV, with indexes that change in the same atomic commit as the rows, and transactions that check
 * what they read. Under Deno it opens the store itself; elsewhere it is given one that `@deno/kv` opened.
 */
export class DenoKVDriver implements AsyncDriver {
  /** Everything is declared: what the store does not have, the driver does. */
  readonly metadata: DriverMetadata;
  readonly #options: DenoKVOptions;
  #open: Open | null = null;
  #opening: Promise<void> | null = null;

  /**
   * Makes a driver. `connect` opens the store.
   *
   * @throws {ValidationError} When an option is unknown or makes no sense (`INVALID_OPTIONS`).
   * @throws {UnsupportedError} When the runtime has no KV and no open store is given.
   */
  constructor(options: DenoKVOptions = {}) {
    checkKVOptions(options);
    this.#options = ownMembers(options);
    this.metadata = metadataOf(options);
  }

  /** Opens the store. Further calls do nothing until `disconnect`. */
  async connect(config: DriverConfig = {}): Promise<void> {
    if (this.#open !== null) return;
    this.#opening ??= this.#connect(config).finally(() => this.#opening = null);
    await this.#opening;
  }

  /** Closes the store, unless it was given open. */
  async disconnect(): Promise<void> {
    if (this.#opening !== null) await this.#opening.catch(() => undefined);
    const open = this.#open;
    this.#open = null;
    open?.close();
  }

  /**
   * Makes a table when it is absent.
   *
   * @throws {ValidationError} When it exists with a different schema (`SCHEMA_MISMATCH`).
   * @throws {UnsupportedError} When it refers to a table with rows that expire.
   */
  async createTable(dbName: string, tableName: string, schema: TableSchema): Promise<void> {
    const { sessions, usage } = this.#connected("createTable", dbName, tableName);
    if (!usage.readonly) await sessions.resume(dbName);
    await this.#write("createTable", dbName, tableName, (work) => createTable(work, tableName, schema), {
      isThere: (work) => work.catalog.tables.has(tableName),
    });
  }

  /**
   * Removes a table with its rows and indexes, when it exists.
   *
   * @throws {ForeignKeyConstraintError} When rows of another table refer to it.
   */
  async dropTable(dbName: string, tableName: string): Promise<void> {
    await this.#write("dropTable", dbName, tableName, (work) => dropTable(work, tableName));
  }

  /** Whether the table exists. */
  async tableExists(dbName: string, tableName: string): Promise<boolean> {
    const look = (work: Work) => Promise.resolve(work.catalog.tables.has(tableName));
    return await this.#look("tableExists", dbName, tableName, look);
  }

  /** The first row that matches, or null. */
  async findOne<T>(dbName: string, tableName: string, options: QueryOptions): Promise<T | null> {
    const limit = Math.min(1, options.limit ?? 1);
    return (await this.findAll<T>(dbName, tableName, { ...options, limit }))[0] ?? null;
  }

  /** All rows that match. Without an order, that of the primary key. */
  async findAll<T>(dbName: string, tableName: string, options: QueryOptions): Promise<T[]> {
    return await this.#read(
      "findAll",
      dbName,
      tableName,
      (work, table) => selectRows<T>(work, table, searchOf(table, options), options.select),
    );
  }

  /** How many rows match. Without a condition no row is read. */
  async count(dbName: string, tableName: string, where: DriverWhere = {}): Promise<number> {
    return await this.#read(
      "count",
      dbName,
      tableName,
      (work, table) => countMatches(work, table, filterOf(table, where)),
    );
  }

  /**
   * Stores a row.
   *
   * @returns The row as stored.
   * @throws {RinariError} When a constraint refuses it.
   */
  async insert<T>(dbName: string, tableName: string, data: Readonly<Record<string, unknown>>): Promise<T> {
    const expiresAt = expiryOf(this.#options.expireIn, dbName, tableName);
    const direct = expiresAt() === null ? this.#direct(dbName, true) : null;
    const stored = direct === null ? null : await insertDirectly(direct, tableName, [data]);
    if (stored !== null) return stored[0] as T;
    return await this.#write("insert", dbName, tableName, async (work) => {
      const statement = new KVStatement(work, work.catalog.table(tableName), "insert into");
      const stored = await statement.insert(data, expiresAt());
      await statement.finish();
      return stored.row as T;
    }, { fresh: true });
  }

  /**
   * Stores all the rows, in order, or none; with the option `bulk: "chunked"`, more than a commit holds in several commits.
   *
   * @throws {TransactionError} When they are more than a commit holds (`LIMIT_EXCEEDED`).
   */
  async bulkInsert<T>(
    dbName: string,
    tableName: string,
    records: readonly Readonly<Record<string, unknown>>[],
  ): Promise<T[]> {
    const { sessions, store, usage } = this.#connected("bulkInsert", dbName, tableName);
    if (usage.readonly) refuseToWrite(dbName, tableName);
    const expiresAt = expiryOf(this.#options.expireIn, dbName, tableName);
    const direct = expiresAt() === null ? this.#direct(dbName, true) : null;
    const rows = direct === null ? null : await insertDirectly(direct, tableName, records);
    if (rows !== null) return rows as T[];
    const mode = sessions.inTransaction ? "atomic" : this.#options.bulk ?? "atomic";
    return await bulkInsert(sessions, store.limits, dbName, tableName, records, expiresAt, mode) as T[];
  }

  /**
   * Changes columns of the rows that match.
   *
   * @returns How many matched.
   * @throws {RinariError} When a constraint refuses it; then nothing is changed.
   */
  async update(
    dbName: string,
    tableName: string,
    data: Readonly<Record<string, unknown>>,
    where: DriverWhere,
  ): Promise<number> {
    return await this.#write("update", dbName, tableName, (work) => {
      const table = work.catalog.table(tableName);
      return updateMatches(work, table, givenChange(data), filterOf(table, where));
    });
  }

  /** Makes all the updates, in order, or none. */
  async bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): Promise<number> {
    return await this.#write("bulkUpdate", dbName, tableName, async (work) => {
      const table = work.catalog.table(tableName);
      let total = 0;
      for (const { data, where } of updates) {
        total += await updateMatches(work, table, givenChange(data), filterOf(table, where));
      }
      return total;
    });
  }

  /**
   * Inserts a row or, when one is equal to it in the conflict columns, changes that one.
   *
   * @returns The row as stored.
   */
  async upsert<T>(
    dbName: string,
    tableName: string,
    data: Readonly<Record<string, unknown>>,
    options: UpsertOptions,
  ): Promise<T> {
    const expiresAt = expiryOf(this.#options.expireIn, dbName, tableName);
    return await this.#write(
      "upsert",
      dbName,
      tableName,
      (work) => upsertRow(work, work.catalog.table(tableName), data, options, expiresAt()),
    ) as T;
  }

  /**
   * Removes the rows that match.
   *
   * @returns How many matched; rows that went because they referred to one of these are not counted.
   */
  async delete(dbName: string, tableName: string, where: DriverWhere): Promise<number> {
    return await this.#write("delete", dbName, tableName, (work) => {
      const table = work.catalog.table(tableName);
      return removeMatches(work, table, filterOf(table, where));
    });
  }

  /**
   * Makes an index. Over many rows it is built in several commits: writers keep it from the first one on, readers use it
   * after the last; when it is interrupted the same call goes on.
   *
   * @throws {ValidationError} When another one has the name (`INDEX_MISMATCH`).
   * @throws {UniqueConstraintError} When rows already violate it.
   */
  async createIndex(
    dbName: string,
    tableName: string,
    indexName: string,
    options: IndexOptions,
  ): Promise<void> {
    const { store, sessions, usage } = this.#connected("createIndex", dbName, tableName);
    let attempts = 0;
    const make = (work: Work) => createIndex(work, tableName, indexName, options, attempts++ === 0);
    const building = await this.#write("createIndex", dbName, tableName, make, {
      isThere: (work) => work.catalog.table(tableName).record.indexes.some(({ name }) => name === indexName),
    });
    if (building && !usage.readonly && !sessions.inTransaction) {
      await buildIndex(store, sessions, dbName, tableName, indexName);
    }
  }

  /** Removes an index, when it exists. */
  async dropIndex(dbName: string, tableName: string, indexName: string): Promise<void> {
    const run = (work: Work) => Promise.resolve(dropIndex(work, tableName, indexName));
    await this.#write("dropIndex", dbName, tableName, run);
  }

  /**
   * Runs `fn`; what it writes is committed at once when it returns, unless something it read was changed meanwhile. Inside
   * another transaction it is a savepoint.
   *
   * @throws {ConflictError} When another writer was faster: nothing was written, and the whole callback can be run again.
   * @throws {TransactionError} When it is more than one commit holds (`LIMIT_EXCEEDED`): nothing was written.
   */
  async transaction<T>(fn: () => Promise<T>): Promise<T> {
    return await this.#connected("transaction").sessions.transaction(fn);
  }

  /**
   * A number over one column.
   *
   * @returns `SUM` of nothing is 0; `AVG`, `MIN` and `MAX` of nothing are NaN.
   * @throws {UnsupportedError} When the result is no number.
   */
  async aggregate(
    dbName: string,
    tableName: string,
    operation: AggregateOperation,
    field: string,
    where: DriverWhere = {},
  ): Promise<number> {
    return await this.#read(
      "aggregate",
      dbName,
      tableName,
      (work, table) => aggregateMatches(work, table, operation, field, filterOf(table, where)),
    );
  }

  /** Aggregates by group, in the order of the `by` columns. */
  async group<T>(dbName: string, tableName: string, plan: GroupPlan): Promise<T[]> {
    return await this.#read("group", dbName, tableName, (work, table) => groupMatches<T>(work, table, plan));
  }

  /** Binds a plan to its table. */
  prepare(dbName: string, tableName: string, plan: QueryPlan): AsyncPreparedQuery {
    const { kind } = plan;
    return new PreparedQuery(plan, tableName, {
      direct: () => this.#direct(dbName, kind !== "select"),
      read: (run) => this.#read(kind, dbName, tableName, run),
      write: (run) =>
        this.#write(kind, dbName, tableName, (work) => run(work, work.catalog.table(tableName))),
    });
  }

  /** How a search goes: the way to the rows, what is tested of them, and how many entries are read. */
  async explain(dbName: string, tableName: string, options: QueryOptions): Promise<string[]> {
    return await this.#read(
      "explain",
      dbName,
      tableName,
      async (work, table) => explainSearch(table, searchOf(table, options), await countAll(work, table)),
    );
  }

  /** The columns of a table; null when it is absent. */
  async introspect(dbName: string, tableName: string): Promise<TableSchema | null> {
    return await this.#look("introspect", dbName, tableName, (work) => describeTable(work, tableName));
  }

  /** In what a table is not what a schema says; null when it is absent. */
  async differences(db: string, table: string, schema: TableSchema): Promise<SchemaDifference[] | null> {
    return await this.#look("differences", db, table, (work) => tableDifferences(work, table, schema));
  }

  /**
   * Makes a table what a schema says, with its rows, which stay where they are: only entries of what is new to look for are written.
   *
   * @throws {RinariError} When a row refuses it, or it is more than one commit holds (`LIMIT_EXCEEDED`): then nothing is changed.
   */
  async alterTable(
    dbName: string,
    tableName: string,
    schema: TableSchema,
    change: TableChange,
  ): Promise<void> {
    if (change.beforehand === true) {
      const look = (work: Work) => Promise.resolve(indexesBeforehand(work, tableName, schema, change));
      return await makeBeforehand(
        this,
        dbName,
        tableName,
        await this.#look("alterTable", dbName, tableName, look),
      );
    }
    await this.#write("alterTable", dbName, tableName, (work) => alterTable(work, tableName, schema, change));
  }

  /** The indexes of a table. */
  async indexes(dbName: string, tableName: string): Promise<readonly TableIndex[]> {
    return await this.#read("indexes", dbName, tableName, (_, table) => Promise.resolve(table.described));
  }

  /**
   * Lets a row expire, exactly then: it is found no more, and its values are free again. Only on the driver itself; in a
   * transaction it belongs to it.
   *
   * @param key The primary key; an object when it has several columns.
   * @param expireIn Milliseconds from now, or null to keep the row.
   * @returns Whether there is such a row.
   * @throws {UnsupportedError} When another table refers to the table.
   */
  async expire(dbName: string, tableName: string, key: unknown, expireIn: number | null): Promise<boolean> {
    const run = (work: Work) => expireRow(work, work.catalog.table(tableName), key, expireIn);
    return await this.#write("expire", dbName, tableName, run);
  }

  /** Removes the rows that have expired from the store; they are found no more either way. @returns How many. */
  async purgeExpired(dbName: string, tableName: string): Promise<number> {
    const { sessions } = this.#connected("purgeExpired", dbName, tableName);
    return await purgeExpired(sessions, dbName, tableName);
  }

  /**
   * Follows a row by its primary key: its state now, and then after each change, null while it is absent. Only on the driver
   * itself. Leaving the loop ends it, and so does `disconnect`. An expiry is not a change: it shows with the next one.
   */
  watch<T>(dbName: string, tableName: string, key: unknown): AsyncIterableIterator<T | null> {
    const { store, sessions } = this.#connected("watch", dbName, tableName);
    return watchRow(store, sessions, dbName, tableName, key) as AsyncIterableIterator<T | null>;
  }

  /** Compares the rows of a table (or of all) with what is kept beside them, and finds what cannot be read. */
  async verify(dbName: string, tableName?: string): Promise<KVProblem[]> {
    const { store } = this.#connected("verify", dbName, tableName);
    return (await verifyDatabase(store, dbName, tableName)).problems;
  }

  /**
   * Mends what `verify` finds. The rows are right: entries are made to agree with them. Rows that cannot be read, two rows equal in
   * unique columns, references to no row and keys of unknown tables are left to you.
   *
   * @returns What it found.
   */
  async repair(dbName: string, tableName?: string): Promise<KVProblem[]> {
    const { store, sessions, usage } = this.#connected("repair", dbName, tableName);
    if (usage.readonly) refuseToWrite(dbName, tableName ?? "*");
    return await repairDatabase(store, dbName, tableName).finally(() => sessions.forget(dbName));
  }

  async #connect(config: DriverConfig): Promise<void> {
    this.#open = useStore(this.#options, config, this.#options.kv ?? await openOwn(this.#options, config));
  }

  /** What an operation can use that belongs to no transaction and is not told of; null when it is not so simple. */
  #direct(dbName: string, writes: boolean): Direct | null {
    const open = this.#open;
    if (open === null || open.usage.log !== null || open.sessions.inTransaction) return null;
    if (writes && open.usage.readonly) return null;
    const catalog = open.sessions.known(dbName);
    return catalog === null ? null : { store: open.store, catalog };
  }

  /** Looks at the tables as they are now, whoever has changed them. */
  #look<T>(operation: string, db: string, table: string, run: (work: Work) => Promise<T>): Promise<T> {
    const { sessions } = this.#connected(operation, db, table);
    if (!sessions.inTransaction) sessions.forget(db);
    return sessions.read(db, run);
  }

  #read<T>(
    operation: string,
    dbName: string,
    tableName: string,
    run: (work: Work, table: StoredTable) => Promise<T>,
  ): Promise<T> {
    const { sessions } = this.#connected(operation, dbName, tableName);
    return sessions.read(dbName, (work) => run(work, work.catalog.table(tableName)));
  }

  /** @param isThere What is to be made may be there: with `readonly` it is only looked at. */
  #write<T>(
    operation: string,
    dbName: string,
    tableName: string,
    run: (work: Work) => Promise<T>,
    { fresh = false, isThere = () => false }: { fresh?: boolean; isThere?: (work: Work) => boolean } = {},
  ): Promise<T> {
    const { sessions, usage } = this.#connected(operation, dbName, tableName);
    if (!usage.readonly) return sessions.write(dbName, run, fresh);
    return sessions.read(dbName, (work) => isThere(work) ? run(work) : refuseToWrite(dbName, tableName));
  }

  #connected(operation: string, dbName: string = "", tableName: string = "*"): Open {
    if (this.#open === null) {
      throw new ConnectionError(`Cannot ${operation}: the driver is not connected; call connect first`, {
        code: "NOT_CONNECTED",
        driver: NAME,
      });
    }
    this.#open.usage.log?.(`${NAME}: ${operation} ${dbName}.${tableName}`);
    return this.#open;
  }
}
