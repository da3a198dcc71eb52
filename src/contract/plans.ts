import type { Direction } from "./query_options.ts";
import type { ExpressionPlan } from "./expression.ts";
import type { Predicate } from "./predicate.ts";

/**
 * A query with its values taken out, for drivers that compile a query once and run it often. A *slot* is an index into the
 * array of values given with each run.
 */
export interface QueryPlan {
  /** What is done. */
  readonly kind: "select" | "count" | "update" | "delete";
  /** The rows concerned; null for all. */
  readonly where: Predicate | null;
  /** `select`: the order. */
  readonly orderBy?: readonly OrderTerm[];
  /** `select`: at most this many rows. A part of the plan, not a value. */
  readonly limit?: number;
  /** `select`: the slot of the number of rows to skip. */
  readonly offset?: number;
  /** `select`: the columns to return; all when absent. */
  readonly select?: readonly string[];
  /** `update`: the columns to set, each once. All that is computed sees the row as it was. */
  readonly set?: readonly SetTerm[];
  /**
   * `update`, `delete`, for drivers that declare `returning`: `all` gives the rows concerned, whole, in any order: as they are
   * after an update, and as they were before a delete. Never asked of a table that foreign keys lead back to from itself.
   */
  readonly returning?: boolean;
}

/**
 * A term of an order: a column, or, for drivers that declare `expressions`, what is computed from the row. Null is the least; what has
 * no value counts as null, as in a condition.
 */
export type OrderTerm = readonly [by: string | ExpressionPlan, direction: Direction];

/** A column to set: to the value of a slot, or, for drivers that declare `expressions`, to what is computed from the row. */
export type SetTerm =
  | { readonly column: string; readonly slot: number }
  | { readonly column: string; readonly expression: ExpressionPlan };

/** How an upsert meets an existing row. */
export interface UpsertOptions {
  /** The columns of a primary key, unique column or unique index. */
  readonly conflict: readonly string[];
  /** The columns an existing row takes from the data. Possibly empty: the row is left as it is. */
  readonly set: readonly string[];
}

/** One aggregate of a group. `column` and `expression` are both absent only for the count of rows. */
export interface AggregateTerm {
  /** The name of the result. */
  readonly as: string;
  /** `count` counts rows, or values that are not null when a column is given. */
  readonly operation: "count" | "countDistinct" | "sum" | "avg" | "min" | "max";
  /** The column aggregated. */
  readonly column?: string;
  /** What is aggregated, of drivers that declare `expressions`: computed of each row, where each part has to have a value. */
  readonly expression?: ExpressionPlan;
  /** The rows considered, of drivers that declare `expressions`; all of the group when absent. */
  readonly where?: Predicate;
}

/**
 * What makes a group: a column, or, for drivers that declare `expressions`, what is computed of each row, where each part has to have
 * a value, by the name it gets.
 */
export type GroupKey = string | { readonly as: string; readonly expression: ExpressionPlan };

/** Aggregates by group. Without `by`, all rows are one group, which exists even when there are none. */
export interface GroupPlan {
  /** What makes a group. Null is a value. */
  readonly by: readonly GroupKey[];
  /** What is computed for each group; nothing, where only the groups are asked for. `sum` of nothing is 0; `avg`, `min`, `max` of nothing are null. */
  readonly terms: readonly AggregateTerm[];
  /** The rows considered; null for all. */
  readonly where: Predicate | null;
  /** The values of all slots. */
  readonly params: readonly unknown[];
}
