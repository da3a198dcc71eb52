/** The operators a condition can use on a column or a JSON path. */
export const OPERATORS: readonly [
  "$eq",
  "$ne",
  "$gt",
  "$gte",
  "$lt",
  "$lte",
  "$in",
  "$notIn",
  "$between",
  "$like",
  "$startsWith",
  "$endsWith",
  "$contains",
  "$has",
] = [
  "$eq",
  "$ne",
  "$gt",
  "$gte",
  "$lt",
  "$lte",
  "$in",
  "$notIn",
  "$between",
  "$like",
  "$startsWith",
  "$endsWith",
  "$contains",
  "$has",
];

/** The name of an operator, as a driver sees it: aliases are already resolved. */
export type OperatorName = (typeof OPERATORS)[number];

/**
 * A condition as a driver sees it: validated and normalised by the core, so that only these forms occur.
 *
 * - `{ column: scalar }`: equality with a value that is not null. The only form given to a driver that does not declare
 *   `capabilities.operators`.
 * - `{ column: { $op: operand } }`: exactly one operator; `$eq: null` and `$ne: null` for null, `$in` and `$notIn` with an
 *   array that may be empty or hold null, `$between` with `[low, high]`, `$has` with a string, number, boolean or null that an array
 *   has as an element.
 * - `{ "column.path": { $op: operand } }` for a path into a JSON column, only with `capabilities.jsonPaths`.
 * - `{ $and: [...] }`, `{ $or: [...] }` (possibly empty: true and false) and `{ $not: where }`.
 *
 * Several keys in one object are joined by AND. Every predicate is true or false, never unknown.
 */
export type DriverWhere = { readonly [key: string]: unknown };

/** The direction of one ordering term. */
export type Direction = "ASC" | "DESC";

/** What a driver is asked to find. Members that are absent do not restrict. */
export interface QueryOptions {
  /** The rows to find. */
  readonly where?: DriverWhere;
  /**
   * The order. NULL comes first ascending; text is ordered by code point. The core always ends the list with the primary
   * key, so that the order is total.
   */
  readonly orderBy?: readonly (readonly [column: string, direction: Direction])[];
  /** At most this many rows: an integer from 0. */
  readonly limit?: number;
  /** Skip this many rows first: an integer from 0. */
  readonly offset?: number;
  /** The columns to return. All of them when absent. */
  readonly select?: readonly string[];
}

/** An index over columns of a table. */
export interface IndexOptions {
  /** The columns, in order. */
  readonly columns: readonly string[];
  /** Rows equal in all the columns, none of them null, are refused. */
  readonly unique?: boolean;
  /** Only rows that satisfy this are in the index. */
  readonly where?: DriverWhere;
}

/** One part of a bulk update. */
export interface BulkUpdate {
  /** The rows to change. */
  readonly where: DriverWhere;
  /** The new values. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** An aggregate a driver can compute. */
export type AggregateOperation = "SUM" | "AVG" | "MIN" | "MAX" | "COUNT";

/** An index that a table has, as far as the store tells. */
export interface TableIndex {
  /** The name, unique in its table. */
  readonly name: string;
  /** The columns, in order. */
  readonly columns: readonly string[];
  /** Rows equal in all the columns, none of them null, are refused. */
  readonly unique: boolean;
  /** Only some rows are in the index. */
  readonly partial: boolean;
}

/** An index with its name. */
export interface NamedIndex extends IndexOptions {
  /** The name, unique in its table. */
  readonly name: string;
}
