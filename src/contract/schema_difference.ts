/**
 * What a difference is about: a column that only the schema has (`absent`) or only the store (`extra`), what a column is, the
 * primary key, or the whole table (`table`).
 */
export type DifferenceKind =
  | "absent"
  | "extra"
  | "type"
  | "stored"
  | "generated"
  | "notNull"
  | "unique"
  | "autoIncrement"
  | "references"
  | "primaryKey"
  | "table";

/** One thing in which a table of a store is not what a schema says. */
export interface SchemaDifference {
  /** What it is about. */
  readonly kind: DifferenceKind;
  /** The columns it is about, in the order of the schema; none when it is about the table. */
  readonly columns: readonly string[];
  /** What there is in the store, in words such as `nullable`; null where there is nothing. */
  readonly stored: string | null;
  /** What the schema says, in the same words; null where it says nothing. */
  readonly wanted: string | null;
  /** A readable phrase of both. */
  readonly text: string;
}
