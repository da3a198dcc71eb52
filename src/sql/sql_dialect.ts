import type { ComparePredicate, ScalarType } from "../contract/mod.ts";
import type { ColumnKind } from "../schema/column.ts";
import type { SqlCatalog } from "./sql_catalog.ts";
import type { SqlLanguage } from "./sql_engine.ts";
import type { SqlTable } from "./sql_table.ts";

/** Turns a value into what the store is given; null for values that are given as they are. */
export type Encode = (value: unknown) => unknown;

/** Writes values into a condition: as parameters, or as literals where a statement cannot have parameters. */
export interface SqlValues {
  /** The SQL that stands for the value of a slot. */
  value(slot: number, encode: Encode | null): string;
  /** The SQL of the items of a slot's list, or null when the list is to be bound as one value. */
  items(slot: number, encode: Encode | null): string | null;
}

/** How values of one kind of column are written. */
export interface KindEncoding {
  /** One value. */
  readonly one: Encode | null;
  /** A list of values as one value, for `inList`. */
  readonly list: Encode;
}

/** The text comparisons. */
export type TextOperator = "like" | "startsWith" | "endsWith" | "contains";

/** Everything in which one SQL database differs from another. Conditions it writes may be null where they are not true. */
export interface SqlDialect extends SqlLanguage {
  /** Quotes a name. */
  quote(name: string): string;
  /** The parameter of a number, from 1. A number may occur several times. */
  placeholder(number: number): string;
  /** The same in a statement that has each number once and in order, where some databases are faster without numbers. */
  nextPlaceholder(number: number): string;
  /** Writes a statement of so many parameters in the way the database prepares and binds fastest. */
  simplify(sql: string, parameters: number): string;
  /** A value as text, only for statements that take no parameters. */
  literal(value: unknown): string;
  /** How values of a kind are written, by how the engine binds integers. */
  encoding(kind: ColumnKind, integers: "number" | "bigint"): KindEncoding;
  /** What the database tells of itself. */
  readonly catalog: SqlCatalog;
  /** Writes CREATE TABLE. */
  createTable(table: SqlTable): string;
  /** CREATE TABLE or CREATE INDEX, to do nothing when there is one of the name. */
  ifAbsent(sql: string): string;
  /** Asks how a statement would run; the rows' last column is a line for a person. */
  explain(sql: string): { readonly sql: string; readonly columns: readonly string[] };
  /** Opens a transaction that will write. */
  readonly begin: string;
  /** Opens a transaction that only reads. */
  readonly beginRead: string;
  /** Ends a transaction, keeping its work. */
  readonly commit: string;
  /** Ends a transaction, undoing its work. */
  readonly rollback: string;
  /** The most parameters of a statement. */
  readonly maxParameters: number;
  /** `LIMIT` and `OFFSET`, each possibly absent. The limit is a checked integer. */
  page(limit: number | undefined, offset: string | undefined): string;
  /** Equal, null being a value. */
  same(a: string, b: string): string;
  /** Different, null being a value. */
  different(a: string, b: string): string;
  /** True unless the condition is: also when it is null. */
  notTrue(condition: string): string;
  /** A text comparison. `p` writes the operand, encoded as asked. */
  text(operator: TextOperator, subject: string, p: (encode: Encode | null) => string): string;
  /** One of a list that is bound as one value. */
  inList(kind: ColumnKind, subject: string, list: string): string;
  /** How a path into JSON is bound. */
  readonly encodePath: Encode;
  /** How a value inside JSON is bound for `jsonEqual`. */
  readonly encodeJSON: Encode;
  /** How a list of values inside JSON is bound for `jsonIn`. */
  readonly encodeJSONList: Encode;
  /** Nothing, or a JSON null, at the path. */
  jsonIsNull(subject: string, path: string): string;
  /** The value at the path equals a scalar. Null when there is nothing. */
  jsonEqual(subject: string, path: string, value: string): string;
  /** The value at the path is one of a list. */
  jsonIn(subject: string, path: string, list: string): string;
  /** The same for a list that is written out. */
  jsonInItems(subject: string, path: string, items: string): string;
  /** The value at the path is of the type and compares so. */
  jsonCompare(
    subject: string,
    path: string,
    comparisons: readonly (readonly [operator: ComparePredicate["operator"], value: string])[],
    type: ScalarType,
  ): string;
  /** The value at the path is text and matches. */
  jsonText(
    operator: TextOperator,
    subject: string,
    path: string,
    p: (encode: Encode | null) => string,
  ): string;
}
