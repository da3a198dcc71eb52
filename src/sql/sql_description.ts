import type { ColumnReference, DataType, StoredForm } from "../contract/mod.ts";
import type { ColumnKind } from "../schema/column.ts";

export type { ColumnKind } from "../schema/column.ts";

/** A column as a dialect needs to know it, to write it and to read its values. */
export interface SqlColumnDescription {
  /** The name. */
  readonly name: string;
  /** The name, quoted. */
  readonly quoted: string;
  /** The table's name. */
  readonly table: string;
  /** The declared type. */
  readonly type: DataType;
  /** How values are represented; several types share a kind. */
  readonly kind: ColumnKind;
  /** How its value is written where equal ones have to be the same, as in an order. */
  readonly compared: string;
  /** How dates are kept; null for columns of no dates. */
  readonly stored: StoredForm | null;
  /** Others have made it, and may write it in a way of their own. */
  readonly foreign: boolean;
  /** A value that they have stored in it, or null. */
  readonly sample: unknown;
  /** Whether null is accepted. */
  readonly nullable: boolean;
  /** Whether it is unique by itself, beside the primary key. */
  readonly unique: boolean;
  /** Whether the store assigns it. */
  readonly autoIncrement: boolean;
  /** Whether its values stand in no error, log or plan. */
  readonly sensitive?: boolean;
  /** The default as a literal, or null when the store needs none. */
  readonly defaultSQL: string | null;
  /** The foreign key, or null. */
  readonly references: ColumnReference | null;
}

/** A table that is to be made. */
export interface SqlTableDescription {
  /** The name. */
  readonly name: string;
  /** The name, quoted. */
  readonly quoted: string;
  /** The columns, in order. */
  readonly columns: readonly SqlColumnDescription[];
  /** The columns of the primary key, in order. */
  readonly primaryKey: readonly SqlColumnDescription[];
}

/** An index that is to be made. */
export interface SqlIndexDescription {
  /** The name, quoted; unique in the database. */
  readonly quoted: string;
  /** The table. */
  readonly table: SqlTableDescription;
  /** The columns, in order. */
  readonly columns: readonly SqlColumnDescription[];
  /** Rows equal in all the columns are refused. */
  readonly unique: boolean;
  /** The condition of the rows in it, written out, or null for all. */
  readonly where: string | null;
}
