import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * A check the store itself holds was not met.
 *
 * @example
 * ```ts
 * import { CheckConstraintError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof CheckConstraintError;
 * console.log(isIt(new CheckConstraintError("what was attempted: why it failed")));
 * ```
 */
export class CheckConstraintError extends RinariError {
  /** `"CheckConstraintError"`, in a bundle that is minified too. */
  override readonly name: string = "CheckConstraintError";

  /** Makes the error; `code` is `CHECK_CONSTRAINT` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "CHECK_CONSTRAINT", ...details });
  }
}
