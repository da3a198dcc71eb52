import { BoundedMap } from "../../cache/bounded_map.ts";
import { tick } from "../../files/file_pool.ts";
import type { SqlChanges, SqlLanguage, SqlQuery, SqlRows, SyncSqlEngine } from "../sql_engine.ts";
import type { SqlFailure } from "../sql_failure.ts";
import { keepTemporary, type OpenedClient } from "./client.ts";
import { sqlite } from "./dialect.ts";
import { switchToWAL } from "./pragmas.ts";
import type { SqliteLibrary, SqliteUse } from "./provider.ts";

/**
 * An engine on a synchronous client of SQLite: keeps what was prepared, waits with the write-ahead log until something is written,
 * and lets go of a file when others need its descriptors. A client brings how it prepares and runs a statement.
 *
 * @example
 * ```ts
 * import { SqliteEngine, type SqlChanges, type SqlQuery, type SqlRows } from "@rinari/orm/sql";
 *
 * interface Statement {
 *   all(params: readonly unknown[]): unknown[];
 *   run(params: readonly unknown[]): SqlChanges;
 * }
 * interface Client {
 *   prepare(sql: string): Statement;
 * }
 * class MyEngine extends SqliteEngine<Client, Statement> {
 *   readonly rows = "object";
 *   readonly integers = "number";
 *   all(query: SqlQuery, params: readonly unknown[]): unknown[] {
 *     return this.statement(query).all(params);
 *   }
 *   run(query: SqlQuery, params: readonly unknown[]): SqlChanges {
 *     return this.statement(query).run(params);
 *   }
 *   iterate(query: SqlQuery, params: readonly unknown[]): IterableIterator<unknown> {
 *     return this.prepare(query.sql).all(params).values();
 *   }
 *   rowsOf(statement: Statement, params: readonly unknown[]): SqlRows {
 *     return { columns: [], rows: [], changes: statement.run(params).changes };
 *   }
 *   prepare(sql: string): Statement {
 *     return this.database.prepare(sql);
 *   }
 * }
 * console.log(typeof MyEngine);
 * ```
 */
export abstract class SqliteEngine<Client, Statement> implements SyncSqlEngine {
  /** The SQL it speaks. */
  readonly dialect: SqlLanguage = sqlite;
  /** The form of rows. */
  abstract readonly rows: "object" | "array";
  /** How integers are bound. */
  abstract readonly integers: "number" | "bigint";
  /** Whether `run` tells the number of the row inserted last. */
  readonly tellsRowNumber: boolean = true;
  /** Nothing can be written. */
  readonly readonly: boolean;
  /** What an error means. */
  readonly failure: (error: unknown) => SqlFailure;
  /** The database, which may be closed and opened again between two calls. */
  protected readonly client: OpenedClient<Client>;
  readonly #library: SqliteLibrary<Client>;
  readonly #use: SqliteUse;
  readonly #log: ((message: string) => void) | null;
  readonly #statements: BoundedMap<Statement>;
  readonly #bigints: BoundedMap<Statement>;

  /** Makes the engine of an open database. */
  constructor(library: SqliteLibrary<Client>, client: OpenedClient<Client>, use: SqliteUse) {
    this.client = client;
    this.#library = library;
    this.#use = use;
    this.#log = use.log;
    this.readonly = use.readonly;
    this.failure = library.failure;
    const finalize = (statement: Statement): void => this.finalize(statement);
    this.#statements = new BoundedMap(use.statements, finalize);
    this.#bigints = new BoundedMap(use.statements, finalize);
    client.onRest = () => this.#forget();
  }

  /** Whether a transaction is open. */
  get active(): boolean {
    const { now } = this.client;
    return now !== null && this.#library.active(now);
  }

  /** The open database. */
  protected get database(): Client {
    return this.client.open;
  }

  /** Runs a statement to its end and returns its rows. */
  abstract all(query: SqlQuery, params: readonly unknown[]): unknown[];

  /** Runs a statement that returns no rows. */
  abstract run(query: SqlQuery, params: readonly unknown[]): SqlChanges;

  /** The rows one by one, from a statement of its own. */
  abstract iterate(query: SqlQuery, params: readonly unknown[]): IterableIterator<unknown>;

  /**
   * What a statement written by hand brings: its rows as arrays, integers as `bigint`.
   *
   * @param writes Whether it writes: its rows are what it changed.
   */
  protected abstract rowsOf(statement: Statement, params: readonly unknown[], writes: boolean): SqlRows;

  /** The names of the columns of a statement; null where they are not known before it runs, as by default. */
  protected namesOf(_statement: Statement): readonly string[] | null {
    return null;
  }

  /** Prepares a statement. @param bigints Integers are read as `bigint`. */
  protected abstract prepare(sql: string, bigints: boolean): Statement;

  /** Gives up what was prepared. By default nothing has to be done. */
  protected finalize(_statement: Statement): void {}

  /** Tells the option `verbose` of a statement. `statement` does it by itself. */
  protected log(sql: string): void {
    this.#log?.(sql);
  }

  /** The statement of a query, as it was prepared before; one that comes `once` is prepared anew and not kept. */
  protected statement(query: SqlQuery): Statement {
    if (this.#log !== null) this.#log(query.sql);
    this.client.lastUsed = tick();
    if (query.once === true) return this.prepare(query.sql, query.bigints);
    const kept = query.bigints ? this.#bigints : this.#statements;
    const known = kept.get(query.sql);
    if (known !== undefined) return known;
    const made = this.prepare(query.sql, query.bigints);
    kept.set(query.sql, made);
    return made;
  }

  /** Rows that are read one by one: the database stays open until their end. */
  protected held(rows: IterableIterator<unknown>): IterableIterator<unknown> {
    const { client } = this;
    let holds = true;
    client.holds++;
    const end = (): void => {
      if (holds) client.holds--;
      holds = false;
    };
    return {
      next() {
        try {
          const item = rows.next();
          if (item.done === true) end();
          return item;
        } catch (error) {
          end();
          throw error;
        }
      },
      return(value) {
        end();
        return rows.return?.(value) ?? { done: true, value };
      },
      [Symbol.iterator]() {
        return this;
      },
    };
  }

  /** Runs a statement of which nothing is known but its text, and whether it writes. */
  raw(sql: string, params: readonly unknown[], writes: boolean): SqlRows {
    this.log(sql);
    const statement = this.prepare(sql, true);
    keepTemporary(this.client, sql);
    try {
      return this.rowsOf(statement, params, writes);
    } finally {
      this.finalize(statement);
    }
  }

  /** The names of the columns that a statement gives, before it runs; null where they are not known. */
  columnsOf(sql: string): readonly string[] | null {
    const statement = this.prepare(sql, true);
    try {
      return this.namesOf(statement);
    } finally {
      this.finalize(statement);
    }
  }

  /** Switches a file to a write-ahead log, once, before the first write. */
  prepareWrite(): void {
    if (this.#use.wal) switchToWAL(this.#library.handle(this.client.open), this.#use, this.failure);
  }

  /** Throws when the file is no longer where others look for it. */
  checkThere(): void {
    this.client.checkThere();
  }

  /** Closes the database. */
  close(): void {
    this.#forget();
    this.client.close();
    this.#use.closed();
  }

  #forget(): void {
    this.#statements.clear();
    this.#bigints.clear();
  }
}
