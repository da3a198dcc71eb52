import type { SqlFailure } from "./sql_failure.ts";

/** A statement as text, with how its rows are read. Immutable: engines may keep what they prepared for it. */
export interface SqlQuery {
  /** The statement. */
  readonly sql: string;
  /** Integers are read as `bigint`, because a column of 64 bit is among them. */
  readonly bigints: boolean;
  /** At most one row comes back, so that an engine may fetch it the short way. */
  readonly single: boolean;
  /** The names of the columns that come back, in order; empty when none do. */
  readonly columns: readonly string[];
  /** Its condition is long, so that it hardly comes again: an engine need not keep it prepared, which costs memory. */
  readonly once?: boolean;
}

/** What a statement did. */
export interface SqlChanges {
  /** The rows changed directly; rows changed by a foreign key's action are not counted. */
  readonly changes: number;
  /** The number of the row that was inserted last, where the engine says that it tells. */
  readonly lastInsertRowid?: number | bigint;
}

/** What a statement of a batch did: its rows, or what it changed. */
export interface SqlResult extends SqlChanges {
  /** The rows it returned, in the engine's form; empty when it returns none. */
  readonly rows: unknown[];
}

/** What a statement written by hand brought. */
export interface SqlRows {
  /** The names of the columns that came back, in order, as the store gives them; empty when none do. */
  readonly columns: readonly string[];
  /** The rows as arrays, integers as `bigint` wherever the engine can. */
  readonly rows: readonly (readonly unknown[])[];
  /** How many rows it changed. */
  readonly changes: number;
}

/** A statement with its values, as a part of a batch. */
export interface SqlStatement {
  /** The statement. */
  readonly query: SqlQuery;
  /** The values, exactly as many as the statement has parameters. */
  readonly params: readonly unknown[];
}

/**
 * Where statements run: a connection, or a transaction open on one. Values are `string`, `number`, `bigint`, `Uint8Array`
 * or null, already encoded for the engine; rows are objects or arrays of such values, as `rows` of the engine says, and
 * belong to the caller. Bytes are read as a plain `Uint8Array`, of no class that extends it.
 */
export interface SyncSqlSession {
  /** Runs a statement to its end and returns its rows. */
  all(query: SqlQuery, params: readonly unknown[]): unknown[];
  /** Runs a statement that returns no rows. */
  run(query: SqlQuery, params: readonly unknown[]): SqlChanges;
  /** The rows one by one, from a statement of its own. */
  iterate(query: SqlQuery, params: readonly unknown[]): IterableIterator<unknown>;
  /** Runs a statement of which nothing is known but its text, and whether it writes. Absent: the driver runs none. */
  raw?(sql: string, params: readonly unknown[], writes: boolean): SqlRows;
  /**
   * The names of the columns that a statement gives, told before it runs, so that its rows can be read one by one; null, and absent,
   * where that is not known.
   */
  columnsOf?(sql: string): readonly string[] | null;
}

/** As {@linkcode SyncSqlSession}, with Promises. */
export interface AsyncSqlSession {
  /** Runs a statement to its end and returns its rows. */
  all(query: SqlQuery, params: readonly unknown[]): Promise<unknown[]>;
  /** Runs a statement that returns no rows. */
  run(query: SqlQuery, params: readonly unknown[]): Promise<SqlChanges>;
  /** The rows one by one. */
  iterate(query: SqlQuery, params: readonly unknown[]): AsyncIterableIterator<unknown>;
  /** Runs a statement of which nothing is known but its text, and whether it writes. Absent: the driver runs none. */
  raw?(sql: string, params: readonly unknown[], writes: boolean): Promise<SqlRows>;
}

/** A transaction that lives on a handle of its own. */
export interface SyncSqlTransaction extends SyncSqlSession {
  /** Whether the store still holds it open. */
  readonly active: boolean;
  /** Makes the work permanent. */
  commit(): void;
  /** Undoes the work. */
  rollback(): void;
}

/** As {@linkcode SyncSqlTransaction}, with Promises. */
export interface AsyncSqlTransaction extends AsyncSqlSession {
  /** Whether the store still holds it open, as far as is known. */
  readonly active: boolean;
  /** Makes the work permanent. */
  commit(): Promise<void>;
  /** Undoes the work. */
  rollback(): Promise<void>;
}

/** The SQL an engine speaks: one of the languages this library writes, such as `sqlite`. */
export interface SqlLanguage {
  /** Its name. */
  readonly name: string;
}

/** What engines say of themselves, sync or async. */
export interface SqlEngineTraits {
  /** The SQL it speaks. */
  readonly dialect: SqlLanguage;
  /** The form of rows: objects by column name, or arrays in the order of the query's columns. */
  readonly rows: "object" | "array";
  /** How integers must be bound: engines that bind every number as a float need `bigint`. */
  readonly integers: "number" | "bigint";
  /** `run` tells the number of the row inserted last, so that RETURNING is not needed for it. */
  readonly tellsRowNumber: boolean;
  /** Nothing can be written. */
  readonly readonly: boolean;
  /** Whether a transaction is open on the connection itself. */
  readonly active: boolean;
  /**
   * After an error inside a transaction only a rollback is sent, because the store may have ended it: what follows would be
   * outside of any. Default false.
   */
  readonly endsOnError?: boolean;
  /**
   * A search that is being read sees nothing of what is written meanwhile, so that nothing has to wait for its end. Default
   * false.
   */
  readonly snapshots?: boolean;
  /** Every call goes over a network, so that several are made one where they can be. Default false. */
  readonly distant?: boolean;
  /** What an error of the store means. */
  failure(error: unknown): SqlFailure;
  /** A table was dropped or is used in another form: what was prepared for it may be wrong. */
  forget?(): void;
  /**
   * Asked before each write outside of a transaction, and before each begin and commit: throws when the file that is written to is
   * no longer where others look for it. The database is opened again then, with its tables.
   */
  checkThere?(): void;
}

/** One open database. The whole of what a SQL store has to bring: a driver is made of it by `sqlDriver`. */
export interface SyncSqlEngine extends SyncSqlSession, SqlEngineTraits {
  /**
   * Opens a transaction on a handle of its own; without it the dialect's BEGIN, COMMIT and ROLLBACK are run. `withoutReferences`:
   * until its end foreign keys are not enforced; it throws where that cannot be had.
   */
  begin?(withoutReferences?: boolean): SyncSqlTransaction;
  /** Runs statements as one, all or none, in one round trip; without it they run one by one in a transaction. */
  batch?(statements: readonly SqlStatement[]): SqlResult[];
  /** Called once before the first write, outside of a transaction: the place to change how the file is journalled. */
  prepareWrite(): void;
  /** Closes the database. */
  close(): void;
}

/** As {@linkcode SyncSqlEngine}, with Promises. */
export interface AsyncSqlEngine extends AsyncSqlSession, SqlEngineTraits {
  /**
   * Opens a transaction on a handle of its own; without it the dialect's BEGIN, COMMIT and ROLLBACK are run. `withoutReferences`:
   * until its end foreign keys are not enforced; it throws where that cannot be had.
   */
  begin?(withoutReferences?: boolean): Promise<AsyncSqlTransaction>;
  /** Runs statements as one, all or none, in one round trip; without it they run one by one in a transaction. */
  batch?(statements: readonly SqlStatement[]): Promise<SqlResult[]>;
  /** Called once before the first write, outside of a transaction. */
  prepareWrite(): Promise<void>;
  /** Closes the database. */
  close(): Promise<void>;
}
