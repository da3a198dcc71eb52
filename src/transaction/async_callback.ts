import { isPromise, type Maybe } from "../chain/chain.ts";
import { type ErrorDetails, TransactionError } from "../errors/mod.ts";

/** The error of a callback that is async where the driver is sync. */
export function asyncCallback(consequence: string, details: ErrorDetails = {}): TransactionError {
  return new TransactionError(
    `Cannot run an async callback in a transaction of a sync driver: ${consequence}; ` +
      "use a synchronous callback, or wrap the driver with toAsyncDriver to await inside a transaction",
    { ...details, code: "ASYNC_CALLBACK" },
  );
}

/**
 * Lets what a callback returned through, when it is there already.
 *
 * @throws {TransactionError} When it is a Promise (`ASYNC_CALLBACK`).
 */
export function refusePromise<T>(result: Maybe<T>, details?: ErrorDetails): T {
  if (!isPromise(result)) return result;
  // What it goes on to do is not waited for, so its failure must not be reported as unhandled.
  result.then(undefined, () => undefined);
  throw asyncCallback("its work so far is rolled back", details);
}
