import type {
  AsyncSqlEngine,
  AsyncSqlTransaction,
  SqlChanges,
  SqlFailure,
  SqlQuery,
} from "../../src/sql/mod.ts";
import { isStale, type PgConnection, type PgResult } from "./connection.ts";
import { connectionError, type Scene } from "./connection_error.ts";
import { readCursor } from "./cursor.ts";
import { postgres } from "./dialect.ts";
import { failure } from "./failure.ts";
import type { PostgresSettings } from "./options.ts";
import type { Lease, Pool } from "./pool.ts";
import { isRead, send } from "./statements.ts";
import { PostgresTransaction } from "./transaction.ts";

/** What an engine is made of. */
export interface EngineParts {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /** The schema it is. */
  readonly schema: string;
  /** Where connections come from. */
  readonly pool: Pool;
  /** The settings. */
  readonly settings: PostgresSettings;
  /** Called when it is closed. */
  readonly closed: () => Promise<void>;
}

/** One open database: a schema, reached through a pool. */
export class PostgresEngine implements AsyncSqlEngine {
  /** It speaks PostgreSQL. */
  readonly dialect = postgres;
  /** Rows are arrays. */
  readonly rows = "array";
  /** The client writes numbers as texts, which the server reads by the column's type. */
  readonly integers = "number";
  /** Numbers come back by RETURNING. */
  readonly tellsRowNumber = false;
  /** After an error, a transaction can only be rolled back. */
  readonly endsOnError = true;
  /** Every statement has its own snapshot, or its transaction's. */
  readonly snapshots = true;
  /** A transaction has a connection of its own. */
  readonly active = false;
  /** What an error means. */
  readonly failure: (error: unknown) => SqlFailure = failure;
  readonly #parts: EngineParts;

  /** Makes the engine of a schema that exists. */
  constructor(parts: EngineParts) {
    this.#parts = parts;
  }

  /** Nothing can be written. */
  get readonly(): boolean {
    return this.#parts.settings.readonly;
  }

  /** The rows of a statement. */
  async all(query: SqlQuery, params: readonly unknown[]): Promise<unknown[]> {
    return (await this.#run(query, params)).rows;
  }

  /** Runs a statement without rows. */
  async run(query: SqlQuery, params: readonly unknown[]): Promise<SqlChanges> {
    return { changes: (await this.#run(query, params)).changes };
  }

  /** The rows one by one, in pieces from a cursor, as they were when the first was asked for. */
  async *iterate(query: SqlQuery, params: readonly unknown[]): AsyncIterableIterator<unknown> {
    const { pool, settings: { log } } = this.#parts;
    log?.(query.sql);
    const read = <T>(work: (connection: PgConnection) => Promise<T>): Promise<T> =>
      this.#explained("read", () => this.#use(work));
    // A cursor lives in a transaction, and so has a connection; where there is only one, the rows are kept by the server.
    if (pool.size === 1) {
      yield* readCursor({ read, keep: true }, query.sql, params);
      return;
    }
    const lease = await this.#take();
    try {
      const { connection } = lease;
      const onIt = <T>(work: (connection: PgConnection) => Promise<T>): Promise<T> =>
        this.#explained("read", () => work(connection));
      await onIt(() => connection.execute("BEGIN READ ONLY"));
      try {
        yield* readCursor({ read: onIt, keep: false }, query.sql, params);
      } finally {
        if (!connection.broken) await connection.execute("ROLLBACK").catch(() => connection.close());
      }
    } finally {
      lease.release();
    }
  }

  /** Opens a transaction on a connection of its own. */
  async begin(): Promise<AsyncSqlTransaction> {
    const { driver, database, settings } = this.#parts;
    const lease = await this.#take();
    try {
      return await PostgresTransaction.begin(lease, { driver, database, settings });
    } catch (error) {
      lease.release();
      throw error;
    }
  }

  /** Nothing is to be prepared. */
  prepareWrite(): Promise<void> {
    return Promise.resolve();
  }

  /** Closes the database. */
  close(): Promise<void> {
    return this.#parts.closed();
  }

  async #run(query: SqlQuery, params: readonly unknown[]): Promise<PgResult> {
    this.#parts.settings.log?.(query.sql);
    const sent = (): Promise<PgResult> => this.#use((connection) => send(connection, query, params));
    // The server has refused a statement that is stale before it did anything.
    const again = (error: unknown): Promise<PgResult> => isStale(error) ? sent() : Promise.reject(error);
    return await this.#explained(isRead(query) ? "read" : "write", () => sent().catch(again));
  }

  #use<T>(work: (connection: PgConnection) => Promise<T>): Promise<T> {
    const { pool, schema, settings } = this.#parts;
    return pool.use(schema, settings.waitTimeout, work);
  }

  #take(): Promise<Lease> {
    const { pool, schema, settings } = this.#parts;
    return this.#explained("connect", () => pool.take(schema, settings.waitTimeout));
  }

  async #explained<T>(phase: Scene["phase"], work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { driver, database } = this.#parts;
      throw connectionError(error, { driver, database, phase }) ?? error;
    }
  }
}
