/** That rows may have changed: what `onChange` is told after each commit. */
export interface ChangeEvent {
  /** The database. */
  readonly database: string;
  /** The tables whose rows may have changed, those included that foreign keys changed; null when it may be any of the database. */
  readonly tables: readonly string[] | null;
  /** Whether this program changed them through an ORM, or somebody else did. */
  readonly origin: "here" | "elsewhere";
}
