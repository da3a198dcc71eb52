import { chain, chainAll, isPromise, type Maybe, settle } from "../chain/chain.ts";
import { ConnectionError, RinariError, ValidationError } from "../errors/mod.ts";
import { FileMoved } from "../files/file_moved.ts";
import type { Attempt } from "../errors/violations.ts";
import type { AnyEngine, AnySession } from "./any_engine.ts";
import type { Reading } from "./iterate_rows.ts";
import { remakeTables } from "./remake_tables.ts";
import { fileMoved, readonlyError, sqlError } from "./sql_error.ts";
import type { SqlConnection } from "./sql_connection.ts";
import type { SqlTable } from "./sql_table.ts";

/** One database of a driver: opened when first used, with the tables known to be in it. */
export class SqlDatabase {
  /** The name. */
  name: string;
  /** The tables known to exist, by name. */
  readonly tables: Map<string, SqlTable> = new Map();
  /** Counts the changes of `tables`. */
  generation = 0;
  /** Where statements run now, or null when that has to be found out: see `enter`. */
  reader: AnySession | null = null;
  /** The same, when writing is prepared too. */
  writer: AnySession | null = null;
  readonly #connection: SqlConnection;
  #engine: AnyEngine | null = null;
  /** The engine that was opened last: it still tells what an error means that comes when it is closed. */
  #last: AnyEngine | null = null;
  #opening: Promise<AnyEngine> | null = null;
  #prepared = false;
  /** The engine tells whether its file is still there. */
  #guarded = false;
  /** The file was removed or replaced: what is in its place is opened when nothing is under way. */
  #moved = false;
  readonly #readings: Set<Reading> = new Set();

  /** Makes a database that is not open yet. */
  constructor(connection: SqlConnection, name: string) {
    this.#connection = connection;
    this.name = name;
  }

  /** The driver's name. */
  get driver(): string {
    return this.#connection.name;
  }

  /** The engine, which was opened; what runs when the database is closed goes on to its end with it. */
  get engine(): AnyEngine {
    return this.#last as AnyEngine;
  }

  /**
   * The table of a name.
   *
   * @throws {ValidationError} When it is not known: `createTable` comes first.
   */
  table(name: string): SqlTable {
    const table = this.tables.get(name);
    if (table === undefined) {
      this.#connection.checkConnected();
      throw new ValidationError(
        `Cannot use table \`${name}\` of \`${this.name}\`: it is not there; another ORM or program may have dropped it: make a new ORM, or call createTable of the driver`,
        {
          code: "UNKNOWN_TABLE",
          driver: this.driver,
          table: name,
        },
      );
    }
    return table;
  }

  /** Where statements run: opens the database, and begins the open transaction on it, when that has not been done. */
  enter(): Maybe<AnySession> {
    if (this.reader !== null) return this.reader;
    return this.#connection.whenFree(() =>
      chain(this.#enter(), (session) => {
        if (this.#connection.separates) return session;
        this.reader = session;
        this.writer = this.#prepared && this.#readings.size === 0 ? session : null;
        return session;
      })
    );
  }

  /**
   * As `enter`, before writing.
   *
   * @throws {ConnectionError} When the database is open for reading only.
   */
  enterToWrite(attempt: Attempt, table: string | undefined): Maybe<AnySession> {
    if (this.writer !== null) {
      this.checkThere(attempt, table);
      return this.writer;
    }
    const ready = chain(this.drain(), () => this.enter());
    return chain(chain(ready, (session) => this.#ready(session, attempt, table)), (session) => {
      if (this.#prepared && this.reader === session) this.writer = session;
      return session;
    });
  }

  /** As `enterToWrite`, for work that runs alone. */
  enterAlone(attempt: Attempt, table: string): Maybe<AnySession> {
    return chain(chain(this.drain(), () => this.#enter()), (session) => this.#ready(session, attempt, table));
  }

  /**
   * Looks, before something is written outside of a transaction, whether the file is still there.
   *
   * @throws {ConflictError} When it was removed or replaced (`CHANGED_OUTSIDE`).
   */
  checkThere(attempt: Attempt, table: string | undefined): void {
    if (this.#guarded && !this.#connection.transactions.open) this.#lookForFile(attempt, table);
  }

  /** As `checkThere`, before a transaction begins or commits. */
  checkThereAtEdge(): void {
    if (this.#guarded && this.#engine?.readonly === false) this.#lookForFile(null, undefined);
  }

  /** Remembers how to bring back what is remembered, should the open transaction be undone. */
  onRollback(undo: () => void): void {
    this.#connection.transactions.onRollback(undo);
  }

  /** A search is being read: what is written has to let it read the rest before. */
  begins(reading: Reading): void {
    if (this.engine.snapshots === true) return;
    this.#readings.add(reading);
    this.writer = null;
  }

  /** A search has been read. */
  ends(reading: Reading): void {
    this.#readings.delete(reading);
  }

  /** Reads the rest of every search that is being read. */
  drain(): Maybe<void> {
    if (this.#readings.size === 0) return;
    return chain(chainAll([...this.#readings], (reading) => reading.drain()), () => undefined);
  }

  /** Where statements run has changed: a transaction was opened or ended. */
  leave(): void {
    this.reader = null;
    this.writer = null;
  }

  /** The open engine. */
  open(): Maybe<AnyEngine> {
    const engine = this.#engine;
    // Until the transaction that found its file removed has ended, it is needed to undo it.
    if (engine !== null && (!this.#moved || engine.active)) return engine;
    if (this.#opening !== null) return this.#opening;
    this.#connection.checkConnected();
    const opened = engine === null ? this.#open() : this.#openAgain(engine);
    if (!isPromise(opened)) return opened;
    return this.#opening = opened.finally(() => this.#opening = null);
  }

  #open(): Maybe<AnyEngine> {
    return chain(this.#connection.provider.open(this.name), (engine) => {
      this.#guarded = engine.checkThere !== undefined;
      return this.#last = this.#engine = engine;
    });
  }

  /** Opens what is in the place of a file that was removed. */
  #openAgain(old: AnyEngine): Maybe<AnyEngine> {
    const opened = chain(this.drain(), () =>
      chain(old.close(), () => {
        this.#engine = null;
        this.#prepared = false;
        return this.#open();
      }));
    return chain(opened, (engine) => {
      return chain(this.#guardWhole(() => remakeTables(this.#connection, this, engine)), () => {
        this.#moved = false;
        return engine;
      });
    });
  }

  /** A table is not what it was: the engine forgets what it has prepared. */
  forget(): void {
    this.#engine?.forget?.();
  }

  /** Closes the engine; what was known of the tables is forgotten. */
  close(): Maybe<void> {
    if (this.#opening !== null) {
      const again = (): Maybe<void> => this.close();
      return this.#opening.then(again, again);
    }
    const engine = this.#engine;
    this.#engine = null;
    this.#prepared = false;
    this.#moved = false;
    this.leave();
    for (const reading of this.#readings) reading.abandon();
    for (const table of this.tables.values()) table.live = false;
    this.tables.clear();
    return engine?.close();
  }

  /** Runs work, and throws the store's errors as those of this library. */
  guard<T>(attempt: Attempt, table: string | undefined, work: () => Maybe<T>): Maybe<T> {
    return settle(work, (value) => value, (error) => {
      throw this.error(error, table, attempt);
    });
  }

  /** The error to throw for one of the store. */
  error(error: unknown, table: string | undefined, attempt: Attempt | null): RinariError {
    this.#connection.transactions.fail();
    if (error instanceof RinariError) return error;
    if (error instanceof FileMoved) {
      this.#moved = true;
      this.leave();
      return fileMoved(this.driver, this.name, table, attempt, error);
    }
    if (this.#engine === null) {
      // What was sent may have been carried out, though nobody waited for the answer.
      const read = attempt === "search" || attempt === "aggregate";
      return new ConnectionError(
        `Cannot use database \`${this.name}\`: it was closed` +
          (read ? "" : "; what was under way may be stored"),
        {
          code: "NOT_CONNECTED",
          driver: this.driver,
          cause: error,
          ...(read ? undefined : { outcome: "unknown" }),
        },
      );
    }
    const scene = { driver: this.driver, database: this.name, table, attempt, tables: this.tables.values() };
    return sqlError(this.#engine.failure(error), scene, error);
  }

  #enter(): Maybe<AnySession> {
    return chain(this.open(), (engine) => {
      const { transactions } = this.#connection;
      transactions.checkNotEnded(this.driver);
      if (!transactions.open) return engine;
      const ready = (): Maybe<void> => transactions.begun ? undefined : this.#prepareTransaction(engine);
      const begun = (): Maybe<AnySession> => chain(ready(), () => transactions.enter(this, engine));
      // Another connection can hold the lock that beginning needs.
      return this.#guardWhole(begun);
    });
  }

  #ready(session: AnySession, attempt: Attempt, table: string | undefined): Maybe<AnySession> {
    const { engine } = this;
    if (engine.readonly) {
      throw readonlyError(`Cannot ${attempt} \`${table ?? this.name}\``, {
        driver: this.driver,
        ...(table === undefined ? null : { table }),
      });
    }
    if (this.#connection.transactions.open) return session;
    this.checkThere(attempt, table);
    return chain(this.#prepareWrite(engine), () => session);
  }

  /** Inside a transaction it is too late to prepare writing; before, it is right when the tables are known to be ours. */
  #prepareTransaction(engine: AnyEngine): Maybe<void> {
    if (this.#prepared || engine.readonly) return;
    const ours = this.tables.size > 0 || engine.dialect.catalog.isEmpty(engine);
    return chain(ours, (prepare) => prepare ? this.#prepareWrite(engine) : undefined);
  }

  #prepareWrite(engine: AnyEngine): Maybe<void> {
    if (this.#prepared) return;
    return chain(this.#guardWhole(() => engine.prepareWrite()), () => {
      this.#prepared = true;
    });
  }

  #lookForFile(attempt: Attempt | null, table: string | undefined): void {
    try {
      this.#engine?.checkThere?.();
    } catch (error) {
      throw this.error(error, table, attempt);
    }
  }

  #guardWhole<T>(work: () => Maybe<T>): Maybe<T> {
    return settle(work, (value) => value, (error) => {
      throw this.error(error, undefined, null);
    });
  }
}
