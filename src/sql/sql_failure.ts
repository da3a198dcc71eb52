/** What an error of a store means, before it is told what was attempted. */
export interface SqlFailure {
  /** The kind of failure. */
  readonly kind: SqlFailureKind;
  /**
   * `unique`, `notNull`: the columns as `t.a, t.b`, unless `columns` has them; `check`: the constraint; `noTable`: the table;
   * `other`: what the store says.
   */
  readonly detail: string;
  /** The table, as the store names it, where the store tells it by itself. */
  readonly table?: string;
  /** The columns, as the store names them, where the store tells them by themselves. */
  readonly columns?: readonly string[];
}

/** The kinds of failure that are told apart. */
export type SqlFailureKind =
  /** Two rows are equal where they must not be. */
  | "unique"
  /** A reference points at nothing. */
  | "foreignKey"
  /** A column that refuses null got none. */
  | "notNull"
  /** A check of the store was not met. */
  | "check"
  /** A value is of a type the column does not take. */
  | "type"
  /** Another connection holds the store. */
  | "busy"
  /** The transaction cannot be kept beside another one, and may be run again. */
  | "conflict"
  /** Something on this connection is still reading. */
  | "locked"
  /** Writing is not allowed. */
  | "readonly"
  /** There is no room. */
  | "full"
  /** Reading or writing failed. */
  | "io"
  /** The file is damaged. */
  | "corrupt"
  /** The file is something else. */
  | "notADatabase"
  /** The file cannot be opened. */
  | "cannotOpen"
  /** A value is too large. */
  | "tooBig"
  /** A table that is needed is absent. */
  | "noTable"
  /** A table or index of that name is there already. */
  | "exists"
  /** A reference is to a column that is not unique. */
  | "badReference"
  /** A stored text that should be JSON is none. */
  | "malformedJSON"
  /** An integer that was read does not fit a number. */
  | "unsafeInteger"
  /** A value would be beyond what `columns`, or the column the store assigns, can hold. */
  | "outOfRange"
  /** A sum is beyond 64 bit. */
  | "overflow"
  /** Anything else. */
  | "other";
