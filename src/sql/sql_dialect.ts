import type {
  CallExpression,
  ComparePredicate,
  Direction,
  ExpressionType,
  ScalarType,
  StoredForm,
} from "../contract/mod.ts";
import type { SqlAlter } from "./sql_alter.ts";
import type { AsyncSqlCatalog, SqlCatalog } from "./sql_catalog.ts";
import type {
  ColumnKind,
  SqlColumnDescription,
  SqlIndexDescription,
  SqlTableDescription,
} from "./sql_description.ts";
import type { SqlLanguage, SqlStatement } from "./sql_engine.ts";

/** Turns a value into what the store is given; null for values that are given as they are. */
export type Encode = (value: unknown) => unknown;

/** Turns a stored value that is not null into the column's own. */
export type Decode = (value: unknown) => unknown;

/** How values come out of a store. */
export interface DecoderOptions {
  /** The driver's name, for errors. */
  readonly driver: string;
  /** Integers arrive as `bigint`. */
  readonly bigints: boolean;
  /** The table does not hold values to their column's type, so that each has to be looked at. */
  readonly checked: boolean;
}

/** Writes values into a condition: as parameters, or as literals where a statement cannot have parameters. */
export interface SqlValues {
  /** The SQL that stands for the value of a slot. */
  value(slot: number, encode: Encode | null): string;
  /** The items of a slot's list where they are written out one by one, or null where the list is bound as one value. */
  items(slot: number): readonly unknown[] | null;
}

/** How values of one kind of column are written. */
export interface KindEncoding {
  /** One value. */
  readonly one: Encode | null;
  /** A list of values as one value, for `inList`. */
  readonly list: Encode;
}

/** How the values of a column are written that are not as those of its kind are. */
export interface ColumnForm {
  /** Values. */
  readonly encoding: KindEncoding;
  /** The column's value as those of its kind are written, for expressions. */
  readonly value: string;
  /** Such a value, computed, as the column stores it. */
  store(sql: string): string;
  /** Where one value can be stored in several ways: how it is compared. Null where it has one. */
  readonly equal: EqualForm | null;
}

/** How values are compared that can be stored in several ways, which all are in one range of the store's order. */
export interface EqualForm {
  /** The column in the one way in which equal values are equal. */
  readonly exact: string;
  /** A value in that way; the `list` of the column's encoding is of such. */
  readonly one: Encode;
  /** Where the range of a value begins. */
  readonly from: Encode;
  /** Where the range of the next value begins. */
  readonly after: Encode;
}

/** Writes an operand, encoded as asked. */
export type Operand = (encode: Encode | null) => string;

/** A place inside the JSON values of a column. */
export interface SqlPlace {
  /** The column's name, quoted. */
  readonly subject: string;
  /** The same with its table's name before it, for subqueries whose own columns could have its name. */
  readonly qualified: string;
  /** The paths to it, written, at least one: of a value, at most one of them leads anywhere. */
  readonly paths: readonly string[];
}

/** A column that is compared with others at once. */
export interface TupleColumn {
  /** How values are represented. */
  readonly kind: ColumnKind;
  /** How its value is written where equal ones have to be the same: its name, quoted, where nothing else is needed. */
  readonly compared: string;
  /** Writes a list of its values as one. */
  readonly encodeList: Encode;
}

/** The text comparisons. */
export type TextOperator = "like" | "startsWith" | "endsWith" | "contains";

/**
 * What is written of an expression that may have no value: it or null; it or an error of the statement; or a flag, which is true where
 * there is no value.
 */
export type NoValueSQL = "null" | "error" | "flag";

/** How expressions are written. Days are written as `YYYY-MM-DD`, points in time as 24 characters in ISO 8601. */
export interface SqlExpressions {
  /** A function of operands that are written. */
  call(call: CallExpression, args: readonly string[], none: NoValueSQL): string;
  /** Sums, differences and products of numbers, written: what they come to, where that is a value. `nested`: there are several. */
  exact(type: ExpressionType, sql: string, nested: boolean, none: NoValueSQL): string;
  /** A value, or an error of the statement where one of the flags is true. */
  orFail(flags: readonly string[], sql: string): string;
  /** A day as the point in time at which it begins. */
  dayAsTime(sql: string): string;
  /** A condition as a value: true or false. */
  truth(condition: string): string;
  /** A term of ORDER BY, where null is the least or the greatest value. */
  order(sql: string, direction: Direction, nulls: "least" | "greatest"): string;
  /** A text comparison with an operand that is computed. */
  text(operator: "startsWith" | "endsWith" | "contains", subject: string, operand: string): string;
}

/** How statements written by hand are read and completed. */
export interface SqlRaw {
  /** What a text is: its verb in capitals, and where a second statement begins, or -1. */
  scan(sql: string): { readonly verb: string; readonly second: number };
  /** A list of values that is bound as one, in brackets, to stand after IN. */
  list(kind: ColumnKind, list: string): string;
}

/** What the SQL of a database is: the part that has no question to ask it. */
export interface SqlGrammar extends SqlLanguage {
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
  /**
   * Makes the function that reads the values of a column, or null when they come as they are. It calls `corruptValue` for
   * what the column cannot hold.
   */
  decoder(column: SqlColumnDescription, options: DecoderOptions): Decode | null;
  /** How the values of a column are written; null, and absent, where they are as those of its kind. */
  form?(column: SqlColumnDescription, integers: "number" | "bigint"): ColumnForm | null;
  /** The form of a date that is stored, as far as it tells: for columns of others' tables that say nothing. */
  formOf?(value: unknown): StoredForm | null;
  /** A term of ORDER BY: null is the least value. */
  order(column: SqlColumnDescription, direction: Direction): string;
  /** The least or the greatest value of a column. */
  extreme(operation: "min" | "max", column: SqlColumnDescription): string;
  /** Makes a table; possibly several statements. */
  createTable(table: SqlTableDescription): string;
  /** Removes a table, though others may have a foreign key to it, of which no row makes use; possibly several statements. */
  dropTable(name: string): string;
  /** Makes an index; possibly several statements. The catalog has to give the same text for an index made by it. */
  createIndex(index: SqlIndexDescription): string;
  /** Rewrites one of the conditions, joined by AND, that the rows of an index satisfy; absent, each is right as it is. */
  indexTerm?(term: string): string;
  /** The condition of an index in the form in which the catalog gives it; needed where that gives the parts of an index. */
  indexCondition?(where: string): string;
  /** Removes an index of a table; both names are quoted. */
  dropIndex(quoted: string, table: string): string;
  /**
   * For engines that are `distant`: makes a table or index unless there is one of the name. `refuseOther` is a statement that
   * fails when another text has made it, or a trigger is on the table.
   */
  readonly unlessMade?: {
    create(sql: string): string;
    refuseOther(type: "table" | "index", name: string, sql: string): SqlStatement;
  };
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
  text(operator: TextOperator, subject: string, p: Operand): string;
  /** One of a list that is bound as one value. */
  inList(kind: ColumnKind, subject: string, list: string): string;
  /**
   * Several columns equal, together, to one of a list of tuples. `list` writes the list, encoded as asked: one value, however long
   * it is. Null where one of the columns is null.
   */
  tuples(columns: readonly TupleColumn[], list: (encode: Encode) => string): string;
  /** How statements written by hand are read; absent, none are run. */
  readonly raw?: SqlRaw;
  /** How expressions are written; absent, the core computes them. */
  readonly expressions?: SqlExpressions;
  /** How a path into JSON is bound: a text is a step to a member, a number to an item of an array. */
  readonly encodePath: Encode;
  /** How a list of scalars inside JSON is bound for `jsonIn`. */
  readonly encodeJSONList: Encode;
  /** How a list of whole JSON values is bound for `jsonAmong`. */
  readonly encodeJSONValues: Encode;
  /** A whole JSON value is null, as a JSON null is. Never null itself. */
  jsonNull(subject: string): string;
  /** A whole JSON value equals, as a value, one of a list. Null or false for null. */
  jsonAmong(subject: string, list: string): string;
  /** Nothing, or a JSON null, at the place. */
  jsonIsNull(place: SqlPlace): string;
  /** The value at the place equals a scalar of the type. Null or false when there is nothing. */
  jsonEqual(place: SqlPlace, type: ScalarType, p: Operand): string;
  /** The value at the place is one of a list of scalars. */
  jsonIn(place: SqlPlace, list: string): string;
  /** The value at the place is of the type and compares so. */
  jsonCompare(
    place: SqlPlace,
    comparisons: readonly (readonly [operator: ComparePredicate["operator"], p: Operand])[],
    type: ScalarType,
  ): string;
  /** The value at the place is an array that has an element equal to a scalar; null stands for a JSON null. */
  jsonHas(place: SqlPlace, p: Operand): string;
  /** The value at the place is text and matches. */
  jsonText(operator: TextOperator, place: SqlPlace, p: Operand): string;
}

/** Everything in which one SQL database differs from another. Conditions it writes may be null where they are not true. */
export interface SqlDialect extends SqlGrammar {
  /** What the database tells of itself. */
  readonly catalog: SqlCatalog;
  /** How tables are changed that are there; absent, they are not. */
  readonly alter?: SqlAlter;
  /** Gives a number that another connection's commit makes another. */
  readonly dataVersion?: string;
}

/** The same, of a database whose answers come as Promises. */
export interface AsyncSqlDialect extends SqlGrammar {
  /** What the database tells of itself. */
  readonly catalog: AsyncSqlCatalog;
}
