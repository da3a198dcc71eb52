import type { Column, ColumnKind } from "../schema/column.ts";
import type { Encode, SqlDialect } from "./sql_dialect.ts";

/** A column with what is needed to write it and its values. */
export class SqlColumn {
  /** The name. */
  readonly name: string;
  /** The name, quoted. */
  readonly quoted: string;
  /** How values are represented. */
  readonly kind: ColumnKind;
  /** Whether null is accepted. */
  readonly nullable: boolean;
  /** Writes a value that is not null; null when it is given as it is. */
  readonly encode: Encode | null;
  /** Writes a list of values as one. */
  readonly encodeList: Encode;
  /** The column as its schema has it. */
  readonly column: Column;

  /** Prepares a column. */
  constructor(column: Column, dialect: SqlDialect, integers: "number" | "bigint") {
    const { one, list } = dialect.encoding(column.kind, integers);
    this.column = column;
    this.name = column.name;
    this.quoted = dialect.quote(column.name);
    this.kind = column.kind;
    this.nullable = column.nullable;
    this.encode = one;
    this.encodeList = list;
  }
}
