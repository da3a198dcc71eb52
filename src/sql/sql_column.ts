import type { ColumnReference, DataType, StoredForm } from "../contract/mod.ts";
import type { Column, ColumnKind } from "../schema/column.ts";
import type { SqlColumnDescription } from "./sql_description.ts";
import type { ColumnForm, Encode, EqualForm, SqlDialect } from "./sql_dialect.ts";

/** What is known of a date column beside what its schema says. */
export interface AdoptedColumn {
  /** The form its values are in. */
  readonly stored: StoredForm;
  /** Others have made it. */
  readonly foreign: boolean;
  /** A value that is stored in it, or null. */
  readonly sample: unknown;
}

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
  /** How dates are kept; null for columns of no dates. */
  readonly stored: StoredForm | null;
  /** Others have made it, and may write it in a way of their own. */
  readonly foreign: boolean;
  /** A value that they have stored in it, or null. */
  readonly sample: unknown;
  /** How values are compared that can be stored in several ways, or null. */
  readonly equal: EqualForm | null;
  /** How its value is written where equal ones have to be the same, as in an order. */
  readonly compared: string;
  /** Its value as those of its kind are written, for expressions. */
  readonly value: string;
  /** Whether null is accepted. */
  readonly nullable: boolean;
  /** Writes a value that is not null; null when it is given as it is. */
  readonly encode: Encode | null;
  /** Writes a list of values as one. */
  readonly encodeList: Encode;
  /** The column as its schema has it. */
  readonly column: Column;
  readonly #dialect: SqlDialect;
  readonly #form: ColumnForm | null;

  /** Prepares a column. */
  constructor(
    column: Column,
    dialect: SqlDialect,
    integers: "number" | "bigint",
    adopted: AdoptedColumn | undefined,
  ) {
    this.column = column;
    this.name = column.name;
    this.quoted = dialect.quote(column.name);
    this.qualified = `${dialect.quote(column.table)}.${this.quoted}`;
    this.kind = column.kind;
    this.nullable = column.nullable;
    this.stored = adopted?.stored ?? column.stored;
    this.foreign = adopted?.foreign === true;
    this.sample = adopted?.sample ?? null;
    this.#dialect = dialect;
    this.compared = this.quoted;
    this.#form = this.stored === null ? null : dialect.form?.(this, integers) ?? null;
    const { one, list } = this.#form?.encoding ?? dialect.encoding(column.kind, integers);
    this.encode = one;
    this.encodeList = list;
    this.equal = this.#form?.equal ?? null;
    this.value = this.#form?.value ?? this.quoted;
    if (this.equal !== null) this.compared = this.equal.exact;
  }

  /** A value as those of its kind are written, as the column stores it. */
  store(sql: string): string {
    return this.#form === null ? sql : this.#form.store(sql);
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
