/**
 * A driver over better-sqlite3: files and folders of them, the write-ahead log, durability, read-only and immutable files, the check of
 * every option, and that no other SQLite library has the file open, are those of `sqliteProvider`.
 *
 * @module
 */
import { UnsupportedError } from "../../mod.ts";
import {
  type SqlChanges,
  sqliteCode,
  SqliteEngine,
  sqliteFailure,
  type SqliteLibrary,
  sqliteNumbered,
  type SQLiteOptions,
  sqliteProvider,
  type SqlQuery,
  type SqlRows,
  SyncSqlDriver,
} from "../../src/sql/mod.ts";

/** The part of a `Statement` of better-sqlite3 that is used. */
export interface Statement {
  readonly reader: boolean;
  all(params: object): unknown[];
  run(params: object): SqlChanges;
  iterate(params: object): IterableIterator<unknown>;
  columns(): { readonly name: string }[];
  raw(on: boolean): this;
  safeIntegers(on: boolean): this;
}

/** The part of a `Database` of better-sqlite3 that is used. */
export interface Database {
  readonly name: string;
  readonly memory: boolean;
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  close(): unknown;
  unsafeMode(on: boolean): unknown;
}

/** The class `Database` of better-sqlite3, as it is imported. */
export type DatabaseClass = new (path: string, options: { readonly: boolean }) => Database;

/** SQLite by better-sqlite3. Sync. */
export class BetterSQLite3Driver extends SyncSqlDriver {
  constructor(Client: DatabaseClass, options: SQLiteOptions<Database> = {}) {
    const library: SqliteLibrary<Database> = {
      id: "better-sqlite3",
      open(path, readonly, immutable) {
        if (!immutable) return unguarded(new Client(path, { readonly }));
        throw new UnsupportedError(
          "Cannot open a file as immutable: better-sqlite3 takes no urls; use `readonly`",
          {
            driver: "better-sqlite3",
          },
        );
      },
      pathOf: ({ name, memory }) => memory ? "" : name,
      handle: (client) => ({
        exec: (sql) => void client.exec(sql),
        value: (sql) => (client.prepare(sql).raw(true).all({})[0] as unknown[])[0],
      }),
      engine(client, use) {
        unguarded(client.open);
        return new BetterSQLite3Engine(library, client, use);
      },
      active: ({ inTransaction }) => inTransaction,
      close: (client) => void client.close(),
      failure: (error) => {
        const { code = "", message } = error as { code?: string; message: string };
        return sqliteFailure(sqliteCode(code), message);
      },
    };
    super(sqliteProvider("better-sqlite3", "1.0.0", library, options));
  }
}

class BetterSQLite3Engine extends SqliteEngine<Database, Statement> {
  // It takes ?1 for a name.
  override readonly dialect = sqliteNumbered;
  readonly rows = "array";
  // A number is bound as a float.
  readonly integers = "bigint";

  all(query: SqlQuery, params: readonly unknown[]): unknown[] {
    const statement = this.statement(query);
    // It runs nothing by `all` that returns no rows.
    return statement.reader ? statement.all(named(params)).map(plain) : (statement.run(named(params)), []);
  }

  run(query: SqlQuery, params: readonly unknown[]): SqlChanges {
    return this.statement(query).run(named(params));
  }

  *iterate(query: SqlQuery, params: readonly unknown[]): IterableIterator<unknown> {
    this.log(query.sql);
    for (const row of this.held(this.prepare(query.sql, query.bigints).iterate(named(params)))) {
      yield plain(row);
    }
  }

  protected rowsOf(statement: Statement, params: readonly unknown[], writes: boolean): SqlRows {
    if (!statement.reader) return { columns: [], rows: [], changes: statement.run(named(params)).changes };
    const columns = statement.columns().map(({ name }) => name);
    const rows = statement.all(named(params)).map(plain);
    return { columns, rows, changes: writes ? rows.length : 0 };
  }

  protected prepare(sql: string, bigints: boolean): Statement {
    const statement = this.database.prepare(sql).safeIntegers(bigints);
    return statement.reader ? statement.raw(true) : statement;
  }
}

/** It refuses even COMMIT while rows are read. What must wait for them is held back by the driver. */
function unguarded(client: Database): Database {
  client.unsafeMode(true);
  return client;
}

/** The values by the names of their places. */
function named(params: readonly unknown[]): Record<number, unknown> {
  return Object.fromEntries(params.map((value, i) => [i + 1, value]));
}

/** Bytes come as a `Buffer`, which is no plain `Uint8Array`. */
function plain(row: unknown): unknown[] {
  return (row as unknown[]).map((value) => value instanceof Uint8Array ? new Uint8Array(value) : value);
}
