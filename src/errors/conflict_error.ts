import { type ErrorDetails, RinariError } from "./rinari_error.ts";

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

  /** Makes the error; `code` is `CONFLICT` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "CONFLICT", ...details });
  }
}
