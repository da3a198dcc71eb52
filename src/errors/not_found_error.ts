import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * `findOrFail`, `findByIdOrFail`, `updateById` or `patch` found no row.
 *
 * @example
 * ```ts
 * import { NotFoundError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof NotFoundError;
 * console.log(isIt(new NotFoundError("what was attempted: why it failed")));
 * ```
 */
export class NotFoundError extends RinariError {
  /** `"NotFoundError"`, in a bundle that is minified too. */
  override readonly name: string = "NotFoundError";

  /** Makes the error; `code` is `NOT_FOUND` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "NOT_FOUND", ...details });
  }
}
