import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * A reference would point at nothing. `columns` names the referring columns, `table` the table written to.
 *
 * @example
 * ```ts
 * import { ForeignKeyConstraintError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof ForeignKeyConstraintError;
 * console.log(isIt(new ForeignKeyConstraintError("what was attempted: why it failed")));
 * ```
 */
export class ForeignKeyConstraintError extends RinariError {
  /** `"ForeignKeyConstraintError"`, in a bundle that is minified too. */
  override readonly name: string = "ForeignKeyConstraintError";

  /** Makes the error; `code` is `FOREIGN_KEY_CONSTRAINT` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "FOREIGN_KEY_CONSTRAINT", ...details });
  }
}
