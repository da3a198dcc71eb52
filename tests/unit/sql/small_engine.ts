import process from "node:process";
import type { SqlQuery, SyncSqlEngine } from "../../../src/sql/sql_engine.ts";
import type { SyncSqlProvider } from "../../../src/sql/sql_provider.ts";
import { sqlite } from "../../../src/sql/sqlite_dialect.ts";
import { sqliteFailure } from "../../../src/sql/sqlite_failure.ts";

interface Statement {
  all(...params: unknown[]): Record<string, unknown>[];
  run(...params: unknown[]): { changes: number };
  iterate(...params: unknown[]): IterableIterator<unknown>;
  setReadBigInts(on: boolean): void;
}

interface Client {
  readonly isTransaction: boolean;
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** The least that makes a whole driver: no cache, rows as objects, RETURNING for every number. */
export const smallProvider: SyncSqlProvider = {
  name: "small",
  version: "1.0.0",
  mode: "sync",
  configure() {},
  open: smallEngine,
};

function smallEngine(_dbName: string): SyncSqlEngine {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as {
    DatabaseSync: new (path: string) => Client;
  };
  const client = new DatabaseSync(":memory:");
  const prepared = ({ sql, bigints }: SqlQuery): Statement => {
    const statement = client.prepare(sql);
    if (bigints) statement.setReadBigInts(true);
    return statement;
  };
  return {
    dialect: sqlite,
    rows: "object",
    integers: "bigint",
    tellsRowNumber: false,
    readonly: false,
    get active() {
      return client.isTransaction;
    },
    failure: (error) => sqliteFailure((error as { errcode?: number }).errcode ?? 0, (error as Error).message),
    all: (query, params) => prepared(query).all(...params).map((row) => ({ ...row })),
    run: (query, params) => prepared(query).run(...params),
    *iterate(query, params) {
      for (const row of prepared(query).iterate(...params)) yield { ...row as object };
    },
    prepareWrite() {},
    close: () => client.close(),
  };
}
