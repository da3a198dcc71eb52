import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * A transaction was used in a way it cannot honour: an async callback on a sync driver, a second database,
 * use after a failure or after its end.
 *
 * @example
 * ```ts
 * import { TransactionError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof TransactionError;
 * console.log(isIt(new TransactionError("what was attempted: why it failed")));
 * ```
 */
export class TransactionError extends RinariError {
  /** `"TransactionError"`, in a bundle that is minified too. */
  override readonly name: string = "TransactionError";

  /** Makes the error; `code` is `TRANSACTION` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "TRANSACTION", ...details });
  }
}
