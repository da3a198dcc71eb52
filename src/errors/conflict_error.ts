import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/** What is known of a conflict. */
export interface ConflictDetails extends ErrorDetails {
  /** The row as it is now. */
  readonly current?: Readonly<Record<string, unknown>>;
}

/**
 * Another writer was faster, or holds the store. Usually `retryable`.
 *
 * @example
 * ```ts
 * import { ConflictError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof ConflictError;
 * console.log(isIt(new ConflictError("what was attempted: why it failed")));
 * ```
 */
export class ConflictError extends RinariError {
  /** `"ConflictError"`, in a bundle that is minified too. */
  override readonly name: string = "ConflictError";

  readonly #current: Readonly<Record<string, unknown>> | undefined;

  /** Makes the error; `code` is `CONFLICT` unless the details say more exactly. */
  constructor(message: string, details: ConflictDetails = {}) {
    super(message, { code: "CONFLICT", ...details });
    this.#current = details.current;
  }

  /** The row as it is now, when a row that was read before it is stale (`STALE_ROW`). No log shows it. */
  get current(): Readonly<Record<string, unknown>> | undefined {
    return this.#current;
  }
}
