import type { DriverConfig } from "../contract/mod.ts";
import { ConnectionError, ValidationError } from "../errors/mod.ts";
import { claimFile } from "./open_files.ts";
import type { SyncSqlEngine } from "./sql_engine.ts";
import { sqlError } from "./sql_error.ts";
import type { GivenClient, SyncSqlProvider } from "./sql_provider.ts";
import { findSqliteFile } from "./sqlite_files.ts";
import { type SQLiteOptions, type SQLiteSettings, sqliteSettings } from "./sqlite_options.ts";
import { setUpBorrowedSqlite, setUpSqlite, type SqliteHandle } from "./sqlite_pragmas.ts";
import type { SqlFailure } from "./sql_failure.ts";

/** How an engine is used. */
export interface SqliteUse {
  /** Nothing may be written. */
  readonly readonly: boolean;
  /** Someone else opened the database, and closes it. */
  readonly borrowed: boolean;
  /** The file is switched to a write-ahead log before the first write. */
  readonly wal: boolean;
  /** How long to wait for locks. */
  readonly busyTimeout: number;
  /** How many prepared statements are kept. */
  readonly statements: number;
  /** Called with each statement, or null. */
  readonly log: ((message: string) => void) | null;
  /** Called when the engine is closed. */
  readonly closed: () => void;
}

/** A SQLite library of a runtime. */
export interface SqliteLibrary<Client> {
  /** Equal for two that are the same library. */
  readonly id: string;
  /** Opens a file, or `:memory:`. */
  open(path: string, readonly: boolean): Client;
  /** The path of an open database; empty in memory. */
  pathOf(client: Client): string;
  /** What sets a database up. */
  handle(client: Client): SqliteHandle;
  /** Makes the engine of an open database. */
  engine(client: Client, use: SqliteUse): SyncSqlEngine;
  /** Closes a database of which no engine was made. */
  close(client: Client): void;
  /** What an error means. */
  failure(error: unknown): SqlFailure;
}

/** Where the engines of a driver over a SQLite library come from. */
export function sqliteProvider<Client>(
  name: string,
  version: string,
  library: SqliteLibrary<Client>,
  options: SQLiteOptions<Client>,
): SyncSqlProvider {
  let settings: SQLiteSettings<Client> | null = null;
  const shared: GivenClient = { database: null };
  const given = (): SQLiteSettings<Client> => settings as SQLiteSettings<Client>;

  const openFile = (dbName: string): SyncSqlEngine => {
    const { readonly } = given();
    const { path, realPath } = findSqliteFile(name, given(), dbName);
    const release = realPath === null ? () => undefined : claimFile(realPath, library.id, name);
    let client: Client | undefined;
    try {
      client = library.open(path, readonly);
      setUpSqlite(library.handle(client), given());
      return library.engine(client, { ...given(), borrowed: false, wal: true, closed: release });
    } catch (error) {
      if (client !== undefined) library.close(client);
      release();
      throw openError(dbName, error);
    }
  };

  const borrow = (dbName: string, client: Client): SyncSqlEngine => {
    const path = library.pathOf(client);
    const release = path === "" ? () => undefined : claimFile(path, library.id, name);
    try {
      if (!setUpBorrowedSqlite(library.handle(client), given())) {
        throw new ConnectionError(
          `Cannot use the database given for \`${dbName}\`: foreign keys cannot be switched on while it is in a transaction; end that first`,
          { code: "CANNOT_OPEN", driver: name },
        );
      }
      const closed = (): void => {
        release();
        shared.database = null;
      };
      shared.database = dbName;
      return library.engine(client, { ...given(), borrowed: true, wal: given().durabilityGiven, closed });
    } catch (error) {
      release();
      throw openError(dbName, error);
    }
  };

  const openError = (dbName: string, cause: unknown): unknown => {
    if (cause instanceof ConnectionError || cause instanceof ValidationError) return cause;
    return sqlError(library.failure(cause), {
      driver: name,
      database: dbName,
      table: undefined,
      attempt: null,
      tables: [],
    }, cause);
  };

  return {
    name,
    version,
    mode: "sync",
    capabilities: { expressions: true },
    configure(config: DriverConfig) {
      settings = sqliteSettings(name, options, config);
    },
    get given() {
      if (settings === null || settings.database === null || settings.storageDir !== null) return null;
      return Object.keys(settings.databases).length === 0 ? shared : null;
    },
    open(dbName) {
      const { database, databases, storageDir } = given();
      const borrower = shared.database;
      const elsewhere = Object.hasOwn(databases, dbName) || storageDir !== null;
      if (database === null || (elsewhere && borrower !== dbName && borrower !== null)) {
        return openFile(dbName);
      }
      if (borrower === null && !Object.hasOwn(databases, dbName)) return borrow(dbName, database);
      if (elsewhere) return openFile(dbName);
      throw new ValidationError(
        `Cannot open database \`${dbName}\`: the database given to driver ${name} already serves \`${borrower}\`; give \`databases\` or ` +
          "`storageDir` for more than one",
        { code: "UNKNOWN_DATABASE", driver: name },
      );
    },
  };
}
