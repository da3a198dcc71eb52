import { chain, chainAll, type Maybe, promised } from "../chain/chain.ts";
import type { AsyncDriver, DriverConfig, DriverMetadata, SyncDriver } from "../contract/mod.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import { withCallers } from "../errors/caller_frames.ts";
import { checkColumns } from "../model/check_columns.ts";
import { AsyncModel } from "../model/async_model.ts";
import { Model } from "../model/model.ts";
import { AsyncReadonlyView, ReadonlyView } from "../model/readonly_view.ts";
import type { View } from "../model/view.ts";
import type { ModelHost } from "../model/model_host.ts";
import type { Clock } from "../schema/clock.ts";
import { checkDatabaseName, isOwnTable } from "../schema/identifiers.ts";
import type { ModelSchema } from "../schema/model_schema.ts";
import { Table } from "../schema/table.ts";
import type { Naming } from "../schema/naming.ts";
import type { WhereRules } from "../schema/where_rules.ts";
import type { ChangeEvent } from "../types/change.ts";
import { checkSignal } from "../transaction/abort.ts";
import type { TransactionDefaults, TransactionOptions } from "../transaction/options.ts";
import type { Mode, ModeOf, Result, TransactionBody } from "../types/mode.ts";
import type { Empty } from "../types/relation.ts";
import type { InsertOf, KeyOf, RowOf } from "../types/row.ts";
import type { CheckedSchema, SchemaShape } from "../types/schema.ts";
import { type SqlTag, sqlTag } from "../raw/sql_tag.ts";
import { readRelations } from "../relations/relations.ts";
import { Connection } from "./connection.ts";
import type { DefineOptions, InsertFor, InterfaceDefinition, KeyFor, ViewOptions } from "./define_options.ts";
import { INSIDES, type Insides } from "./insides.ts";
import { registerModel } from "./model_entry.ts";
import { READY } from "./operation.ts";
import { traceWork } from "./traced_operation.ts";
import { rawHost } from "./raw_host.ts";
import { checkDefineOptions, checkORMOptions, type ConditionLimits } from "./orm_options.ts";
import type { IndexDefinition } from "./index_definition.ts";
import { schemaOf } from "./schema_of.ts";
import { DatabaseTables } from "./database_tables.ts";
import { TableEntry } from "./table_entry.ts";
import { checkByStore, checkView, ViewEntry } from "./view_entry.ts";

/** The options of an ORM. */
export interface ORMOptions<D extends SyncDriver | AsyncDriver> {
  /** The driver: it decides whether methods return values or Promises. */
  readonly driver: D;
  /** Given to the driver's `connect`, for drivers that were not told everything when they were made. */
  readonly config?: DriverConfig;
  /**
   * Accept only operators made by the exported functions (`gt(18)`, `ne("")`), which JSON cannot forge: a where may then
   * hold values from outside as they are. Default false.
   */
  readonly strictOperators?: boolean;
  /** How large conditions may be, so that one from outside cannot keep the program busy. */
  readonly limits?: ConditionLimits;
  /** How long transactions may take, and how often they are tried. */
  readonly transactions?: TransactionDefaults;
  /** The clock that `now` of columns reads. Default: the process's. */
  readonly now?: () => Date;
  /**
   * How the store's names of tables and columns are made of those that models have: `"snake_case"` stores `createdAt` as
   * `created_at`. A name that a column's `column` gives stays as it is. Default: they are the same.
   */
  readonly naming?: Naming;
}

/** A model whose columns are known when the program runs: its rows and conditions are plain objects. */
export type DynamicModel<M extends Mode = Mode> = Model<
  Record<string, unknown>,
  Record<string, unknown>,
  unknown,
  M
>;

/** An ORM on any driver. */
export type AnyORM = ORM<SyncDriver | AsyncDriver>;

/** A model of a schema: the type to write where an exported model has to have one. */
export type ModelOf<S, M extends Mode = "sync", R extends object = Empty> = Model<
  RowOf<S>,
  InsertOf<S>,
  KeyOf<S>,
  M,
  R
>;

/** What a table looks like, as its model defines it. */
export interface TableInfo {
  /** The database's name. */
  readonly database: string;
  /** The table's name. */
  readonly name: string;
  /** The columns. */
  readonly schema: ModelSchema;
  /** The names of the columns of the primary key. */
  readonly primaryKey: readonly string[];
}

/**
 * Models on a driver. The ORM connects by itself, and makes tables when they are first needed.
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
 * Note.create({ text: "buy milk" });
 * console.log(Note.count());
 * ```
 */
export class ORM<D extends SyncDriver | AsyncDriver> {
  readonly #connection: Connection;
  readonly #rules: WhereRules;
  readonly #clock: Clock;
  readonly #naming: Naming | undefined;
  readonly #databases = new Map<string, DatabaseTables>();
  readonly #models = new Map<TableEntry, DynamicModel<ModeOf<D>>>();

  /**
   * Connects to a driver.
   *
   * @throws {ValidationError} When an option is unknown or makes no sense.
   * @throws {RinariError} When a sync driver cannot connect. With an async driver the first operation throws it.
   */
  constructor(options: ORMOptions<D>) {
    const { driver, config, rules, transactions, clock, naming } = checkORMOptions(options);
    this.#connection = Connection.of(driver, config, transactions);
    this.#rules = rules;
    this.#clock = clock;
    this.#naming = naming;
  }

  /** The driver's name, version and capabilities. */
  get driverInfo(): DriverMetadata {
    return this.#connection.driver.metadata;
  }

  /**
   * Defines a model. The table is made when it is first needed.
   *
   * @throws {ValidationError} When a name, type, key or index makes no sense, or the table is defined already.
   */
  define<const S extends SchemaShape, const R extends object = Empty>(
    dbName: string,
    tableName: string,
    schema: CheckedSchema<S>,
    options?: DefineOptions<RowOf<S>, R>,
  ): Model<RowOf<S>, InsertOf<S>, KeyOf<S>, ModeOf<D>, R>;
  /**
   * Defines a model by an interface. `Generated` are the columns that `create` may leave out besides those that take null.
   */
  define<
    Row extends object = never,
    Generated extends keyof Row = Extract<keyof Row, "id">,
    R extends object = Empty,
  >(
    ...definition: InterfaceDefinition<Row, R>
  ): Model<
    { [K in keyof Row]-?: Exclude<Row[K], undefined> },
    InsertFor<Row, Generated>,
    KeyFor<Row>,
    ModeOf<D>,
    R
  >;
  define(
    dbName: string,
    tableName: string,
    schema: ModelSchema,
    options: {
      readonly indexes?: readonly (IndexDefinition & { readonly name?: string })[];
      readonly relations?: unknown;
    } = {},
  ): unknown {
    return this.#add(dbName, tableName, schema, options, false);
  }

  /**
   * A model of a view that the store has: rows are read as those of a table, and never written. It is not made, only looked for when it
   * is first read.
   *
   * @param dbName The database.
   * @param viewName The view's name.
   * @param schema The columns that are read. Those that tell rows apart are the `primaryKey`; `unique` and `references` are taken
   * at their word, for relations.
   * @returns The model, with everything that reads.
   * @throws {UnsupportedError} When the driver's store has no views.
   * @throws {ValidationError} When a name or column makes no sense, or the name is defined already.
   *
   * @example
   * ```ts
   * import { DataTypes, ORM } from "@rinari/orm";
   * import { NodeSQLiteDriver } from "@rinari/orm/drivers/node-sqlite";
   *
   * const orm = new ORM({ driver: new NodeSQLiteDriver({ databases: { app: ":memory:" } }) });
   * orm.sql("app")`CREATE VIEW answers AS SELECT 1 AS id, 'forty-two' AS text`.run();
   * const Answer = orm.view("app", "answers", {
   *   id: { type: DataTypes.INTEGER, primaryKey: true },
   *   text: { type: DataTypes.TEXT, notNull: true },
   * });
   * console.log(Answer.findById(1)?.text); // forty-two
   * ```
   */
  view<const S extends SchemaShape, const R extends object = Empty>(
    dbName: string,
    viewName: string,
    schema: CheckedSchema<S>,
    options: ViewOptions<R> = {},
  ): View<RowOf<S>, KeyOf<S>, ModeOf<D>, R> {
    return this.#add(dbName, viewName, schema as ModelSchema, options, true) as never;
  }

  /**
   * A model that was defined.
   *
   * @throws {ValidationError} When there is none.
   */
  model(dbName: string, tableName: string): DynamicModel<ModeOf<D>> {
    return this.#models.get(this.#entry(dbName, tableName)) as DynamicModel<ModeOf<D>>;
  }

  /**
   * What a table looks like.
   *
   * @throws {ValidationError} When no model defines it.
   */
  table(dbName: string, tableName: string): TableInfo {
    const { table } = this.#entry(dbName, tableName);
    return {
      database: dbName,
      name: table.name,
      schema: schemaOf(table),
      primaryKey: table.primaryKey.map(({ name }) => name),
    };
  }

  /** Whether a model is defined. */
  hasModel(dbName: string, tableName: string): boolean {
    return this.#databases.get(dbName)?.has(tableName) === true;
  }

  /** The schemas of all models of tables, by database and table. */
  getSchemas(): Record<string, Record<string, ModelSchema>> {
    const named = [...this.#databases].map(([database, tables]) => {
      const schemas = [...tables.values()].filter(({ isView }) => !isView)
        .map(({ table }) => [table.name, schemaOf(table)] as const);
      return [database, Object.fromEntries(schemas)] as const;
    });
    return Object.fromEntries(named);
  }

  /** All models of tables, in the order of their definition. */
  getAllModels(): DynamicModel<ModeOf<D>>[] {
    return [...this.#models].filter(([entry]) => !entry.isView).map(([, model]) => model);
  }

  /** The names of the databases that have a model. */
  getDatabases(): string[] {
    return [...this.#databases.keys()];
  }

  /**
   * Connects, and makes the tables of all models that are absent, now instead of when they are first needed.
   *
   * @throws {ConnectionError} When the store cannot be opened, or the ORM was disconnected.
   * @throws {ValidationError} When a table or index exists and differs (`SCHEMA_MISMATCH`, `INDEX_MISMATCH`), or a column refers
   * to what no model defines, or the models of a relation do not fit each other (`INVALID_SCHEMA`).
   * @throws {UniqueConstraintError | UnsupportedError} When an index that is absent cannot be made, as `createIndex` of a model.
   */
  ready(): Result<ModeOf<D>, void> {
    return this.#answer(() =>
      chain(this.#connection.opened(), () => {
        for (const { relations } of this.#models.keys()) relations.check();
        return this.#ensure(null);
      })
    );
  }

  /**
   * Runs a callback in a transaction: every operation of any model inside belongs to it, and a throw undoes them all. Inside
   * another transaction it is a savepoint. A transaction spans one database.
   *
   * @returns What the callback returns.
   * @throws {TransactionError} When a second database is touched, or an operation failed and the callback went on.
   * @throws {ConflictError | TimeoutError} When the store stayed busy, or a deadline passed.
   */
  transaction<T>(work: TransactionBody<ModeOf<D>, T>, options?: TransactionOptions): Result<ModeOf<D>, T> {
    return this.#answer(() => this.#transaction(null, work as () => Maybe<T>, options));
  }

  /**
   * Does something when the open transaction is committed, and never when it is rolled back; at once outside of a transaction. It runs
   * outside of the transaction, in the order of these calls, and before `transaction` returns; with an async driver it is waited for.
   *
   * @param work What is done. When it throws, the commit stands and the others run; `transaction` throws `AFTER_COMMIT` then.
   * @throws {TransactionError} When the transaction has ended or failed.
   *
   * @example
   * ```ts
   * import { DataTypes, ORM } from "@rinari/orm";
   * import { MemoryDriver } from "@rinari/orm/drivers/memory";
   *
   * const orm = new ORM({ driver: new MemoryDriver() });
   * const User = orm.define("app", "users", { id: { type: DataTypes.INTEGER, primaryKey: true } });
   * orm.transaction(() => {
   *   User.create({ id: 1 });
   *   orm.afterCommit(() => console.log("welcome", User.count())); // welcome 1
   * });
   * ```
   */
  afterCommit(work: () => Result<ModeOf<D>, unknown> | void): Result<ModeOf<D>, void> {
    return this.#answer(() => {
      if (typeof work !== "function") {
        throw new ValidationError("Cannot wait for a commit: what is to be done after it is not a function", {
          code: "INVALID_OPTIONS",
        });
      }
      const scope = this.#connection.transactions.current;
      if (scope === null) return chain(work() as Maybe<unknown>, () => undefined);
      scope.enter(null);
      scope.afterCommit.push(work as () => Maybe<unknown>);
      return undefined;
    });
  }

  /**
   * Listens to commits: of this program through any ORM on the driver, and never of what was rolled back.
   *
   * @param listener Is told the database and the tables, after the commit and at once. What it throws is an uncaught error.
   * @returns Ends it.
   *
   * @example
   * ```ts
   * import { DataTypes, ORM } from "@rinari/orm";
   * import { MemoryDriver } from "@rinari/orm/drivers/memory";
   *
   * const orm = new ORM({ driver: new MemoryDriver() });
   * const User = orm.define("app", "users", { id: { type: DataTypes.INTEGER, primaryKey: true } });
   * const stop = orm.onChange(({ tables }) => console.log(tables?.join())); // users
   * User.create({ id: 1 });
   * stop();
   * ```
   */
  onChange(listener: (event: ChangeEvent) => void): () => void {
    if (typeof listener !== "function") {
      throw new ValidationError("Cannot listen to commits: the listener is not a function", {
        code: "INVALID_OPTIONS",
      });
    }
    return this.#connection.changes.listen({ changed: listener });
  }

  /**
   * The way to statements written by hand, in the store's own language: for what models do not say, such as full-text search. They run
   * where everything else does: in the open transaction, when it is their turn, and with this library's errors.
   *
   * @param dbName The database.
   * @returns What makes statements of templates.
   *
   * @example
   * ```ts
   * import { DataTypes, ORM } from "@rinari/orm";
   * import { NodeSQLiteDriver } from "@rinari/orm/drivers/node-sqlite";
   *
   * const orm = new ORM({ driver: new NodeSQLiteDriver({ databases: { app: ":memory:" } }) });
   * const Note = orm.define("app", "notes", {
   *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
   *   text: { type: DataTypes.TEXT, notNull: true },
   * });
   * Note.create({ text: "buy milk" });
   * const sql = orm.sql("app");
   * const rows = sql`SELECT upper(text) AS loud FROM ${Note} WHERE id = ${1}`.all({ loud: "TEXT" });
   * console.log(rows[0]?.loud); // BUY MILK
   * ```
   * @throws {UnsupportedError} When the driver's store has no such language.
   */
  sql(dbName: string): SqlTag<ModeOf<D>> {
    checkDatabaseName(dbName);
    const { name } = this.#connection.driver.metadata;
    if (this.#connection.driver.query === undefined) {
      throw new UnsupportedError(
        `Cannot run SQL: driver ${name} keeps its rows in a store without it; use findAll, groupBy and functions of the row`,
        { driver: name },
      );
    }
    const home = {
      connection: this.#connection,
      entryOf: (table: string) => this.#entry(dbName, table),
      isOwn: (view: View<object, never, Mode>, entry: TableEntry) =>
        this.#models.get(entry) === view as unknown,
      answer: <T>(work: () => Maybe<T>) => this.#answer(work),
    };
    return sqlTag(rawHost(dbName, home));
  }

  /** @internal What other entry points of this library work with. */
  get [INSIDES](): Insides {
    const tables = (database: string): DatabaseTables =>
      this.#databases.get(database) ?? new DatabaseTables();
    return { connection: this.#connection, tables };
  }

  /** Closes the driver. A second call does nothing; operations after it throw. */
  disconnect(): Result<ModeOf<D>, void> {
    return this.#answer(() => this.#connection.close());
  }

  /** Closes a sync driver, for `using`. With an async one, whose end `using` does not wait for, `await using` is meant. */
  [Symbol.dispose](): void {
    void this.#connection.close();
  }

  /** Closes the driver, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve(this.#connection.close());
  }

  /** With an async driver an error is a rejection. */
  #answer<T>(work: () => Maybe<T>): Result<ModeOf<D>, T> {
    return (this.#connection.mode === "sync" ? work() : withCallers(promised(work))) as Result<ModeOf<D>, T>;
  }

  #transaction<T>(
    database: string | null,
    work: () => Maybe<T>,
    options: TransactionOptions | undefined,
  ): Maybe<T> {
    if (typeof work !== "function") {
      throw new ValidationError("Cannot open a transaction: its callback is not a function", {
        code: "INVALID_OPTIONS",
      });
    }
    const { transactions } = this.#connection;
    checkSignal(options?.signal, "open a transaction");
    // Tables are made before the transaction begins, so that undoing it does not undo them.
    const prepared = transactions.current === null
      ? chain(this.#connection.opened(), () => this.#ensure(database))
      : undefined;
    return traceWork(
      this.#connection,
      transactions.current === null ? "transaction" : "savepoint",
      database,
      () => chain(prepared, () => transactions.transaction(work, options)),
      () => undefined,
    );
  }

  #add(dbName: string, name: string, schema: ModelSchema, options: object, isView: boolean): object {
    const connection = this.#connection;
    checkDatabaseName(dbName);
    const table = new Table(name, schema, this.#rules, this.#clock, this.#naming);
    if (isOwnTable(table.storeName)) {
      throw new ValidationError(
        `Cannot define \`${name}\`: the name is kept for what is known of tables and migrations; use another`,
        { code: "INVALID_NAME", table: name },
      );
    }
    checkColumns(table);
    checkByStore(connection.driver, table);
    if (isView) checkView(connection.driver, table);
    const { indexes, relations } = checkDefineOptions<IndexDefinition>(name, options, isView);
    const declared = readRelations(table, relations);
    const tables = this.#databases.get(dbName) ?? new DatabaseTables();
    tables.refuseTwin(dbName, table);
    const Entry = isView ? ViewEntry : TableEntry;
    const entry = new Entry(connection, dbName, table, indexes, tables, declared);
    const host: ModelHost = {
      strict: this.#rules.strict,
      transaction: (database, work, given) => this.#transaction(database, work, given),
    };
    const sync = connection.mode === "sync";
    const Kind = isView ? sync ? ReadonlyView : AsyncReadonlyView : sync ? Model : AsyncModel;
    const model = new Kind(entry, host);
    this.#databases.set(dbName, tables);
    tables.set(name, entry);
    this.#models.set(entry, model as unknown as DynamicModel<ModeOf<D>>);
    registerModel(model, entry);
    return model;
  }

  #ensure(database: string | null): Maybe<void> {
    const entries = [...this.#models.keys()].filter((entry) =>
      // Nothing is made of a view, so it is not looked for before it is read.
      !entry.isReady && (database === null || (entry.database === database && !entry.isView))
    );
    return chain(chainAll(entries, (entry) => entry.execute(READY, null)), () => undefined);
  }

  #entry(dbName: string, tableName: string): TableEntry {
    const entry = this.#databases.get(dbName)?.get(tableName);
    if (entry !== undefined) return entry;
    throw new ValidationError(
      `Cannot find a model of table \`${tableName}\` in \`${dbName}\`: none is defined; call orm.define first`,
      { code: "UNKNOWN_MODEL", table: tableName },
    );
  }
}
