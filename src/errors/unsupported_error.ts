import { type ErrorDetails, RinariError } from "./rinari_error.ts";

/**
 * The driver, or the runtime, does not offer what was asked.
 *
 * @example
 * ```ts
 * import { UnsupportedError } from "@rinari/orm";
 *
 * const isIt = (error: unknown): boolean => error instanceof UnsupportedError;
 * console.log(isIt(new UnsupportedError("what was attempted: why it failed")));
 * ```
 */
export class UnsupportedError extends RinariError {
  /** `"UnsupportedError"`, in a bundle that is minified too. */
  override readonly name: string = "UnsupportedError";

  /** Makes the error; `code` is `UNSUPPORTED` unless the details say more exactly. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, { code: "UNSUPPORTED", ...details });
  }
}
