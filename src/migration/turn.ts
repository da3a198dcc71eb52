import { chain, isPromise, type Maybe, settle } from "../chain/chain.ts";
import { RinariError, TransactionError } from "../errors/mod.ts";
import { pause as pauseThread } from "../files/pause.ts";
import { allProgress } from "./progress.ts";
import { readDone } from "./record.ts";
import { type MigrationStore, RECORD_TABLE } from "./store.ts";

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
  const pause = (): Maybe<void> => wait(mode === "async");
  return consistently(store, until, () =>
    settle(run, (value) => value, (error) => {
      for (const entry of store.entries) entry.forget();
      failed(error);
      throw error;
    }), pause);
}

/**
 * Does work that looks at the store and at what was done, again when another process has changed both meanwhile: what was found may
 * have been half of what it did.
 */
export function consistently<T>(
  store: MigrationStore,
  until: number,
  work: () => Maybe<T>,
  pause: () => Maybe<void> = () => undefined,
): Maybe<T> {
  const again = (): Maybe<T> => chain(pause(), () => chain(store.lookAgain(), attempt));
  const attempt = (): Maybe<T> =>
    chain(
      stateOf(store),
      (before) =>
        chain(before === null ? undefined : store.lookAgain(), () =>
          settle(work, (value) => value, (error) => {
            const isLate = Date.now() >= until;
            if (error instanceof RinariError && WAITED.includes(error.code) && !isLate) return again();
            if (before === null || isLate || !(error instanceof Error)) throw error;
            return chain(stateOf(store), (now) => {
              if (now === before) throw error;
              return again();
            });
          })),
    );
  return attempt();
}

/** What was done and is being done, where transactions keep nobody from the store; else null. */
function stateOf(store: MigrationStore): Maybe<string | null> {
  const { driver, copied } = store;
  if (copied !== null || driver.metadata.capabilities?.transactions !== "concurrent") return null;
  return chain(readDone(store), (done) =>
    chain(allProgress(store), (begun) =>
      // What is not in a transaction looks anew at what is known of the tables.
      chain(driver.tableExists(store.database, RECORD_TABLE), () => JSON.stringify([done, begun]))));
}

const turns = new WeakMap<object, Promise<unknown>>();

/** Runs work after what this process does on the same connection already, where no transaction keeps the two apart. */
export function inTurn<T>(connection: MigrationStore["connection"], work: () => Maybe<T>): Maybe<T> {
  if (connection.mode === "sync") return work();
  const done = (turns.get(connection) ?? Promise.resolve()).then(work);
  turns.set(connection, done.catch(() => undefined));
  return done;
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
  return pauseThread(20) as Maybe<void>;
}
