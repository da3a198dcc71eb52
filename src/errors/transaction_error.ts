import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/** What is known of a failure of a transaction. */
export interface TransactionErrorDetails extends ErrorDetails {
  /** What the transaction gave. */
  readonly value?: unknown;
}

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

  readonly #value: unknown;

  /** Makes the error; `code` is `TRANSACTION` unless the details say more exactly. */
  constructor(message: string, details: TransactionErrorDetails = {}) {
    super(message, { code: "TRANSACTION", ...details });
    this.#value = details.value;
  }

  /** What the transaction gave, when it is committed and only what was to be done after it failed (`AFTER_COMMIT`). */
  get value(): unknown {
    return this.#value;
  }
}
