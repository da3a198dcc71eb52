import type { Predicate } from "./predicate.ts";

/** What an expression gives or a column holds, by how the value is represented. `date` is a day, `datetime` a point in time. */
export type ExpressionType =
  | "text"
  | "integer"
  | "bigint"
  | "real"
  | "boolean"
  | "date"
  | "datetime"
  | "json"
  | "blob";

/**
 * The functions an expression is made of, each with one meaning on every store. Each but `orElse` is null when an
 * operand is null.
 *
 * - Numbers: `plus minus times` of two integers are exact (beyond 64 bits there is no value), `dividedBy` is a fraction and null
 *   for zero, `round` goes half away from zero, `atLeast` is the greater and `atMost` the less of two.
 * - `orElse`: the first operand, or the second where that is null.
 * - Text: `lower` of the ASCII letters, `length` in code points, `concat`, `slice` of code points from an index up to another.
 * - Dates: the beginning of a `year`, `month`, `week` (Monday), `day`, `hour` or `minute` in UTC, `later` by milliseconds, and
 *   `elapsed`, the milliseconds from the second operand to the first.
 * - JSON: `set` writes a value at a path. What is missing on the way is made (an array for the index 0), and null counts as an object;
 *   there is no value when something else is in the way, or an index is beyond the end.
 */
export type ExpressionCall =
  | "plus"
  | "minus"
  | "times"
  | "dividedBy"
  | "round"
  | "atLeast"
  | "atMost"
  | "orElse"
  | "lower"
  | "length"
  | "concat"
  | "slice"
  | "startOfYear"
  | "startOfMonth"
  | "startOfWeek"
  | "startOfDay"
  | "startOfHour"
  | "startOfMinute"
  | "startOfSecond"
  | "later"
  | "elapsed"
  | "set";

/** The value of a column of the row. */
export interface ColumnExpression {
  /** Tells the kinds apart. */
  readonly kind: "column";
  /** The column. */
  readonly column: string;
  /** What it gives. */
  readonly type: ExpressionType;
}

/** A value that is the same for every row: of a slot, possibly null. Of `set` the second operand is a `JSONPath`. */
export interface ValueExpression {
  /** Tells the kinds apart. */
  readonly kind: "value";
  /** The slot of the value. */
  readonly slot: number;
  /** What it gives. */
  readonly type: ExpressionType;
}

/** A function of other expressions. */
export interface CallExpression {
  /** Tells the kinds apart. */
  readonly kind: "call";
  /** The function. */
  readonly call: ExpressionCall;
  /** The operands. */
  readonly args: readonly ExpressionPlan[];
  /** What it gives. */
  readonly type: ExpressionType;
}

/** Whether a condition holds: true or false, never null. */
export interface ConditionExpression {
  /** Tells the kinds apart. */
  readonly kind: "condition";
  /** The condition. */
  readonly predicate: Predicate;
  /** What it gives. */
  readonly type: "boolean";
}

/**
 * Something computed from a row, in the form the core reads it into: kinds of operands are checked, values are in slots. An
 * integer outside of ±(2⁵³ − 1) (`bigint`: outside of 64 bits), a number that is not finite and a date outside of the years 0 to
 * 9999 are no values. Where a row is written with an expression, each part of it has to have one, or the statement is refused and
 * undone (`OUT_OF_RANGE`); in a condition what has none counts as null.
 */
export type ExpressionPlan = ColumnExpression | ValueExpression | CallExpression | ConditionExpression;
