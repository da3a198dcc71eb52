import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * The store holds what a column cannot: another program wrote it, or it is damaged. The store itself can be used.
 *
 * @example
 * ```ts
 * import { CorruptValueError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof CorruptValueError;
 * console.log(isIt(new CorruptValueError("what was attempted: why it failed")));
 * ```
 */
export class CorruptValueError extends RinariError {
  /** `"CorruptValueError"`, in a bundle that is minified too. */
  override readonly name: string = "CorruptValueError";

  /** Makes the error; `code` is `CORRUPT_VALUE` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "CORRUPT_VALUE", ...details });
  }
}
