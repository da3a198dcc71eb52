import type { Capabilities, DriverConfig } from "../contract/mod.ts";
import { EVERYTHING } from "../contract/everything.ts";
import type { Waiting } from "../transaction/waiting.ts";
import type { AsyncSqlEngine, SyncSqlEngine } from "./sql_engine.ts";

/** A client that someone else has opened, and uses too. */
export interface GivenClient {
  /** The name of the database that it serves, once one was used. The first name that is used is set here. */
  database: string | null;
}

/** Where the engines of a sync driver come from. */
export interface SyncSqlProvider {
  /** The driver's name, in kebab case. */
  readonly name: string;
  /** The driver's version. */
  readonly version: string;
  /** Answers come at once. */
  readonly mode: "sync";
  /** What differs from what every SQL store can do. */
  readonly capabilities?: Capabilities;
  /**
   * The client that was given from outside, where it is the only place of databases: transactions begin on it at once, because
   * statements may run on it that are not seen here. Null, or absent, elsewhere.
   */
  readonly given?: GivenClient | null;
  /** How its engines wait for locks; absent when nobody else can wait in their place. */
  readonly waiting?: Waiting;
  /** Called by `connect`, before the first `open`. */
  configure(config: DriverConfig): void;
  /** Opens a database. */
  open(dbName: string): SyncSqlEngine;
  /** Called by `disconnect`, when its engines were closed. */
  close?(): void;
}

/** Where the engines of an async driver come from. */
export interface AsyncSqlProvider {
  /** The driver's name, in kebab case. */
  readonly name: string;
  /** The driver's version. */
  readonly version: string;
  /** Answers come as Promises. */
  readonly mode: "async";
  /** Its engines open transactions on handles of their own (`begin`), so that every flow can have one. Default false. */
  readonly separates?: boolean;
  /** What differs from what every SQL store can do. */
  readonly capabilities?: Capabilities;
  /**
   * The client that was given from outside, where it is the only place of databases: transactions begin on it at once, because
   * statements may run on it that are not seen here. Null, or absent, elsewhere.
   */
  readonly given?: GivenClient | null;
  /** Called by `connect`, before the first `open`. */
  configure(config: DriverConfig): void | Promise<void>;
  /** Opens a database. */
  open(dbName: string): Promise<AsyncSqlEngine>;
  /** Called by `disconnect`, when its engines were closed. */
  close?(): void;
}

/** What a SQL store does: everything. */
export const SQL_CAPABILITIES: Capabilities = { ...EVERYTHING, returning: true, related: true };
