import type { Maybe } from "../chain/chain.ts";
import { type FlowStorage, flowStorage } from "../chain/flow.ts";
import { RinariError, UnsupportedError } from "../errors/mod.ts";
import { checkSignal, onAbort } from "./abort.ts";
import { afterCommit } from "./commit.ts";
import { Deadline } from "./deadline.ts";
import { openSettings, type TransactionOptions, type TransactionSettings } from "./options.ts";
import { Scope } from "./scope.ts";
import { TurnQueue } from "./turn_queue.ts";
import type { TransactionHost, Transactions } from "./transactions.ts";

let flow: FlowStorage<Scope> | null | undefined;

function storage(): FlowStorage<Scope> | null {
  return flow === undefined ? flow = flowStorage<Scope>() : flow;
}

/**
 * Transactions of an async driver. AsyncLocalStorage tells which flow an operation belongs to; those of other flows wait
 * their turn, or are left to the driver when it keeps flows apart itself. The only file of the core with `await`.
 */
export class AsyncTransactions implements Transactions {
  /** Always false: an operation has to find out where it belongs. */
  readonly idle = false;
  readonly #host: TransactionHost;
  readonly #turns = new TurnQueue();

  /** Keeps the transactions of one connection. */
  constructor(host: TransactionHost) {
    this.#host = host;
  }

  /** The innermost transaction of the calling flow on this connection. */
  get current(): Scope | null {
    let scope: Scope | null = flow?.getStore() ?? null;
    while (scope !== null && scope.owner !== this) scope = scope.outer;
    return scope;
  }

  /** Runs one operation when it is its turn. */
  async run<T>(
    database: string | null,
    alone: boolean,
    work: () => Maybe<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const scope = this.current;
    if (scope === null && this.#host.concurrent) return await work();
    scope?.enter(database);
    const turns = scope === null ? this.#turns : scope.turns;
    const what = database === null ? "run an operation" : `run an operation on \`${database}\``;
    const { waitTimeout } = this.#host.settings();
    const wait = alone ? turns.own(waitTimeout, what, signal) : turns.share(waitTimeout, what, signal);
    if (wait !== undefined) await wait;
    try {
      scope?.enter(database);
      return await work();
    } catch (error) {
      scope?.fail(error);
      throw error;
    } finally {
      turns.leave(alone);
    }
  }

  /** Runs a callback in a transaction, again when the store reports a conflict, or in a savepoint. */
  async transaction<T>(work: () => Maybe<T>, options?: TransactionOptions): Promise<T> {
    const { settings, signal } = openSettings(options, this.#host.settings());
    if (storage() === null) {
      throw new UnsupportedError(
        "Cannot open a transaction: this runtime has no AsyncLocalStorage",
      );
    }
    const parent = this.current;
    const turns = parent === null ? this.#turns : parent.turns;
    parent?.enter(null);
    const alone = parent !== null || !this.#host.concurrent;
    let until = 0;
    for (let attempt = 0;; attempt++) {
      checkSignal(signal, "open a transaction");
      if (alone) await turns.own(settings.waitTimeout, "open a transaction", signal);
      const begun = Date.now();
      if (attempt === 0) until = begun + settings.timeout;
      const scope = new Scope(this, parent, flow?.getStore() ?? null);
      let done: { readonly result: T } | undefined;
      try {
        const deadline = parent === null || signal !== undefined
          ? new Deadline(scope, settings.timeout)
          : null;
        const whole = this.#once(scope, work, settings, deadline, alone);
        // A savepoint has the time of the transaction it is in.
        const left = parent === null ? until - begun : null;
        const result = deadline === null ? await whole : await deadline.settle(whole, left, signal);
        if (parent !== null) return result;
        done = { result };
      } catch (error) {
        if (parent !== null || attempt >= settings.retries || !isReplayable(error, begun)) throw error;
        if (Date.now() >= until) throw error;
      }
      if (done === undefined) {
        await pause(attempt, signal);
        continue;
      }
      // The turn is over: what is done now is in no transaction, and may open one.
      return await afterCommit(scope, done.result);
    }
  }

  async #once<T>(
    scope: Scope,
    work: () => Maybe<T>,
    settings: TransactionSettings,
    deadline: Deadline | null,
    alone: boolean,
  ): Promise<T> {
    const { parent } = scope;
    const body = () =>
      storage()?.run(scope, () => this.#body(scope, work, settings, deadline)) ??
        this.#body(scope, work, settings, deadline);
    let result: T;
    try {
      parent?.enter(null);
      result = await this.#host.begin(body);
      scope.handOver();
    } catch (error) {
      scope.forgetAll();
      throw error;
    } finally {
      scope.end();
      // Who called may have been told that it took too long: others wait until it is over.
      if (alone) (parent === null ? this.#turns : parent.turns).leave(true);
    }
    // Also when who called has given up waiting for it.
    if (parent === null && scope.changes !== null) this.#host.committed(scope.changes);
    return result;
  }

  async #body<T>(
    scope: Scope,
    work: () => Maybe<T>,
    { waitTimeout }: TransactionSettings,
    deadline: Deadline | null,
  ): Promise<T> {
    // Operations that were started and not awaited still belong to the transaction: its end waits for them.
    let quiet = false;
    try {
      // The deadline may have passed before the store had begun.
      if (deadline !== null) scope.enter(null);
      const result = await (deadline === null ? work() : deadline.run(work));
      await scope.turns.own(waitTimeout, "end a transaction");
      quiet = true;
      scope.enter(null);
      scope.end();
      deadline?.committing();
      return result;
    } catch (error) {
      scope.fail(error);
      deadline?.undone(error);
      if (!quiet) {
        await Promise.resolve(scope.turns.own(waitTimeout, "end a transaction")).catch(() => undefined);
      }
      throw error;
    }
  }
}

/** What is run again: not what a driver has waited for already, as long as it was told to. */
function isReplayable(error: unknown, begun: number): boolean {
  if (!(error instanceof RinariError && error.retryable) || error.outcome === "unknown") return false;
  const cause = error.code === "TRANSACTION_FAILED" && error.cause instanceof RinariError
    ? error.cause
    : error;
  return cause.code !== "BUSY" || Date.now() - begun < WAITED;
}

/** A driver that finds its store busy for longer than this has waited. */
const WAITED = 100;

/** Waits a little, longer with each attempt and never the same for two flows; not at all once a signal is aborted. */
function pause(attempt: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      unheard();
      resolve();
    };
    const timer = setTimeout(end, Math.random() * Math.min(500, 5 * 2 ** attempt));
    const unheard = onAbort(signal, end);
  });
}
