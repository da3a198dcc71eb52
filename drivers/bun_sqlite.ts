/**
 * A driver over `bun:sqlite`, for Bun. Synchronous: methods return rows, not Promises.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { BunSQLiteDriver } from "@rinari/orm/drivers/bun-sqlite";
 *
 * using orm = new ORM({ driver: new BunSQLiteDriver({ storageDir: "./data" }) });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * Note.create({ text: "buy milk" });
 * console.log(Note.count()); // 1
 * ```
 *
 * @module
 */
import { UnsupportedError } from "../src/errors/mod.ts";
import { builtinModule } from "../src/runtime/builtin_module.ts";
import { SyncSqlDriver } from "../src/sql/sql_driver.ts";
import type { SqlChanges, SqlQuery, SqlRows } from "../src/sql/sql_engine.ts";
import type { SqlFailure } from "../src/sql/sql_failure.ts";
import { SqliteEngine } from "../src/sql/sqlite/engine.ts";
import { sqliteFailure } from "../src/sql/sqlite/failure.ts";
import type { SQLiteOptions } from "../src/sql/sqlite/options.ts";
import type { SqliteHandle } from "../src/sql/sqlite/pragmas.ts";
import { type SqliteLibrary, sqliteProvider } from "../src/sql/sqlite/provider.ts";

export type { SqlChanges } from "../src/sql/sql_engine.ts";
export type { SyncSqlDriver } from "../src/sql/sql_driver.ts";
export type { SQLiteOptions } from "../src/sql/sqlite/options.ts";

/** What a statement of `bun:sqlite` is known by: its types differ from version to version. */
export interface BunStatement {
  /** The names of the columns that come back. */
  readonly columnNames: readonly string[];
  /** Ends it. */
  finalize(): void;
}

/** What a `Database` of `bun:sqlite` is known by: its types differ from version to version. */
export interface BunDatabase {
  /** The path, or `:memory:`. */
  readonly filename: string;
  /** Whether a transaction is open. */
  readonly inTransaction: boolean;
  /** Prepares a statement. */
  prepare(sql: string): BunStatement;
  /** Runs statements. */
  exec(sql: string): unknown;
  /** Closes it. */
  close(throwOnError?: boolean): void;
}

/** What is used of a statement, in every version. */
interface Statement extends BunStatement {
  all(params: readonly unknown[]): unknown[];
  get(params: readonly unknown[]): unknown;
  run(params: readonly unknown[]): SqlChanges;
  values(params: readonly unknown[]): unknown[][];
  iterate(params: readonly unknown[]): IterableIterator<unknown>;
  safeIntegers(on: boolean): unknown;
}

interface BunSQLite {
  readonly Database: new (
    path: string,
    options: { readonly?: boolean; create?: boolean; readwrite?: boolean } | number,
  ) => BunDatabase;
  readonly constants: { readonly SQLITE_OPEN_READONLY: number; readonly SQLITE_OPEN_URI: number };
}

const NAME = "bun-sqlite";
const VERSION = "0.1.0";

/**
 * SQLite through `bun:sqlite`: the fastest driver in Bun. Sync.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { BunSQLiteDriver } from "@rinari/orm/drivers/bun-sqlite";
 *
 * if ("Bun" in globalThis) {
 *   const orm = new ORM({ driver: new BunSQLiteDriver({ databases: { app: ":memory:" } }) });
 *   const Note = orm.define("app", "notes", {
 *     id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *     text: { type: DataTypes.TEXT, notNull: true },
 *   });
 *   Note.create({ text: "buy milk" });
 *   orm.disconnect();
 * }
 * ```
 */
export class BunSQLiteDriver extends SyncSqlDriver {
  /**
   * Makes a driver; nothing is opened before it is used.
   *
   * @throws {UnsupportedError} When the runtime is not Bun.
   */
  constructor(options: SQLiteOptions<BunDatabase> = {}) {
    super(sqliteProvider(NAME, VERSION, bunLibrary(), options));
  }
}

function bunLibrary(): SqliteLibrary<BunDatabase> {
  const module = "Bun" in globalThis ? builtinModule<BunSQLite>("bun:sqlite") : undefined;
  if (module === undefined) {
    throw new UnsupportedError(
      "Cannot make a BunSQLiteDriver: this runtime is not Bun; use NodeSQLiteDriver of `@rinari/orm/drivers/node-sqlite`",
      { driver: NAME },
    );
  }
  const { Database, constants } = module;
  const url = constants.SQLITE_OPEN_READONLY | constants.SQLITE_OPEN_URI;
  const library: SqliteLibrary<BunDatabase> = {
    id: "bun",
    open: (path, readonly, immutable) =>
      new Database(path, immutable ? url : readonly ? { readonly } : { create: true, readwrite: true }),
    pathOf: ({ filename }) => filename === ":memory:" ? "" : filename,
    handle,
    engine: (client, use) => new BunEngine(library, client, use),
    active: ({ inTransaction }) => inTransaction,
    close: (client) => client.close(),
    failure,
  };
  return library;
}

/** One database of `bun:sqlite`. */
class BunEngine extends SqliteEngine<BunDatabase, Statement> {
  readonly rows = "object";
  readonly integers = "number";

  all(query: SqlQuery, params: readonly unknown[]): unknown[] {
    const statement = this.statement(query);
    // An array is taken as the list of values, and costs less than spreading it.
    if (query.once === true) return once(statement, (each) => each.all(params));
    if (!query.single) return statement.all(params);
    const row = statement.get(params);
    return row === null ? [] : [row];
  }

  run(query: SqlQuery, params: readonly unknown[]): SqlChanges {
    const statement = this.statement(query);
    return query.once === true ? once(statement, (each) => each.run(params)) : statement.run(params);
  }

  *iterate(query: SqlQuery, params: readonly unknown[]): IterableIterator<unknown> {
    this.log(query.sql);
    const statement = this.prepare(query.sql, query.bigints);
    try {
      yield* this.held(statement.iterate(params));
    } finally {
      statement.finalize();
    }
  }

  protected rowsOf(statement: Statement, params: readonly unknown[], writes: boolean): SqlRows {
    const { columnNames } = statement;
    if (columnNames.length === 0) return { columns: [], rows: [], changes: statement.run(params).changes };
    const rows = statement.values(params) as unknown[][];
    return { columns: [...columnNames], rows, changes: writes ? rows.length : 0 };
  }

  protected override namesOf({ columnNames }: Statement): readonly string[] {
    return [...columnNames];
  }

  protected prepare(sql: string, bigints: boolean): Statement {
    const statement = prepare(this.database, sql);
    if (bigints) statement.safeIntegers(true);
    return statement;
  }

  protected override finalize(statement: Statement): void {
    statement.finalize();
  }
}

/** Runs a statement that is not kept. */
function once<T>(statement: Statement, run: (statement: Statement) => T): T {
  try {
    return run(statement);
  } finally {
    statement.finalize();
  }
}

function prepare(database: BunDatabase, sql: string): Statement {
  return database.prepare(sql) as Statement;
}

function handle(database: BunDatabase): SqliteHandle {
  return {
    exec: (sql) => {
      database.exec(sql);
    },
    value(sql) {
      const statement = prepare(database, sql);
      try {
        return Object.values(statement.all([])[0] as object)[0];
      } finally {
        statement.finalize();
      }
    },
  };
}

function failure(error: unknown): SqlFailure {
  const code = (error as { errno?: unknown } | null)?.errno;
  const message = error instanceof Error ? error.message : String(error);
  return sqliteFailure(typeof code === "number" ? code : 0, message);
}
