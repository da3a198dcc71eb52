import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * A deadline passed: waiting for a turn, or a transaction that did not end.
 *
 * @example
 * ```ts
 * import { TimeoutError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof TimeoutError;
 * console.log(isIt(new TimeoutError("what was attempted: why it failed")));
 * ```
 */
export class TimeoutError extends RinariError {
  /** `"TimeoutError"`, in a bundle that is minified too. */
  override readonly name: string = "TimeoutError";

  /** Makes the error; `code` is `TIMEOUT` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "TIMEOUT", ...details });
  }
}
