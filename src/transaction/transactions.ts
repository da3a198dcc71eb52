import type { Maybe } from "../chain/chain.ts";
import type { Change } from "./commit.ts";
import type { TransactionOptions, TransactionSettings } from "./options.ts";
import type { Scope } from "./scope.ts";

/** What transactions need of the connection they belong to. */
export interface TransactionHost {
  /** Calls the driver's own `transaction`, which nests. */
  begin<T>(work: () => Maybe<T>): Maybe<T>;
  /** Is told what a transaction has changed, once it is committed. */
  committed(changes: ReadonlySet<Change>): void;
  /** Whether the driver keeps flows apart itself. */
  readonly concurrent: boolean;
  /** The deadlines and retries of transactions that name none. */
  settings(): TransactionSettings;
}

/** Whom an operation belongs to, and when it may run. One implementation for sync drivers, one for async ones. */
export interface Transactions {
  /** Whether an operation needs no check: nothing is open, and never was misused. */
  readonly idle: boolean;
  /** The innermost transaction of the calling flow, or null. */
  readonly current: Scope | null;
  /**
   * Runs one operation, in the flow's transaction when it has one, else when it is its turn: beside other operations, or
   * alone.
   *
   * @param signal Ends its waiting.
   */
  run<T>(database: string | null, alone: boolean, work: () => Maybe<T>, signal?: AbortSignal): Maybe<T>;
  /** Runs a callback in a new transaction, or in a savepoint of the one it is called in. */
  transaction<T>(work: () => Maybe<T>, options?: TransactionOptions): Maybe<T>;
}
