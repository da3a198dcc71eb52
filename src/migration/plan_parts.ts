/** A change that `migrate` makes by itself. */
export interface PlannedChange {
  /** The table. */
  readonly table: string;
  /** A readable phrase. */
  readonly text: string;
}

/** A change that has to be asked for, because something would be lost or it is not clear what is meant. */
export interface BlockedChange extends PlannedChange {
  /** The code of a step that asks for it; null where none does. */
  readonly step: string | null;
}

/** What a migration would do. */
export interface MigrationPlan {
  /** The names of the steps that would run, in order. */
  readonly steps: readonly string[];
  /** What would be changed by itself after them. */
  readonly changes: readonly PlannedChange[];
  /** What has to be asked for: as long as there is any, nothing is done. */
  readonly blocked: readonly BlockedChange[];
  /** Why the store is newer than the program, which then changes nothing; null when it is not. */
  readonly newer: string | null;
}

/** What a migration did. */
export interface Migration {
  /** The names of the steps that ran, in order. */
  readonly steps: readonly string[];
  /** What was changed by itself after them. */
  readonly changes: readonly PlannedChange[];
  /** Where the copy is that was made before, or null. */
  readonly backup: string | null;
}
