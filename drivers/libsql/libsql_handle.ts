import { RinariError, TransactionError } from "../../src/errors/mod.ts";
import type { AsyncSqlTransaction, SqlChanges, SqlQuery, SqlRows } from "../../src/sql/sql_engine.ts";
import type { LibSQLResult } from "./libsql_client.ts";
import type { OpenTransaction } from "./libsql_link.ts";
import { iterateAll, readRaw, readRows, toStatement } from "./read_result.ts";

/**
 * An interactive transaction. Its statements run one after another, so that none is under way when an earlier one fails: the
 * server may have ended the transaction then, and would run what follows outside of it.
 */
export class LibSQLHandle implements AsyncSqlTransaction {
  readonly #open: OpenTransaction;
  readonly #statementBytes: number;
  readonly #log: ((message: string) => void) | null;
  #last: Promise<unknown> = Promise.resolve();
  #broken: unknown = null;
  #ended = false;

  /** Makes a handle of an open transaction. */
  constructor(open: OpenTransaction, statementBytes: number, log: ((message: string) => void) | null) {
    this.#open = open;
    this.#statementBytes = statementBytes;
    this.#log = log;
  }

  /** Whether it can still be worked in, as far as is known. */
  get active(): boolean {
    return !this.#ended && this.#broken === null && !this.#open.transaction.closed;
  }

  /** The rows of a statement. */
  async all(query: SqlQuery, params: readonly unknown[]): Promise<unknown[]> {
    return readRows(query, await this.#execute(query, params));
  }

  /** Runs a statement without rows. */
  async run(query: SqlQuery, params: readonly unknown[]): Promise<SqlChanges> {
    return { changes: (await this.#execute(query, params)).rowsAffected };
  }

  /** The rows one by one. */
  iterate(query: SqlQuery, params: readonly unknown[]): AsyncIterableIterator<unknown> {
    return iterateAll(this, query, params);
  }

  /** Runs a statement written by hand. */
  async raw(sql: string, params: readonly unknown[], writes: boolean): Promise<SqlRows> {
    const query = { sql, bigints: true, single: false, columns: [] };
    return readRaw(sql, await this.#execute(query, params), writes);
  }

  /** Makes the work permanent. */
  async commit(): Promise<void> {
    const { transaction } = this.#open;
    try {
      await this.#last;
      await this.#open.use("commit", () => {
        this.#check();
        return transaction.commit();
      });
    } finally {
      await this.#end();
    }
  }

  /** Undoes the work. It never rejects: what cannot be undone, the store has ended itself. */
  async rollback(): Promise<void> {
    if (this.#ended) return;
    const { transaction } = this.#open;
    try {
      const undone = this.#last.then(() =>
        this.#broken === null ? this.#open.use("transaction", () => transaction.rollback()) : undefined
      );
      if (!await this.#inTime(undone)) await this.#open.abandon();
    } catch {
      // The connection is given up below, and with it the transaction.
    } finally {
      await this.#end();
    }
  }

  /** Waits for the end of work, as long as the store is trusted to answer. */
  async #inTime(work: Promise<unknown>): Promise<boolean> {
    const { patience } = this.#open;
    if (patience === Infinity) {
      await work;
      return true;
    }
    let timer: ReturnType<typeof setTimeout> | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), patience);
    });
    // It fails when the transaction is given up.
    const ended = work.then(() => true, () => true);
    return await Promise.race([ended, late]).finally(() => clearTimeout(timer));
  }

  async #execute(query: SqlQuery, params: readonly unknown[]): Promise<LibSQLResult> {
    this.#log?.(query.sql);
    const statement = toStatement({ query, params }, this.#statementBytes);
    return await this.#next(() => this.#open.transaction.execute(statement));
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#last.then(() =>
      this.#open.use("transaction", () => {
        this.#check();
        return work();
      })
    );
    this.#last = result.catch((error) => {
      // An error of this library is one of the connection, and the transaction is gone; but for an answer that is too large.
      if (error instanceof RinariError && error.code !== "RESPONSE_TOO_LARGE") this.#broken ??= error;
    });
    return result;
  }

  #check(): void {
    const { transaction } = this.#open;
    if (this.#broken === null && !this.#ended && !transaction.closed) return;
    const cause = this.#broken;
    throw new TransactionError("Cannot go on in a transaction that the store has ended; run it again", {
      code: "TRANSACTION_FAILED",
      ...(cause === null ? null : { cause }),
      retryable: !(cause instanceof RinariError) || cause.retryable,
    });
  }

  async #end(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    try {
      this.#open.transaction.close();
    } catch {
      // It was closed already.
    }
    await this.#open.release();
  }
}
