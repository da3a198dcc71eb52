import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import { TransactionError } from "../errors/mod.ts";
import type { Scope } from "./scope.ts";

/** What may have changed in a database: one for each table and kind of change, so that equal ones are the same object. */
export interface Change {
  /** The database. */
  readonly database: string;
  /** The tables, or null when it may be any. */
  tables(): readonly string[] | null;
}

/** What is done when a transaction is committed, with its turn over: the work that waits for it, in order. */
export function afterCommit<T>(scope: Scope, result: T): Maybe<T> {
  const work = scope.afterCommit;
  if (work.length === 0) return result;
  const errors: unknown[] = [];
  const each = (run: () => Maybe<unknown>): Maybe<unknown> =>
    settle(run, () => undefined, (error) => errors.push(error));
  return chain(chainAll(work, each), () => {
    if (errors.length === 0) return result;
    throw new TransactionError(
      `Cannot finish what was to be done after a commit: ${errors.length} of ${work.length} callbacks failed; the transaction is ` +
        "committed and must not be run again: `value` of this error is its result",
      { code: "AFTER_COMMIT", cause: errors[0], outcome: "committed", value: result },
    );
  });
}
