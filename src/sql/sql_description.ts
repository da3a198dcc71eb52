import type { ColumnReference, DataType } from "../contract/mod.ts";
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
