import { TransactionError } from "../../mod.ts";
import type { AsyncSqlTransaction, SqlChanges, SqlQuery } from "../../src/sql/mod.ts";
import { isServerError } from "./client.ts";
import type { PgConnection, PgResult } from "./connection.ts";
import { connectionError, type Scene } from "./connection_error.ts";
import { readCursor } from "./cursor.ts";
import type { PostgresSettings } from "./options.ts";
import type { Lease } from "./pool.ts";
import { isRead, send } from "./statements.ts";

const GUARD = "rinari_statement";
const SET_GUARD = `SAVEPOINT ${GUARD}`;
const SAVEPOINT_COMMAND = /^(SAVEPOINT|ROLLBACK TO|RELEASE) /;

/** What a transaction is made of. */
export interface TransactionParts extends Omit<Scene, "phase"> {
  /** The settings. */
  readonly settings: PostgresSettings;
}

/**
 * A transaction on a connection of its own.
 *
 * PostgreSQL refuses everything after an error in a transaction but a rollback. To find out what was wrong, and to try the rows of a
 * bulk insert one by one, a statement that writes must be undone alone: a savepoint, the guard, stands before each. Setting it
 * goes along with BEGIN, and with releasing the last one, so that a transaction of one write has no message more.
 */
export class PostgresTransaction implements AsyncSqlTransaction {
  readonly #lease: Lease;
  readonly #parts: TransactionParts;
  /** `set`: nothing was written since; `used`: something was; `none`: there is none. */
  #guard: "set" | "used" | "none" = "set";
  #last: Promise<unknown> = Promise.resolve();
  #aborted = false;
  #ended = false;

  private constructor(lease: Lease, parts: TransactionParts) {
    this.#lease = lease;
    this.#parts = parts;
  }

  /** Opens a transaction on a connection. */
  static async begin(lease: Lease, parts: TransactionParts): Promise<PostgresTransaction> {
    const { readonly, isolation } = parts.settings;
    const transaction = new PostgresTransaction(lease, parts);
    const mode = `ISOLATION LEVEL ${isolation.toUpperCase()} ${readonly ? "READ ONLY" : "READ WRITE"}`;
    await transaction.#next(
      "transaction",
      (connection) => transaction.#execute(connection, `BEGIN ${mode}; ${SET_GUARD}`),
    );
    return transaction;
  }

  /** Whether it can still be worked in, as far as is known. */
  get active(): boolean {
    return !this.#ended && !this.#lease.connection.broken;
  }

  /** The rows of a statement. */
  async all(query: SqlQuery, params: readonly unknown[]): Promise<unknown[]> {
    return (await this.#run(query, params)).rows;
  }

  /** Runs a statement without rows. */
  async run(query: SqlQuery, params: readonly unknown[]): Promise<SqlChanges> {
    return { changes: (await this.#run(query, params)).changes };
  }

  /** The rows one by one, from a cursor that ends with the transaction. */
  iterate(query: SqlQuery, params: readonly unknown[]): AsyncIterableIterator<unknown> {
    const read = <T>(work: (connection: PgConnection) => Promise<T>): Promise<T> =>
      this.#next("transaction", work);
    return readCursor({ read, keep: false }, query.sql, params);
  }

  /** Makes the work permanent. */
  async commit(): Promise<void> {
    try {
      await this.#next("commit", (connection) => {
        // COMMIT would succeed, and roll back.
        if (this.#aborted) throw this.#refusal("a statement in it failed");
        return this.#execute(connection, "COMMIT");
      });
      this.#end();
    } catch (error) {
      // What the server has refused to commit, it has rolled back; anything else goes with the connection.
      if (!isServerError(error)) await this.#lease.connection.close();
      this.#end();
      throw error;
    }
  }

  /** Undoes the work. It never rejects: a connection that cannot do so is given up, and the transaction with it. */
  async rollback(): Promise<void> {
    if (this.#ended) return;
    try {
      await this.#next("transaction", (connection) => this.#execute(connection, "ROLLBACK"));
    } catch {
      await this.#lease.connection.close();
    } finally {
      this.#end();
    }
  }

  #run(query: SqlQuery, params: readonly unknown[]): Promise<PgResult> {
    return this.#next("transaction", (connection) => {
      if (SAVEPOINT_COMMAND.test(query.sql)) return this.#savepoint(connection, query.sql);
      return isRead(query) ? this.#read(connection, query, params) : this.#write(connection, query, params);
    });
  }

  async #read(connection: PgConnection, query: SqlQuery, params: readonly unknown[]): Promise<PgResult> {
    try {
      return await this.#send(connection, query, params);
    } catch (error) {
      this.#aborted = true;
      throw error;
    }
  }

  async #write(connection: PgConnection, query: SqlQuery, params: readonly unknown[]): Promise<PgResult> {
    if (this.#guard !== "set") {
      await this.#execute(connection, this.#guard === "used" ? `RELEASE ${GUARD}; ${SET_GUARD}` : SET_GUARD);
      this.#guard = "set";
    }
    try {
      const result = await this.#send(connection, query, params);
      this.#guard = "used";
      return result;
    } catch (error) {
      this.#aborted = true;
      if (isServerError(error) && !connection.broken) {
        await this.#execute(connection, `ROLLBACK TO ${GUARD}`);
        this.#aborted = false;
      }
      throw error;
    }
  }

  /** A savepoint of the layer. A guard is inside the innermost of them, or there is none. */
  async #savepoint(connection: PgConnection, sql: string): Promise<PgResult> {
    const [, command] = SAVEPOINT_COMMAND.exec(sql) as RegExpExecArray;
    if (command === "SAVEPOINT") {
      const release = this.#guard === "none" ? "" : `RELEASE ${GUARD}; `;
      const result = await this.#execute(connection, `${release}${sql}; ${SET_GUARD}`);
      this.#guard = "set";
      return result;
    }
    const result = await this.#execute(connection, sql);
    this.#guard = "none";
    this.#aborted = false;
    return result;
  }

  /** Runs work after what was begun before it: a connection does one thing at a time. */
  #next<T>(phase: Scene["phase"], work: (connection: PgConnection) => Promise<T>): Promise<T> {
    const result = this.#last.then(async () => {
      const { connection } = this.#lease;
      if (this.#ended) throw this.#refusal("it has ended");
      if (connection.broken) {
        throw this.#explained(new Error("It was lost before this was sent"), "transaction");
      }
      try {
        return await work(connection);
      } catch (error) {
        throw this.#explained(error, phase);
      }
    });
    this.#last = result.catch(() => undefined);
    return result;
  }

  #explained(error: unknown, phase: Scene["phase"]): unknown {
    const { driver, database } = this.#parts;
    return connectionError(error, { driver, database, phase }) ?? error;
  }

  #execute(connection: PgConnection, sql: string): Promise<PgResult> {
    this.#parts.settings.log?.(sql);
    return connection.execute(sql);
  }

  #send(connection: PgConnection, query: SqlQuery, params: readonly unknown[]): Promise<PgResult> {
    this.#parts.settings.log?.(query.sql);
    return send(connection, query, params);
  }

  #refusal(reason: string): TransactionError {
    const { driver, database } = this.#parts;
    return new TransactionError(
      `Cannot go on in the transaction on \`${database}\`: ${reason}; run it again`,
      {
        code: "TRANSACTION_FAILED",
        driver,
      },
    );
  }

  #end(): void {
    this.#ended = true;
    this.#lease.release();
  }
}
