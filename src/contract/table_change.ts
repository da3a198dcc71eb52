/** What becomes of a table that is there, beside what its new schema says. */
export interface TableChange {
  /** The table's new name. Absent: it keeps its own. */
  readonly name?: string;
  /**
   * The old names of columns that have another one now, by the new. A column whose new name another column has takes the place of
   * that one.
   */
  readonly renamed?: Readonly<Record<string, string>>;
}
