import type { ColumnReference, DataType } from "../contract/mod.ts";
import type { Column, ColumnKind } from "../schema/column.ts";
import type { SqlColumnDescription } from "./sql_description.ts";
import type { Encode, SqlDialect } from "./sql_dialect.ts";

/** A column with what is needed to write it and its values. */
export class SqlColumn implements SqlColumnDescription {
  /** The name. */
  readonly name: string;
  /** The name, quoted. */
  readonly quoted: string;
  /** The same with the table's name before it, for where other columns could have its name. */
  readonly qualified: string;
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
  readonly #dialect: SqlDialect;

  /** Prepares a column. */
  constructor(column: Column, dialect: SqlDialect, integers: "number" | "bigint") {
    const { one, list } = dialect.encoding(column.kind, integers);
    this.column = column;
    this.name = column.name;
    this.quoted = dialect.quote(column.name);
    this.qualified = `${dialect.quote(column.table)}.${this.quoted}`;
    this.kind = column.kind;
    this.nullable = column.nullable;
    this.encode = one;
    this.encodeList = list;
    this.#dialect = dialect;
  }

  /** The table's name. */
  get table(): string {
    return this.column.table;
  }

  /** The declared type. */
  get type(): DataType {
    return this.column.type;
  }

  /** Whether it is unique by itself, beside the primary key. */
  get unique(): boolean {
    return this.column.definition.unique === true;
  }

  /** Whether the store assigns it. */
  get autoIncrement(): boolean {
    return this.column.autoIncrement;
  }

  /** Whether its values stand in no error, log or plan. */
  get sensitive(): boolean {
    return this.column.sensitive;
  }

  /** The foreign key, or null. */
  get references(): ColumnReference | null {
    return this.column.references;
  }

  /** The default as a literal, or null when the store needs none. */
  get defaultSQL(): string | null {
    const value = this.column.definition.default;
    if (value === undefined || value === null || typeof value === "function") return null;
    const accepted = this.column.accept(value);
    return this.#dialect.literal(this.encode === null ? accepted : this.encode(accepted));
  }
}
