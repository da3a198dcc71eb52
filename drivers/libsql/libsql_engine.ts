import type {
  AsyncSqlEngine,
  AsyncSqlTransaction,
  SqlChanges,
  SqlLanguage,
  SqlQuery,
  SqlResult,
  SqlRows,
  SqlStatement,
} from "../../src/sql/sql_engine.ts";
import type { SqlFailure } from "../../src/sql/sql_failure.ts";
import { sqlite } from "../../src/sql/sqlite/dialect.ts";
import { libsqlFailure } from "./libsql_failure.ts";
import type { LibSQLLink } from "./libsql_link.ts";
import { isRead, iterateAll, readRaw, readResult, readRows, toStatement } from "./read_result.ts";
import { LibSQLHandle } from "./libsql_handle.ts";

/** One libSQL database, wherever it is. */
export class LibSQLEngine implements AsyncSqlEngine {
  /** It speaks the SQL of SQLite. */
  readonly dialect: SqlLanguage = sqlite;
  /** Rows are arrays. */
  readonly rows = "array";
  /** A number would be bound as a float. */
  readonly integers = "bigint";
  /** The client's number is not exact beyond what a number holds. */
  readonly tellsRowNumber = false;
  /** Nothing can be written. */
  readonly readonly: boolean;
  /** A server that has ended a transaction runs what follows outside of it. */
  readonly endsOnError = true;
  /** A transaction has a handle of its own. */
  readonly active = false;
  /** Whether every call goes over a network. */
  readonly distant: boolean;
  /** What an error means. */
  readonly failure: (error: unknown) => SqlFailure = libsqlFailure;
  readonly #link: LibSQLLink;
  readonly #log: ((message: string) => void) | null;

  /** Of a file: asked before each write whether it is still there. */
  readonly checkThere?: () => void;

  /** Makes the engine of a database that is open. */
  constructor(link: LibSQLLink, readonly: boolean, log: ((message: string) => void) | null) {
    const { presence } = link;
    if (presence !== null) this.checkThere = () => presence.check();
    this.#link = link;
    this.#log = log;
    this.readonly = readonly;
    this.distant = link.distant;
  }

  /** The rows of a statement. */
  async all(query: SqlQuery, params: readonly unknown[]): Promise<unknown[]> {
    this.#log?.(query.sql);
    const statement = toStatement({ query, params }, this.#link.statementBytes);
    const kind = isRead(query) ? "read" : "write";
    const rows = readRows(query, await this.#link.use(kind, (client) => client.execute(statement)));
    // The client leaves this statement open, and with it the snapshot it read.
    if (query.sql.startsWith("EXPLAIN")) await this.#link.heal();
    return rows;
  }

  /** Runs a statement without rows. */
  async run(query: SqlQuery, params: readonly unknown[]): Promise<SqlChanges> {
    this.#log?.(query.sql);
    const statement = toStatement({ query, params }, this.#link.statementBytes);
    const { rowsAffected } = await this.#link.use("write", (client) => client.execute(statement));
    return { changes: rowsAffected };
  }

  /** Runs statements as one transaction, in one request. */
  async batch(statements: readonly SqlStatement[]): Promise<SqlResult[]> {
    const log = this.#log;
    if (log !== null) { for (const { query } of statements) log(query.sql); }
    const sent = statements.map((each) => toStatement(each, this.#link.statementBytes));
    const results = await this.#link.use("write", (client) => client.batch(sent, "write"));
    return results.map((result, i) => readResult((statements[i] as SqlStatement).query, result));
  }

  /** The rows one by one: the client has them all at once. */
  iterate(query: SqlQuery, params: readonly unknown[]): AsyncIterableIterator<unknown> {
    return iterateAll(this, query, params);
  }

  /** Runs a statement written by hand. */
  async raw(sql: string, params: readonly unknown[], writes: boolean): Promise<SqlRows> {
    this.#log?.(sql);
    const query = { sql, bigints: true, single: false, columns: [] };
    const statement = toStatement({ query, params }, writes ? this.#link.statementBytes : Infinity);
    const result = await this.#link.use(writes ? "write" : "read", (client) => client.execute(statement));
    return readRaw(sql, result, writes);
  }

  /** Opens an interactive transaction. */
  async begin(withoutReferences = false): Promise<AsyncSqlTransaction> {
    return new LibSQLHandle(await this.#link.begin(withoutReferences), this.#link.statementBytes, this.#log);
  }

  /** Prepares the first write. */
  prepareWrite(): Promise<void> {
    return this.#link.prepareWrite();
  }

  /** Brings an embedded replica up to date. */
  sync(): Promise<void> {
    return this.#link.sync();
  }

  /** Closes the database. */
  close(): Promise<void> {
    return this.#link.close();
  }
}
