import type { Direction } from "../contract/mod.ts";
import type { Empty } from "./relation.ts";
import type { Simplify } from "./row.ts";
import type { WhereInput } from "./where.ts";

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

/** One aggregate: exactly one of the members. */
export type Aggregate<Row> =
  | { readonly count: "*" | (keyof Row & string) }
  | { readonly countDistinct: keyof Row & string }
  | { readonly sum: NumericKeys<Row> }
  | { readonly avg: NumericKeys<Row> }
  | { readonly min: OrderedKeys<Row> }
  | { readonly max: OrderedKeys<Row> };

/** The type of one aggregate's result. */
export type AggregateValue<Row, A> = A extends { readonly sum: infer K extends keyof Row }
  ? NonNullable<Row[K]> extends bigint ? bigint : number
  : A extends { readonly avg: unknown } ? number | null
  : A extends { readonly min: infer K extends keyof Row } ? NonNullable<Row[K]> | null
  : A extends { readonly max: infer K extends keyof Row } ? NonNullable<Row[K]> | null
  : number;

/** Aggregates by the name of their result. */
export type Aggregates<Row> = { readonly [as: string]: Aggregate<Row> };

/** The results of several aggregates. */
export type AggregateResult<Row, A extends Aggregates<Row>> = Simplify<
  { -readonly [K in keyof A]: AggregateValue<Row, A[K]> }
>;

/** A group: the columns it is grouped by, and its aggregates. */
export type Group<Row, K extends keyof Row, A extends Aggregates<Row>> = Simplify<
  Pick<Row, K> & AggregateResult<Row, A>
>;

/** The options of `groupBy`. */
export interface GroupOptions<Row, K extends keyof Row, A extends Aggregates<Row>, R = Empty> {
  /** The columns whose values make a group; null is a value. */
  readonly by: readonly K[];
  /** What is computed for each group. */
  readonly aggregates: A;
  /** The rows considered; all when absent. */
  readonly where?: WhereInput<Row, R> | undefined;
  /** The groups kept, by grouped columns and aggregates. */
  readonly having?: WhereInput<Group<Row, NoInfer<K>, NoInfer<A>>> | undefined;
  /** The order of the groups; ties, in the direction of the last term, and all when absent by the grouped columns. */
  readonly orderBy?:
    | readonly (readonly [column: (NoInfer<K> | keyof NoInfer<A>) & string, direction: Direction])[]
    | undefined;
  /** At most this many groups. */
  readonly limit?: number | undefined;
  /** Skip this many groups first. */
  readonly offset?: number | undefined;
}
