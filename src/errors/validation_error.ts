import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * Bad input, found before the store is touched: an unknown column or operator, a value of the wrong kind,
 * an empty where.
 *
 * @example
 * ```ts
 * import { ValidationError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof ValidationError;
 * console.log(isIt(new ValidationError("what was attempted: why it failed")));
 * ```
 */
export class ValidationError extends RinariError {
  /** `"ValidationError"`, in a bundle that is minified too. */
  override readonly name: string = "ValidationError";

  /** Makes the error; `code` is `VALIDATION` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "VALIDATION", ...details });
  }
}
