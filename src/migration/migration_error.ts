import { type ErrorDetails, RinariError } from "../errors/mod.ts";
import type { BlockedChange } from "./plan_parts.ts";

/** What is known of a migration that failed, besides its message. */
export interface MigrationErrorDetails extends ErrorDetails {
  /** The name of the step that failed. */
  readonly step?: string | undefined;
  /** What has to be asked for. */
  readonly blocked?: readonly BlockedChange[];
}

/**
 * A migration that was not made: something would be lost that no step asks for (`MIGRATION_BLOCKED`), a step failed
 * (`MIGRATION_FAILED`), a step has to be two (`MIGRATION_SPLIT`), or the store was migrated by a newer program (`STORE_IS_NEWER`).
 * What is not done is undone.
 *
 * @example
 * ```ts
 * import { MigrationError } from "@rinari/orm/migrate";
 *
 * const error = new MigrationError("Cannot migrate `app`: …", { code: "STORE_IS_NEWER" });
 * console.log(error.code, error.blocked.length); // STORE_IS_NEWER 0
 * ```
 */
export class MigrationError extends RinariError {
  /** `"MigrationError"`, in a bundle that is minified too. */
  override readonly name: string = "MigrationError";
  /** The name of the step that failed, or undefined. */
  readonly step: string | undefined;
  /** What has to be asked for, each with a step. */
  readonly blocked: readonly BlockedChange[];

  /** Makes the error; `code` is `MIGRATION_FAILED` unless the details say more exactly. */
  constructor(message: string, details: MigrationErrorDetails = {}) {
    super(message, { code: "MIGRATION_FAILED", ...details });
    this.step = details.step;
    this.blocked = details.blocked ?? [];
  }
}
