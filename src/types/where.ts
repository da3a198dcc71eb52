import type { Condition, Operation, RelatedCondition, TextOperation } from "./condition.ts";
import type { Expr, Exprs, RowTest } from "./expression.ts";
import type { JSONKeys, JSONPlace } from "./json_place.ts";
import type { SqlStatement } from "../raw/sql_statement.ts";
import type { Picked } from "./pick.ts";
import type { Empty, RelatedRelations, RelatedRow } from "./relation.ts";
import type { Accepted } from "./row.ts";

/** The types of values that are no JSON. */
export type Scalar = string | number | bigint | boolean | Date | Uint8Array;

/** A list that another search, or a statement of `orm.sql`, finds. */
export type ListOf<V> = Picked<V | null> | SqlStatement;

/** Equality and lists: for every column. */
export interface EqualityOperators<V> {
  /** Equal; null finds null. */
  readonly $eq?: V | null;
  /** Not equal: finds null too, unless it is null. */
  readonly $ne?: V | null;
  /** One of these. */
  readonly $in?: readonly (V | null)[] | ListOf<V>;
  /** None of these. */
  readonly $notIn?: readonly (V | null)[] | ListOf<V>;
  /** None of these. */
  readonly $nin?: readonly (V | null)[] | ListOf<V>;
}

/** Order comparisons: false for null. */
export interface OrderOperators<V> {
  /** Greater. */
  readonly $gt?: V;
  /** Greater or equal. */
  readonly $gte?: V;
  /** Less. */
  readonly $lt?: V;
  /** Less or equal. */
  readonly $lte?: V;
  /** From low to high, both included. */
  readonly $between?: readonly [low: V, high: V];
}

/** Text matches: false for null. */
export interface TextOperators {
  /** SQL LIKE: the whole value, `%`, `_`, `\` escapes, ASCII letters in either case. */
  readonly $like?: string;
  /** Begins with, literally. */
  readonly $startsWith?: string;
  /** Ends with, literally. */
  readonly $endsWith?: string;
  /** Has in it, literally. */
  readonly $contains?: string;
}

/** What may stand for a place inside a JSON column. */
export type PathFilter =
  | string
  | number
  | boolean
  | null
  | Operation<string | number | boolean | null>
  | TextOperation
  | (
    & EqualityOperators<string | number | boolean>
    & OrderOperators<string | number>
    & TextOperators
    & { readonly $has?: string | number | boolean | null; readonly $not?: PathFilter }
  );

/** The operators of a column that is no JSON. */
export type ScalarOperators<V> =
  & EqualityOperators<Accepted<V>>
  & ([V] extends [boolean] ? unknown : OrderOperators<Accepted<V>>)
  & ([V] extends [string] ? TextOperators : unknown);

/** What may stand for a column of type `T` in a where. */
export type Filter<T> =
  | NullIn<T>
  | (NonNullable<T> extends Scalar ? ScalarFilter<NonNullable<T>> : JSONFilter<NonNullable<T>>);

/** Null, when the type has it. */
export type NullIn<T> = null extends T ? null : never;

/** What may stand for a column that is no JSON. */
export type ScalarFilter<V> =
  | Accepted<V>
  | Operation<Accepted<V> | null>
  | ([V] extends [string] ? TextOperation : never)
  | (ScalarOperators<V> & { readonly $not?: ScalarFilter<V> | null });

/** What may stand for a JSON column. */
export type JSONFilter<V> =
  | V
  | Operation<V | null>
  | (JSONOperators<V> & { readonly $not?: JSONOperators<V> });

/** The operators of a whole JSON column. */
export interface JSONOperators<V> extends EqualityOperators<V> {
  /** An array that has an element equal to this, by type and value. */
  readonly $has?: string | number | boolean | null;
}

/** A condition on the rows of a model, `R` being its relations. */
export type Where<Row, R = Empty> =
  & { readonly [K in keyof Row]?: Filter<Row[K]> }
  & ([JSONKeys<Row>] extends [never] ? unknown : { readonly [P in JSONPlace<Row>]?: PathFilter })
  & ([keyof R] extends [never] ? unknown : { readonly [P in keyof R]?: RelatedFilter<R[P]> })
  & {
    /** All of these. */
    readonly $and?: readonly WhereInput<Row, R>[];
    /** Any of these. */
    readonly $or?: readonly WhereInput<Row, R>[];
    /** The exact complement. */
    readonly $not?: WhereInput<Row, R>;
  };

/** A where, a function of the row, or conditions joined by `and(…)`, `or(…)`, `not(…)`. */
export type WhereInput<Row, R = Empty> = Where<Row, R> | Condition<Where<Row, R>> | RowTest<Row>;

/** What may stand for a relation in a where; `F` is the function that gives the relation. */
export type RelatedFilter<F> = F extends () => { readonly many: true } ? RelatedRowsFilter<F>
  : RelatedWhere<F> | RelatedCondition<"is", RelatedWhere<F> | null> | null;

/** What may stand for a relation to several rows. */
export type RelatedRowsFilter<F> =
  | RelatedOperators<F>
  | RelatedCondition<"some" | "every" | "none", RelatedWhere<F>>;

/** What is asked of several rows. */
export interface RelatedOperators<F> {
  /** One or more satisfy it; `{}`: there are any. */
  readonly $some?: RelatedWhere<F>;
  /** All satisfy it; true where there are none. */
  readonly $every?: RelatedWhere<F>;
  /** None satisfies it; `{}`: there are none. */
  readonly $none?: RelatedWhere<F>;
}

/** A condition on the rows that a relation leads to. */
export type RelatedWhere<F> = WhereInput<RelatedRow<F>, RelatedRelations<F>>;

/**
 * New values for `update`: a key that is absent or undefined leaves the column as it is. A function of the row computes one; all of them
 * see the row as it was.
 */
export type UpdateOf<Insert, Row> = {
  readonly [K in keyof Insert]?:
    | Insert[K]
    | undefined
    | ((row: Exprs<Row>) => Expr<K extends keyof Row ? Row[K] : never>);
};

/** Asks a change for the rows concerned. */
export interface ReturningOptions {
  /** The rows as they are after an update, or were before a delete, instead of their number. */
  readonly returning: true;
}
