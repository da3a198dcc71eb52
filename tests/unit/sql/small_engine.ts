import process from "node:process";
import type { SqlQuery, SyncSqlEngine } from "../../../src/sql/sql_engine.ts";
import type { SyncSqlProvider } from "../../../src/sql/sql_provider.ts";
import { sqliteCode } from "../../../src/sql/sqlite/code.ts";
import { sqlite } from "../../../src/sql/sqlite/dialect.ts";
import { sqliteFailure } from "../../../src/sql/sqlite/failure.ts";
import { sqliteNumbered } from "../../../src/sql/sqlite/numbered.ts";

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
  open: () => smallEngine(),
};

/** The same of a client that takes numbered places only, as names, and reports codes by their names. */
export const numberedProvider: SyncSqlProvider = {
  ...smallProvider,
  name: "small, numbered",
  open: () =>
    Object.assign(smallEngine(checkNumbers), {
      dialect: sqliteNumbered,
      failure(error: unknown) {
        const { errcode = 0, message } = error as Error & { errcode?: number };
        return sqliteFailure(sqliteCode(NAMES[errcode] ?? NAMES[errcode & 0xff] ?? ""), message);
      },
    }),
};

const NAMES: Readonly<Record<number, string>> = {
  14: "SQLITE_CANTOPEN",
  18: "SQLITE_TOOBIG",
  275: "SQLITE_CONSTRAINT_CHECK",
  787: "SQLITE_CONSTRAINT_FOREIGNKEY",
  1299: "SQLITE_CONSTRAINT_NOTNULL",
  1555: "SQLITE_CONSTRAINT_PRIMARYKEY",
  2067: "SQLITE_CONSTRAINT_UNIQUE",
  2579: "SQLITE_CONSTRAINT_ROWID",
  3091: "SQLITE_CONSTRAINT_DATATYPE",
};

function checkNumbers(sql: string): void {
  const bare = sql.replace(/`(?:[^`]|``)*`|'(?:[^']|'')*'/g, "");
  if (/\?(?!\d)/.test(bare)) throw new Error(`A place without a number: ${sql}`);
}

function smallEngine(check: (sql: string) => void = () => {}): SyncSqlEngine {
  const { DatabaseSync } = process.getBuiltinModule("node:sqlite") as unknown as {
    DatabaseSync: new (path: string) => Client;
  };
  const client = new DatabaseSync(":memory:");
  const prepared = ({ sql, bigints }: SqlQuery): Statement => {
    check(sql);
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
