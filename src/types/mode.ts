import type { AsyncDriver, SyncDriver } from "../contract/mod.ts";

/** Whether methods return plain values or Promises: decided by the driver. */
export type Mode = "sync" | "async";

/** The mode of a driver. */
export type ModeOf<D extends SyncDriver | AsyncDriver> = D extends SyncDriver ? "sync" : "async";

/** What a method returns: the value with a sync driver, a Promise of it with an async one. */
export type Result<M extends Mode, T> = M extends "sync" ? T : Promise<T>;

/** What `iterate` returns. */
export type RowIterator<M extends Mode, T> = M extends "sync" ? IterableIterator<T>
  : AsyncIterableIterator<T>;

/**
 * The function a transaction runs: synchronous with a sync driver, because a transaction cannot wait for a Promise there.
 */
export type TransactionBody<M extends Mode, T> = M extends "sync" ?
    & (() => T)
    & (IsPromise<T> extends true ? "a sync driver needs a synchronous function; see toAsyncDriver" : unknown)
  : () => Promise<T>;

/** Whether a type is that of a Promise. */
export type IsPromise<T> = [T] extends [never] ? false
  : 0 extends 1 & T ? false
  : [T] extends [PromiseLike<unknown>] ? true
  : false;
