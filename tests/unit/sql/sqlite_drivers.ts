import process from "node:process";
import { BunSQLiteDriver } from "../../../drivers/bun_sqlite.ts";
import { NodeSQLiteDriver } from "../../../drivers/node_sqlite.ts";
import type { TableSchema } from "../../../src/contract/mod.ts";
import type { SyncSqlDriver } from "../../../src/sql/sql_driver.ts";
import type { SQLiteOptions } from "../../../src/sql/sqlite/options.ts";
import { runtime } from "../../support/runtime.ts";

/** The options of either driver, without a client. */
export type FileOptions = Omit<SQLiteOptions<never>, "database">;

/** A driver over a SQLite library of this runtime. */
export interface SqliteDriverCase {
  readonly name: string;
  make(options?: FileOptions): SyncSqlDriver;
}

/** The drivers that this runtime has. */
export const sqliteDrivers: readonly SqliteDriverCase[] = [
  ...(runtime === "bun"
    ? [{ name: "BunSQLiteDriver", make: (options?: FileOptions) => new BunSQLiteDriver(options) }]
    : []),
  { name: "NodeSQLiteDriver", make: (options?: FileOptions) => new NodeSQLiteDriver(options) },
];

/** Gives `fn` a connected driver with the tables, and closes it. */
export function withDriver<T>(
  { make }: SqliteDriverCase,
  tables: Readonly<Record<string, TableSchema>>,
  fn: (driver: SyncSqlDriver) => T,
  options: FileOptions = { databases: { app: ":memory:" } },
): T {
  const driver = make(options);
  driver.connect({});
  try {
    for (const name of Object.keys(tables)) driver.createTable("app", name, tables[name] as TableSchema);
    return fn(driver);
  } finally {
    driver.disconnect();
  }
}

/** A database as anyone else would open it. */
export interface RawDatabase {
  exec(sql: string): void;
  all(sql: string): Record<string, unknown>[];
  close(): void;
}

interface RawClient {
  exec(sql: string): void;
  prepare(sql: string): { all(): Record<string, unknown>[] };
  close(): void;
}

/** Opens a file with the library that the drivers of this runtime use too. */
export function openRaw(path: string): RawDatabase {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as {
    DatabaseSync: new (path: string) => RawClient;
  };
  const client = new DatabaseSync(path);
  return {
    exec: (sql) => client.exec(sql),
    all: (sql) => client.prepare(sql).all().map((row) => ({ ...row })),
    close: () => client.close(),
  };
}

/** A client that was opened before the driver is made. */
export interface GivenClient extends RawDatabase {
  /** Makes a driver on it. */
  driver(options?: FileOptions): SyncSqlDriver;
}

/** Opens a client of a driver's library. */
export function openClient({ name }: SqliteDriverCase, path: string): GivenClient {
  const bun = name === "BunSQLiteDriver";
  const module = process.getBuiltinModule(bun ? "bun:sqlite" : "node:sqlite") as unknown as Record<
    string,
    new (path: string) => RawClient
  >;
  const Client = module[bun ? "Database" : "DatabaseSync"] as new (path: string) => RawClient;
  const client = new Client(path);
  return {
    exec: (sql) => client.exec(sql),
    all: (sql) => client.prepare(sql).all().map((row) => ({ ...row })),
    close: () => client.close(),
    driver: (options) =>
      bun
        ? new BunSQLiteDriver({ ...options, database: client as never })
        : new NodeSQLiteDriver({ ...options, database: client as never }),
  };
}

/** What a call throws, as far as it has to be the same everywhere. */
export function failureOf(call: () => unknown): Record<string, unknown> {
  try {
    call();
  } catch (error) {
    const { name, code, table, columns, message } = error as Record<string, unknown>;
    return { name, code, table, columns, message };
  }
  return { name: "nothing was thrown" };
}
