/**
 * A driver over `node:sqlite`, for Deno, Node.js and Bun. Synchronous: methods return rows, not Promises.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { NodeSQLiteDriver } from "@rinari/orm/drivers/node-sqlite";
 *
 * using orm = new ORM({ driver: new NodeSQLiteDriver({ storageDir: "./data" }) });
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
import { untilEndRow, withEndRow } from "../src/sql/sqlite/end_row.ts";
import { SyncSqlDriver } from "../src/sql/sql_driver.ts";
import type { SqlChanges, SqlQuery, SqlRows } from "../src/sql/sql_engine.ts";
import type { SqlFailure } from "../src/sql/sql_failure.ts";
import { SqliteEngine } from "../src/sql/sqlite/engine.ts";
import { sqliteFailure } from "../src/sql/sqlite/failure.ts";
import type { SQLiteOptions } from "../src/sql/sqlite/options.ts";
import type { SqliteHandle } from "../src/sql/sqlite/pragmas.ts";
import { type SqliteLibrary, sqliteProvider } from "../src/sql/sqlite/provider.ts";

export type { SyncSqlDriver } from "../src/sql/sql_driver.ts";
export type { SQLiteOptions } from "../src/sql/sqlite/options.ts";

/** The part of a `StatementSync` of `node:sqlite` that is used. */
export interface NodeStatement {
  /** The columns that come back. */
  columns(): readonly { readonly name: string }[];
  /** The rows. */
  all(...params: unknown[]): unknown[];
  /** The first row, or undefined. */
  get(...params: unknown[]): unknown;
  /** Runs it. */
  run(...params: unknown[]): { readonly changes: number | bigint };
  /** The rows one by one. */
  iterate(...params: unknown[]): IterableIterator<unknown>;
  /** Reads integers as `bigint`. */
  setReadBigInts(on: boolean): void;
  /** Returns rows as arrays. Absent before Node.js 22.16. */
  setReturnArrays?(on: boolean): void;
}

/** The part of a `DatabaseSync` of `node:sqlite` that is used. */
export interface NodeDatabase {
  /** Whether a transaction is open. Absent before Node.js 22.16. */
  readonly isTransaction?: boolean;
  /** The path; null in memory. Absent before Node.js 22.16. */
  location?(): string | null;
  /** Prepares a statement. */
  prepare(sql: string): NodeStatement;
  /** Runs statements. */
  exec(sql: string): void;
  /** Closes it. */
  close(): void;
}

interface NodeSQLite {
  readonly DatabaseSync: new (path: string, options: { readOnly: boolean }) => NodeDatabase;
}

const NAME = "node-sqlite";
const VERSION = "0.1.0";
/** Deno's iterator ends at an error as if there were no more rows. */
const LOSES_ERRORS = "Deno" in globalThis;

/**
 * SQLite through `node:sqlite`, which Deno, Node.js (from 22.13) and Bun bring. Sync.
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
 * orm.disconnect();
 * ```
 */
export class NodeSQLiteDriver extends SyncSqlDriver {
  /**
   * Makes a driver; nothing is opened before it is used.
   *
   * @throws {UnsupportedError} When the runtime has no `node:sqlite`.
   */
  constructor(options: SQLiteOptions<NodeDatabase> = {}) {
    super(sqliteProvider(NAME, VERSION, nodeLibrary(), options));
  }
}

function nodeLibrary(): SqliteLibrary<NodeDatabase> {
  const module = builtinModule<NodeSQLite>("node:sqlite");
  if (module?.DatabaseSync === undefined) {
    throw new UnsupportedError(
      "Cannot make a NodeSQLiteDriver: this runtime has no node:sqlite; use Node.js from 22.13, Deno from 2.2, or in Bun " +
        "BunSQLiteDriver of `@rinari/orm/drivers/bun-sqlite`",
      { driver: NAME },
    );
  }
  const { DatabaseSync } = module;
  const library: SqliteLibrary<NodeDatabase> = {
    // In Bun, node:sqlite and bun:sqlite are one library.
    id: "Bun" in globalThis ? "bun" : "node:sqlite",
    open: (path, readonly) => new DatabaseSync(path, { readOnly: readonly }),
    pathOf: (client) => client.location?.() ?? "",
    handle,
    engine: (client, use) => new NodeEngine(library, client, use),
    active: isActive,
    close: (client) => client.close(),
    failure,
  };
  return library;
}

/** One database of `node:sqlite`. */
class NodeEngine extends SqliteEngine<NodeDatabase, NodeStatement> {
  readonly rows = "array";
  readonly integers = "bigint";

  all(query: SqlQuery, params: readonly unknown[]): unknown[] {
    const statement = this.statement(query);
    if (!query.single) return inArrays(query, statement.all(...params));
    const row = statement.get(...params);
    return row === undefined ? [] : inArrays(query, [row]);
  }

  run(query: SqlQuery, params: readonly unknown[]): SqlChanges {
    return this.statement(query).run(...params) as SqlChanges;
  }

  iterate(query: SqlQuery, params: readonly unknown[]): IterableIterator<unknown> {
    this.log(query.sql);
    const statement = this.prepare(LOSES_ERRORS ? withEndRow(query) : query.sql, query.bigints);
    const found = statement.iterate(...params);
    const rows = LOSES_ERRORS ? untilEndRow(query, found, () => this.#whatFails(query, params)) : found;
    return this.held(statement.setReturnArrays === undefined ? eachInArray(query, rows) : rows);
  }

  /** Throws what ended a search before its last row. */
  #whatFails(query: SqlQuery, params: readonly unknown[]): never {
    this.all(query, params);
    throw new Error("the search ended before its last row");
  }

  protected rowsOf(statement: NodeStatement, params: readonly unknown[], writes: boolean): SqlRows {
    const columns = statement.columns().map(({ name }) => name);
    if (columns.length === 0) {
      return { columns, rows: [], changes: Number((statement.run(...params) as SqlChanges).changes) };
    }
    const rows = inArrays({ columns }, statement.all(...params)) as unknown[][];
    return { columns, rows, changes: writes ? rows.length : 0 };
  }

  protected override namesOf(statement: NodeStatement): readonly string[] {
    return statement.columns().map(({ name }) => name);
  }

  protected prepare(sql: string, bigints: boolean): NodeStatement {
    const statement = this.database.prepare(sql);
    if (bigints) statement.setReadBigInts(true);
    statement.setReturnArrays?.(true);
    return statement;
  }
}

/** Rows as arrays, also where the runtime only has objects. */
function inArrays(query: Pick<SqlQuery, "columns">, rows: unknown[]): unknown[] {
  const [first] = rows;
  if (first === undefined || Array.isArray(first)) return rows;
  return rows.map((row) => query.columns.map((name) => (row as Record<string, unknown>)[name]));
}

/** Rows as arrays, one by one, of a runtime that only has objects. */
function* eachInArray(query: SqlQuery, rows: IterableIterator<unknown>): IterableIterator<unknown> {
  for (const row of rows) yield inArrays(query, [row])[0];
}

function isActive(database: NodeDatabase): boolean {
  return database.isTransaction ?? canNotBegin(database);
}

/** Whether a transaction is open, found out by beginning one. */
function canNotBegin(database: NodeDatabase): boolean {
  try {
    database.exec("BEGIN");
  } catch {
    return true;
  }
  database.exec("ROLLBACK");
  return false;
}

function handle(database: NodeDatabase): SqliteHandle {
  return {
    exec: (sql) => database.exec(sql),
    value: (sql) => Object.values(database.prepare(sql).all()[0] as object)[0],
  };
}

function failure(error: unknown): SqlFailure {
  if ((error as { code?: unknown } | null)?.code === "ERR_OUT_OF_RANGE") {
    return { kind: "unsafeInteger", detail: "" };
  }
  const code = (error as { errcode?: unknown } | null)?.errcode;
  const message = error instanceof Error ? error.message : String(error);
  return sqliteFailure(typeof code === "number" ? code : 0, message);
}
