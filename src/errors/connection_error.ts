import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * The store cannot be opened, reached, read or written as a whole: no such file, not a database, read-only,
 * full, closed.
 *
 * @example
 * ```ts
 * import { ConnectionError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof ConnectionError;
 * console.log(isIt(new ConnectionError("what was attempted: why it failed")));
 * ```
 */
export class ConnectionError extends RinariError {
  /** `"ConnectionError"`, in a bundle that is minified too. */
  override readonly name: string = "ConnectionError";

  /** Makes the error; `code` is `CONNECTION` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "CONNECTION", ...details });
  }
}
