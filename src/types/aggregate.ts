import type { Direction } from "../contract/mod.ts";
import type { Expr, ExprOf, Exprs } from "./expression.ts";
import type { ReadOptions } from "./find.ts";
import type { Empty } from "./relation.ts";
import type { Simplify } from "./row.ts";
import type { Scalar, Where, WhereInput } from "./where.ts";

/** The columns of `Row` whose values are numbers. */
export type NumericKeys<Row> =
  & {
    [K in keyof Row]: NonNullable<Row[K]> extends number | bigint ? K : never;
  }[keyof Row]
  & string;

/** The columns of `Row` whose values have an order. */
export type OrderedKeys<Row> =
  & {
    [K in keyof Row]: NonNullable<Row[K]> extends string | number | bigint | boolean | Date | Uint8Array ? K
      : never;
  }[keyof Row]
  & string;

/** What is aggregated of a row in the place of a column: a function that computes it. */
export type RowValue<Row, T> = (row: Exprs<Row>) => Expr<T>;

/** One aggregate: exactly one of the operations, of a column or of a function of the row, and with `where` only of some rows. */
export type Aggregate<Row> =
  | { readonly count: "*" | (keyof Row & string) | RowValue<Row, unknown>; readonly where?: WhereInput<Row> }
  | {
    readonly countDistinct: (keyof Row & string) | RowValue<Row, Scalar | null>;
    readonly where?: WhereInput<Row>;
  }
  | {
    readonly sum: NumericKeys<Row> | RowValue<Row, number | bigint | null>;
    readonly where?: WhereInput<Row>;
  }
  | {
    readonly avg: NumericKeys<Row> | RowValue<Row, number | bigint | null>;
    readonly where?: WhereInput<Row>;
  }
  | { readonly min: OrderedKeys<Row> | RowValue<Row, Scalar | null>; readonly where?: WhereInput<Row> }
  | { readonly max: OrderedKeys<Row> | RowValue<Row, Scalar | null>; readonly where?: WhereInput<Row> };

/** The type of what a column holds, or a function of the row computes. */
export type ValueOf<Row, K> = K extends keyof Row ? Row[K]
  : K extends (...row: never) => Expr<infer T> ? T
  : never;

/** The type of one aggregate's result. */
export type AggregateValue<Row, A> = A extends { readonly sum: infer K }
  ? NonNullable<ValueOf<Row, K>> extends bigint ? bigint : number
  : A extends { readonly avg: unknown } ? number | null
  : A extends { readonly min: infer K } ? NonNullable<ValueOf<Row, K>> | null
  : A extends { readonly max: infer K } ? NonNullable<ValueOf<Row, K>> | null
  : number;

/** Aggregates by the name of their result. */
export type Aggregates<Row> = { readonly [as: string]: Aggregate<Row> };

/** The results of several aggregates. */
export type AggregateResult<Row, A extends Aggregates<Row>> = Simplify<
  { -readonly [K in keyof A]: AggregateValue<Row, A[K]> }
>;

/** What makes a group: a list of columns, or columns and functions of the row by the names they get. */
export type GroupKeys<Row> =
  | readonly (keyof Row & string)[]
  | { readonly [as: string]: (keyof Row & string) | RowValue<Row, Scalar | null> };

/** The names of what makes a group. */
export type KeyNames<B> = B extends readonly (infer K)[] ? K : keyof B;

/** The names of what a group has. Aggregates that are not given are not known by name. */
export type GroupNames<B, A> = (KeyNames<B> | (string extends keyof A ? never : keyof A)) & string;

/** What a group has by a name. */
export type GroupValue<Row, B, A, K> = B extends readonly unknown[]
  ? K extends B[number] ? ValueOf<Row, K> : AggregateValue<Row, A[K & keyof A]>
  : K extends keyof B ? ValueOf<Row, B[K]>
  : AggregateValue<Row, A[K & keyof A]>;

/** A group: what it is grouped by, and its aggregates. */
export type Group<in out Row, in out B, in out A> = {
  -readonly [K in GroupNames<B, A>]: GroupValue<Row, B, A, K>;
};

/** A group as expressions: what `having` is given. */
export type GroupExprs<in out Row, in out B, in out A> = {
  readonly [K in GroupNames<B, A>]: ExprOf<GroupValue<Row, B, A, K>>;
};

/** The options of `groupBy`. */
export interface GroupOptions<in out Row, in out B, in out A, in out R = Empty> extends ReadOptions {
  /** What makes a group: columns, or an object of columns and functions of the row by name. Null is a value. */
  readonly by: B;
  /** What is computed for each group; without, the groups there are. */
  readonly aggregates?: A;
  /** The rows considered; all when absent. */
  readonly where?: WhereInput<Row, R> | undefined;
  /** The groups kept: a condition on what they have, as a function of the group or an object. */
  readonly having?:
    | Where<Group<Row, NoInfer<B>, NoInfer<A>>>
    | ((
      group: GroupExprs<Row, NoInfer<B>, NoInfer<A>>,
    ) => Expr<boolean | null> | readonly Expr<boolean | null>[])
    | undefined;
  /** The order of the groups; ties, in the direction of the last term, and all when absent by what makes them. */
  readonly orderBy?:
    | readonly (readonly [column: (KeyNames<B> | keyof A) & string, direction: Direction])[]
    | undefined;
  /** At most this many groups. */
  readonly limit?: number | undefined;
  /** Skip this many groups first. */
  readonly offset?: number | undefined;
}
