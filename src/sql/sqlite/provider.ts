import type { DriverConfig } from "../../contract/mod.ts";
import { ConnectionError, ValidationError } from "../../errors/mod.ts";
import { FilePool } from "../../files/file_pool.ts";
import { isOutOfDescriptors, tooManyFiles } from "../../files/open_error.ts";
import type { Waiting } from "../../transaction/waiting.ts";
import { claimFile, confirmClaim } from "./open_files.ts";
import type { SyncSqlEngine } from "../sql_engine.ts";
import { sqlError } from "../sql_error.ts";
import type { GivenClient, SyncSqlProvider } from "../sql_provider.ts";
import { type OpenedClient, SqliteClient } from "./client.ts";
import { checkWithoutLog, findSqliteFile, immutableURL, openingError, type SqliteFile } from "./files.ts";
import { type SQLiteOptions, type SQLiteSettings, sqliteSettings } from "./options.ts";
import { setUpBorrowedSqlite, setUpSqlite, type SqliteHandle } from "./pragmas.ts";
import type { SqlFailure } from "../sql_failure.ts";

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
  /** Nobody else waits for locks in its place. */
  readonly waits: boolean;
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
  /** Opens a file, or `:memory:`. A path that begins with `file:` is a url when it is immutable, and else a path. */
  open(path: string, readonly: boolean, immutable: boolean): Client;
  /** The path of an open database; empty in memory. */
  pathOf(client: Client): string;
  /** What sets a database up. */
  handle(client: Client): SqliteHandle;
  /** Makes the engine of an open database. */
  engine(client: OpenedClient<Client>, use: SqliteUse): SyncSqlEngine;
  /** Whether a transaction is open. */
  active(client: Client): boolean;
  /** Closes a database. */
  close(client: Client): void;
  /** What an error means. */
  failure(error: unknown): SqlFailure;
}

/** What a database with a write-ahead log takes: the file, the log and its index. */
const DESCRIPTORS = 3;

/** Where the engines of a driver over a SQLite library come from. */
export function sqliteProvider<Client>(
  name: string,
  version: string,
  library: SqliteLibrary<Client>,
  options: SQLiteOptions<Client>,
): SyncSqlProvider {
  let settings: SQLiteSettings<Client> | null = null;
  let pool = new FilePool(null, DESCRIPTORS);
  const shared: GivenClient = { database: null };
  const waiting: Waiting = { timeout: 0, connected: false, outside: false };
  const given = (): SQLiteSettings<Client> => settings as SQLiteSettings<Client>;

  const openClient = (path: string): Client => {
    const { readonly, immutable } = given();
    const client = library.open(path, readonly, immutable);
    try {
      setUpSqlite(library.handle(client), given());
      return client;
    } catch (error) {
      library.close(client);
      throw error;
    }
  };

  /** Opens a file; others of this driver are closed when there are too many, or the process can open no more. */
  const openPooled = (dbName: string, { path, realPath }: SqliteFile): Client => {
    const { readonly, immutable } = given();
    if (immutable) checkWithoutLog(name, dbName, realPath ?? path);
    pool.makeRoom();
    for (;;) {
      try {
        return openClient(immutable ? immutableURL(path) : path);
      } catch (error) {
        const exhausted = isOutOfDescriptors();
        if (exhausted && pool.shrink()) continue;
        if (exhausted) throw tooManyFiles(name, `Cannot open database \`${dbName}\``, error);
        throw openingError(name, dbName, path, readonly, library.failure(error), error) ?? error;
      }
    }
  };

  const openFile = (dbName: string): SyncSqlEngine => {
    const file = findSqliteFile(name, given(), dbName);
    const { path, realPath } = file;
    const use = { ...given(), waits: !waiting.outside, borrowed: false, wal: true };
    const release = realPath === null ? () => undefined : claimFile(realPath, library.id, name);
    try {
      if (realPath === null) {
        return library.engine(new SqliteClient(openClient(path), null, library.close), {
          ...use,
          closed: release,
        });
      }
      const client = new SqliteClient(openPooled(dbName, file), {
        path: realPath,
        pool,
        relaxed: given().durability === "relaxed",
        open: () => {
          confirmClaim(realPath, library.id, name);
          return openPooled(dbName, file);
        },
        active: library.active,
      }, library.close);
      return library.engine(client, { ...use, closed: release });
    } catch (error) {
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
      const use = {
        ...given(),
        waits: !waiting.outside,
        borrowed: true,
        wal: given().durabilityGiven,
        closed,
      };
      return library.engine(new SqliteClient(client, null, null), use);
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
    waiting,
    configure(config: DriverConfig) {
      settings = sqliteSettings(name, options, config);
      waiting.timeout = settings.busyTimeout;
      waiting.connected = true;
      if (waiting.outside) settings = { ...settings, busyTimeout: 0 };
      pool = new FilePool(settings.maxOpen, DESCRIPTORS);
    },
    get given() {
      if (settings === null || settings.database === null || settings.storageDir !== null) return null;
      return Object.keys(settings.databases).length === 0 ? shared : null;
    },
    close() {
      waiting.connected = false;
      waiting.outside = false;
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
