import { chain, isPromise, type Maybe, settle } from "../chain/chain.ts";
import { RinariError, TransactionError } from "../errors/mod.ts";
import { pause } from "../files/pause.ts";
import type { MigrationStore } from "./store.ts";

/** No deadline and no replay: a migration takes as long as it takes, and waits for others in a way of its own. */
const UNHURRIED = { timeout: 2 ** 31 - 1, retries: 0, waitTimeout: 2 ** 31 - 1 };

/** Codes of a store that another process has for now. */
const WAITED: readonly string[] = ["BUSY", "CONFLICT", "WRITE_CONFLICT"];

/** Runs work in a transaction, where the driver changes tables in one; again while another process has the store. */
export function inTransaction<T>(
  store: MigrationStore,
  work: () => Maybe<T>,
  until: number,
  failed: (error: unknown) => void = () => {},
): Maybe<T> {
  const { connection: { transactions, mode } } = store;
  const run = (): Maybe<T> => store.copied === null ? transactions.transaction(work, UNHURRIED) : work();
  const attempt = (): Maybe<T> =>
    settle(run, (value) => value, (error) => {
      for (const entry of store.entries) entry.forget();
      failed(error);
      const waits = error instanceof RinariError && WAITED.includes(error.code);
      if (!waits || Date.now() >= until) throw error;
      return chain(wait(mode === "async"), () => chain(store.lookAgain(), attempt));
    });
  return attempt();
}

/** Whether a transaction was more than the store takes at once: then nothing was written. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof TransactionError && error.code === "LIMIT_EXCEEDED";
}

/** Does something until it says that it is over, without a call inside a call where it comes at once. */
export function repeat(work: () => Maybe<boolean>): Maybe<void> {
  for (;;) {
    const over = work();
    if (isPromise(over)) return over.then((ended) => ended ? undefined : repeat(work));
    if (over) return;
  }
}

function wait(isAsync: boolean): Maybe<void> {
  if (isAsync) return new Promise<void>((resolve) => setTimeout(resolve, 20));
  return pause(20) as Maybe<void>;
}
