import type { ExpressionPlan } from "./expression.ts";

/**
 * The steps into a JSON value: a text is the name of an object's own member; a whole number is an index where it meets an array,
 * and the name of a member where it meets an object.
 */
export type JSONPath = readonly (string | number)[];

/** What a predicate looks at: a column, or (when `path` is not null) a place inside a JSON column's value. */
export interface PredicateTarget {
  /** The column. */
  readonly column: string;
  /** The slot of a {@linkcode JSONPath}, or null for the column's own value. */
  readonly path: number | null;
  /** How many steps of the path are whole numbers: a plan serves paths with as many. Absent for none. */
  readonly wholeSteps?: number | undefined;
}

/**
 * Equality with a value that is not null. False for null.
 * On a JSON path the value is a string, number or boolean, named by `type`, and equal only to a value of that type.
 */
export interface EqualPredicate extends PredicateTarget {
  /** Tells the kinds apart. */
  readonly kind: "equal";
  /** The slot of the value. */
  readonly slot: number;
  /** On a path, the type of the value; null for a column. */
  readonly type: ScalarType | null;
}

/** An order comparison: false for null, and on a JSON path for a value of another type. */
export interface ComparePredicate extends PredicateTarget {
  /** Tells the kinds apart. */
  readonly kind: "compare";
  /** How it compares. */
  readonly operator: ">" | ">=" | "<" | "<=";
  /** The slot of the value. */
  readonly slot: number;
  /** On a path, the type of the value; null for a column. */
  readonly type: ScalarType | null;
}

/** Between two values, both included: false for null, and on a JSON path for a value of another type. */
export interface BetweenPredicate extends PredicateTarget {
  /** Tells the kinds apart. */
  readonly kind: "between";
  /** The slot of the low end. */
  readonly low: number;
  /** The slot of the high end. */
  readonly high: number;
  /** On a path, the type of the value; null for a column. */
  readonly type: ScalarType | null;
}

/** A text match. `like` is the whole value, `%`, `_`, `\` escapes, ASCII case-insensitive; the others are literal. */
export interface TextPredicate extends PredicateTarget {
  /** Tells the kinds apart. */
  readonly kind: "text";
  /** How it compares. */
  readonly operator: "like" | "startsWith" | "endsWith" | "contains";
  /** The slot of the value. */
  readonly slot: number;
}

/** The value is in a list. The slot holds an array without null; `withNull` says that null is in the list too. */
export interface InPredicate extends PredicateTarget {
  /** Tells the kinds apart. */
  readonly kind: "in";
  /** The slot of the value. */
  readonly slot: number;
  /** Null is in the list. */
  readonly withNull: boolean;
  /** The list is found when the condition is run. No driver is given such a condition. */
  readonly deferred?: true;
}

/**
 * Several columns are equal, together, to one of a list of tuples. The slot holds arrays of values that are not null, each in the
 * order of the columns. False where one of the columns is null.
 */
export interface TuplesPredicate {
  /** Tells the kinds apart. */
  readonly kind: "tuples";
  /** The columns, at least two, none of them JSON. */
  readonly columns: readonly string[];
  /** The slot of the tuples. */
  readonly slot: number;
}

/** The value is null; for a JSON path, also when there is nothing at the path. */
export interface NullPredicate extends PredicateTarget {
  /** Tells the kinds apart. */
  readonly kind: "null";
}

/** A JSON array has an element equal to the value, by type and value. False for what is no array. */
export interface HasPredicate extends PredicateTarget {
  /** Tells the kinds apart. */
  readonly kind: "has";
  /** The slot of the value: a string, number, boolean or null. */
  readonly slot: number;
}

/**
 * A comparison of what is computed from a row. Two-valued: `eq` and `in` know null, all others are false for it. What has no value
 * is null here.
 */
export interface TestPredicate {
  /** Tells the kinds apart. */
  readonly kind: "test";
  /** How it compares. `like` and `in` have a value as their right side, a pattern and a list without null. */
  readonly operator: "eq" | "gt" | "gte" | "lt" | "lte" | "in" | TextPredicate["operator"];
  /** The left side. */
  readonly left: ExpressionPlan;
  /** The right side. */
  readonly right: ExpressionPlan;
  /** `in`: null is in the list too. */
  readonly withNull: boolean;
}

/**
 * A row of another table of the same database has in `theirs` the value that this row has in `column`, and satisfies a condition. False
 * where the column is null. It stands nowhere but in the plans of drivers that declare `related`.
 */
export interface RelatedPredicate {
  /** Tells the kinds apart. */
  readonly kind: "related";
  /** The column of this table. */
  readonly column: string;
  /** The other table, which may be this one. */
  readonly table: string;
  /** Its column, of the same kind as `column`. Its nulls equal nothing. */
  readonly theirs: string;
  /** The condition on its rows, with slots among the same values; null for none. */
  readonly where: Predicate | null;
}

/** All, or any, of several. Empty: true for `and`, false for `or`. */
export interface LogicPredicate {
  /** Tells the kinds apart. */
  readonly kind: "and" | "or";
  /** The conditions joined. */
  readonly items: readonly Predicate[];
}

/** The exact complement. */
export interface NotPredicate {
  /** Tells the kinds apart. */
  readonly kind: "not";
  /** The condition negated. */
  readonly item: Predicate;
}

/** The type of a scalar compared with a value inside JSON. */
export type ScalarType = "string" | "number" | "boolean";

/**
 * A condition in the form the core reads it into: every node is true or false for a row. `$ne` and `$notIn` are `not` of
 * `equal` and `in`. Values are in slots, so that a predicate is the same for every call of the same shape.
 */
export type Predicate =
  | EqualPredicate
  | ComparePredicate
  | BetweenPredicate
  | TextPredicate
  | InPredicate
  | TuplesPredicate
  | NullPredicate
  | HasPredicate
  | TestPredicate
  | RelatedPredicate
  | LogicPredicate
  | NotPredicate;
