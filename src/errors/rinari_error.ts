import { lowerFrames, raiseFrames } from "./frames.ts";

/** What the errors of every copy of this package have: ES modules and CommonJS in one process are two. */
const BRAND: symbol = Symbol.for("@rinari/orm:error");
const isOrdinaryInstance = Function.prototype[Symbol.hasInstance];

/** What is known of a failure besides its message. */
export interface ErrorDetails {
  /** A stable name for the kind of failure, in capitals. */
  readonly code?: string;
  /** The driver's `metadata.name`. */
  readonly driver?: string;
  /** The table concerned. */
  readonly table?: string;
  /** The columns concerned, in the order of the schema or of the constraint. */
  readonly columns?: readonly string[];
  /** The place of the row concerned among those given to `bulkCreate`, from 0. */
  readonly row?: number | undefined;
  /** The original error. */
  readonly cause?: unknown;
  /** The same call can succeed when made again. */
  readonly retryable?: boolean;
  /**
   * `"unknown"` when a commit was sent and its answer was lost: the work may or may not be stored. `"committed"` when it is, and what was
   * to be done after it failed.
   */
  readonly outcome?: "unknown" | "committed";
}

/**
 * The base of every error Rinari throws. The same mistake gives the same class and `code` on every driver.
 *
 * @example
 * ```ts
 * import { RinariError } from "@rinari/orm";
 *
 * const error = new RinariError("Cannot open database `app`: the disk is full", { code: "STORE_FULL" });
 * console.log(error.code, error.retryable);
 * ```
 */
export class RinariError extends Error {
  /** `"RinariError"`, in a bundle that is minified too; a class of your own that extends it sets its own. */
  override readonly name: string = "RinariError";

  /** A stable name for the kind of failure, such as `UNIQUE_CONSTRAINT`. */
  readonly code: string;
  /** The driver's `metadata.name`, when one was involved. */
  readonly driver: string | undefined;
  /** The table concerned. */
  readonly table: string | undefined;
  /** The columns concerned; empty when none is known. */
  readonly columns: readonly string[];
  /** The place of the row concerned among those given to `bulkCreate`, from 0, when it is known. */
  readonly row: number | undefined;
  /** The same call, or the whole transaction, can succeed when made again. */
  readonly retryable: boolean;
  /** `"unknown"` when a commit was sent and its answer was lost; `"committed"` when what came after the commit failed. */
  readonly outcome: "unknown" | "committed" | undefined;

  /** An error of another copy of this package is an instance of the class of the same name. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    if (isOrdinaryInstance.call(RinariError, value)) return isOrdinaryInstance.call(this, value);
    if (!(value instanceof Error) || !(BRAND in value)) return false;
    return this === RinariError || this.name === value.name;
  }

  /** Makes an error with a message and what else is known. */
  constructor(message: string, details: ErrorDetails = {}) {
    const limit = raiseFrames();
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    lowerFrames(limit);
    Object.defineProperty(this, BRAND, { value: true });
    this.code = details.code ?? "ERROR";
    this.driver = details.driver;
    this.table = details.table;
    this.columns = details.columns ?? [];
    this.row = details.row;
    this.retryable = details.retryable ?? false;
    this.outcome = details.outcome;
  }
}
