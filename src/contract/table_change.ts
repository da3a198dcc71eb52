/** What becomes of a table that is there, beside what its new schema says. */
export interface TableChange {
  /** The table's new name. Absent: it keeps its own. */
  readonly name?: string;
  /**
   * The old names of columns that have another one now, by the new. A column whose new name another column has takes the place of
   * that one.
   */
  readonly renamed?: Readonly<Record<string, string>>;
  /**
   * Outside of a transaction, and only after one was refused with `LIMIT_EXCEEDED`: does beforehand, step by step, what one
   * transaction cannot hold. The table stays as it is; the same call goes on where it was interrupted.
   */
  readonly beforehand?: boolean;
}
