import type { DataType } from "./data_types.ts";

/** Any value JSON can express. */
export type JSONValue =
  | string
  | number
  | boolean
  | null
  | readonly JSONValue[]
  | { readonly [key: string]: JSONValue };

/**
 * What happens to the rows that refer to a row when it is deleted or its key is changed. `RESTRICT` and `NO ACTION`
 * mean the same here: the statement is refused when, at its end, a reference would point at nothing.
 */
export type ReferenceAction = "CASCADE" | "SET NULL" | "RESTRICT" | "NO ACTION";

/** A foreign key: the column holds a value of `column` in `table`, or null. */
export interface ColumnReference {
  /** The table referred to, in the same database. */
  readonly table: string;
  /** Its primary key, or one of its unique columns. */
  readonly column: string;
  /** On delete of the row referred to. Default `NO ACTION`. */
  readonly onDelete?: ReferenceAction;
  /** On a change of the value referred to. Default `NO ACTION`. */
  readonly onUpdate?: ReferenceAction;
}

/**
 * How a SQL store keeps the dates of a column: `iso` as text in ISO 8601 (a DATE as `YYYY-MM-DD`), `milliseconds` and `seconds` as
 * an integer since 1970, `sql` as the text `YYYY-MM-DD hh:mm:ss` with at most six digits of a second behind it. The other stores keep
 * dates in a way of their own, and of the form only its precision. `letters` is of BOOLEAN columns of tables that others have made: `t` and `f`.
 */
export type StoredForm = "iso" | "milliseconds" | "seconds" | "sql" | "letters";

/** A column, as a driver is told of it. */
export interface ColumnDefinition {
  /** The data type. */
  readonly type: DataType;
  /** The column is the primary key, or a part of it when several columns say so (in the order of the schema). */
  readonly primaryKey?: boolean;
  /** The store assigns the next integer when none is given. Only on an INTEGER that is the whole primary key. */
  readonly autoIncrement?: boolean;
  /** Null is refused. Implied by `primaryKey`. */
  readonly notNull?: boolean;
  /** No two rows have the same value; any number may have null. */
  readonly unique?: boolean;
  /**
   * The value, or a function that makes the value, of a row that gives none. The core applies it; a driver need not. `"store"`: the
   * default that the column has in a table that others have made; such a row comes without the column.
   */
  readonly default?: unknown;
  /** The store computes the column, in a table that others have made: rows come without it. */
  readonly generated?: "always";
  /** A foreign key. */
  readonly references?: ColumnReference;
  /** An INTEGER column of full 64 bit: its values are `bigint`. */
  readonly bigint?: boolean;
  /** How a SQL store keeps the dates of a DATE or DATETIME column. Default `iso`. Of a BOOLEAN column: `letters`, or 0 and 1. */
  readonly stored?: StoredForm;
  /** Its values stand in no error, log or plan. */
  readonly sensitive?: boolean;
}

/** The columns of a table, by name, in order. A name keeps the spelling the model gave it. */
export type TableSchema = Readonly<Record<string, ColumnDefinition>>;
