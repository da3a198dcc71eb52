import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * A column that refuses null got none. `columns` names it.
 *
 * @example
 * ```ts
 * import { NotNullConstraintError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof NotNullConstraintError;
 * console.log(isIt(new NotNullConstraintError("what was attempted: why it failed")));
 * ```
 */
export class NotNullConstraintError extends RinariError {
  /** `"NotNullConstraintError"`, in a bundle that is minified too. */
  override readonly name: string = "NotNullConstraintError";

  /** Makes the error; `code` is `NOT_NULL_CONSTRAINT` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "NOT_NULL_CONSTRAINT", ...details });
  }
}
