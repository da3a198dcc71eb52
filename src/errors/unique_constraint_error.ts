import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * A primary key, unique column or unique index already holds the value. `columns` names the constraint's
 * columns.
 *
 * @example
 * ```ts
 * import { UniqueConstraintError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof UniqueConstraintError;
 * console.log(isIt(new UniqueConstraintError("what was attempted: why it failed")));
 * ```
 */
export class UniqueConstraintError extends RinariError {
  /** `"UniqueConstraintError"`, in a bundle that is minified too. */
  override readonly name: string = "UniqueConstraintError";

  /** Makes the error; `code` is `UNIQUE_CONSTRAINT` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "UNIQUE_CONSTRAINT", ...details });
  }
}
