import { isPromise, type Maybe } from "../chain/chain.ts";
import { type FlowStorage, flowStorage } from "../chain/flow.ts";
import { asyncCallback, refusePromise } from "./async_callback.ts";
import { checkSignal } from "./abort.ts";
import { afterCommit } from "./commit.ts";
import { openSettings, type TransactionOptions } from "./options.ts";
import { Scope } from "./scope.ts";
import type { TransactionHost, Transactions } from "./transactions.ts";

let flow: FlowStorage<Scope> | null | undefined;

/** Transactions of a sync driver: what runs between the beginning and the end of the callback belongs to it. */
export class SyncTransactions implements Transactions {
  /** Nothing is open, and no callback ever went on after its transaction. */
  idle = true;
  /** The innermost open transaction. */
  current: Scope | null = null;
  readonly #host: TransactionHost;
  #misused = false;

  /** Keeps the transactions of one connection. */
  constructor(host: TransactionHost) {
    this.#host = host;
  }

  /** Runs one operation. */
  run<T>(database: string | null, _alone: boolean, work: () => Maybe<T>): Maybe<T> {
    const scope = this.current;
    if (scope === null) {
      // A callback that turned out to be async goes on after its transaction was undone: what it does then is refused.
      if (this.#misused) flow?.getStore()?.enter(database);
      return work();
    }
    scope.enter(database);
    try {
      return work();
    } catch (error) {
      scope.fail(error);
      throw error;
    }
  }

  /** Runs a callback in a transaction or savepoint. */
  transaction<T>(work: () => Maybe<T>, options?: TransactionOptions): Maybe<T> {
    const signal = options === undefined ? undefined : openSettings(options, this.#host.settings()).signal;
    checkSignal(signal, "open a transaction");
    if (isAsyncFunction(work)) throw asyncCallback("nothing was run");
    const parent = this.current;
    parent?.enter(null);
    const scope = new Scope(this, parent, parent);
    flow ??= flowStorage<Scope>();
    this.current = scope;
    this.idle = false;
    let result: T;
    try {
      const body = (): T =>
        flow === null || flow === undefined
          ? this.#body(scope, work, signal)
          : flow.run(scope, () => this.#body(scope, work, signal));
      result = this.#host.begin(body) as T;
      scope.handOver();
    } catch (error) {
      scope.forgetAll();
      throw error;
    } finally {
      scope.end();
      this.current = parent;
      this.idle = parent === null && !this.#misused;
    }
    if (parent !== null) return result;
    if (scope.changes !== null) this.#host.committed(scope.changes);
    return afterCommit(scope, result);
  }

  #body<T>(scope: Scope, work: () => Maybe<T>, signal: AbortSignal | undefined): T {
    const returned = work();
    if (isPromise(returned)) this.#misused = true;
    const result = refusePromise(returned);
    if (scope.failure !== null) scope.enter(null);
    checkSignal(signal, "finish a transaction");
    return result;
  }
}

function isAsyncFunction(work: unknown): boolean {
  return Object.prototype.toString.call(work) === "[object AsyncFunction]";
}
