import type { AggregateValue } from "./aggregate.ts";
import type { Exactly, ExactlyAggregated } from "./exact.ts";
import type { OrderBy } from "./order.ts";
import type { Empty, RelatedRelations, RelatedRow } from "./relation.ts";
import type { Selected, Simplify } from "./row.ts";
import type { RelatedWhere, WhereInput } from "./where.ts";

/** How rows are read. */
export interface ReadOptions {
  /**
   * Ends the reading with `ABORTED`: what waits for its turn waits no longer, and nothing more is begun. A statement that is under way is not
   * interrupted; its answer is dropped. With a sync driver it is looked at before each statement.
   */
  readonly signal?: AbortSignal | undefined;
}

/** The options of `findAll`. `K` are the columns returned, `R` the model's relations, `W` those read with, `A` the aggregates. */
export interface FindOptions<Row, K extends keyof Row = keyof Row, R = Empty, W = never, A = Empty>
  extends ReadOptions {
  /** The rows to find; all when absent. */
  readonly where?: WhereInput<Row, R> | undefined;
  /**
   * The order, by columns, aggregates, columns of one related row (`"author.name"`) and functions: NULL first ascending, text by code point;
   * ties by the primary key, in the direction of the last term.
   */
  readonly orderBy?: OrderBy<Row, OrderNames<R, A>> | undefined;
  /** At most this many rows. */
  readonly limit?: number | undefined;
  /** Skip this many rows first. */
  readonly offset?: number | undefined;
  /** The columns to return; all when absent. */
  readonly select?: readonly K[] | undefined;
  /** The relations whose rows come with each row, by name: `true`, or options for them. */
  readonly with?: (W & Exactly<Row, R, W>) | undefined;
  /** Numbers computed over the rows of relations, by the name that each gets in the row. */
  readonly aggregates?: (A & ExactlyAggregated<Row, R, A>) | undefined;
}

/** The options of `findOne`. */
export interface FindOneOptions<Row, K extends keyof Row = keyof Row, R = Empty, W = never, A = Empty>
  extends ReadOptions {
  /** The rows to find; all when absent. */
  readonly where?: WhereInput<Row, R> | undefined;
  /**
   * The order, by columns, aggregates, columns of one related row (`"author.name"`) and functions: NULL first ascending, text by code point;
   * ties by the primary key, in the direction of the last term.
   */
  readonly orderBy?: OrderBy<Row, OrderNames<R, A>> | undefined;
  /** Skip this many rows first. */
  readonly offset?: number | undefined;
  /** The columns to return; all when absent. */
  readonly select?: readonly K[] | undefined;
  /** The relations whose rows come with the row, by name: `true`, or options for them. */
  readonly with?: (W & Exactly<Row, R, W>) | undefined;
  /** Numbers computed over the rows of relations, by the name that each gets in the row. */
  readonly aggregates?: (A & ExactlyAggregated<Row, R, A>) | undefined;
}

/** What an order may name beside columns: aggregates, and the columns of the one row that a relation leads to. */
export type OrderNames<R, A> = [keyof R] extends [never] ? never
  :
    | (keyof NoInfer<A> & string)
    | {
      readonly [P in keyof R & string]: R[P] extends () => { readonly many: true } ? never
        : `${P}.${keyof RelatedRow<R[P]> & string}`;
    }[keyof R & string];

/** What a row comes with, as the options of `findById` say it. */
export interface RowOptions<Row, K extends keyof Row = keyof Row, R = Empty, W = never, A = Empty>
  extends ReadOptions {
  /** The columns to return; all when absent. */
  readonly select?: readonly K[] | undefined;
  /** The relations whose rows come with the row, by name: `true`, or options for them. */
  readonly with?: (W & Exactly<Row, R, W>) | undefined;
  /** Numbers computed over the rows of relations, by the name that each gets in the row. */
  readonly aggregates?: (A & ExactlyAggregated<Row, R, A>) | undefined;
}

/** What `with` takes. */
export type With<R> = { readonly [P in keyof R]?: true | Load<R[P]> };

/** How the rows of a relation are read. */
export interface Load<F> {
  /** The rows that come with each; which rows these are does not change. */
  readonly where?: RelatedWhere<F> | undefined;
  /** The columns; all when absent. */
  readonly select?: readonly (keyof RelatedRow<F>)[] | undefined;
  /** Relations of these rows. */
  readonly with?: With<RelatedRelations<F>> | undefined;
  /** Numbers over relations of these rows. */
  readonly aggregates?: RelatedAggregates<RelatedRelations<F>> | undefined;
  /** Of several rows their order; ties, and all when absent, by the primary key. */
  readonly orderBy?: OrderBy<RelatedRow<F>> | undefined;
  /** Of several rows at most this many for each. */
  readonly limit?: number | undefined;
  /** Of several rows skip this many first for each. */
  readonly offset?: number | undefined;
}

/** Aggregates over relations, by the name of their result. */
export type RelatedAggregates<R> = { readonly [as: string]: RelatedAggregate<R> };

/** An aggregate over the rows of a relation: `of`, one operation on a column of these rows, and the rows considered. */
export interface RelatedAggregate<R> {
  /** The relation. */
  readonly of: keyof R;
  /** How many rows there are (`"*"`), or how many values of a column that are not null. */
  readonly count?: "*" | RelatedColumn<R>;
  /** How many different values there are. */
  readonly countDistinct?: RelatedColumn<R>;
  /** The sum; 0 of nothing. */
  readonly sum?: RelatedColumn<R>;
  /** The mean; null of nothing. */
  readonly avg?: RelatedColumn<R>;
  /** The least value; null of nothing. */
  readonly min?: RelatedColumn<R>;
  /** The greatest value; null of nothing. */
  readonly max?: RelatedColumn<R>;
  /** The rows considered; all when absent. */
  readonly where?: { readonly [P in keyof R]: RelatedWhere<R[P]> }[keyof R] | undefined;
}

/** The columns of all relations. */
export type RelatedColumn<R> = { readonly [P in keyof R]: keyof RelatedRow<R[P]> & string }[keyof R];

/** A row with what came with it. */
export type Found<Row, R, K extends keyof Row, W, A> = [W | keyof A] extends [never] ? Selected<Row, K>
  : Simplify<
    & ([K] extends [never] ? Row : Pick<Row, K>)
    & ([W] extends [never] ? unknown : { -readonly [P in keyof W & keyof R]: Loaded<Row, R[P], W[P]> })
    & { -readonly [P in keyof A]: AggregatedValue<R, A[P]> }
  >;

/** The value of an aggregate over a relation. */
export type AggregatedValue<R, E> = E extends { readonly of: infer P extends keyof R }
  ? AggregateValue<RelatedRow<R[P]>, E>
  : never;

/** What a relation gave, read with the options `E`. */
export type Loaded<Row, F, E> = F extends () => infer X
  ? X extends { readonly many: true } ? LoadedRow<F, E>[]
  : X extends { readonly kind: "belongsTo"; readonly model: { readonly $scoped: true } }
    ? LoadedRow<F, E> | null
  : X extends { readonly kind: "belongsTo"; readonly column: infer C } ? LoadedRow<F, E> | NoRow<Row, C, E>
  : LoadedRow<F, E> | null
  : never;

/** Null, where a row may refer to none, or to one that the options leave out. */
export type NoRow<Row, C, E> = C extends keyof Row
  ? null extends Row[C] ? null : E extends { readonly where: unknown } ? null : never
  : null;

/** A related row, read with the options `E`. */
export type LoadedRow<F, E> = E extends true ? RelatedRow<F> : Found<
  RelatedRow<F>,
  RelatedRelations<F>,
  E extends { readonly select: readonly (infer K)[] } ? K & keyof RelatedRow<F> : never,
  E extends { readonly with: infer W } ? W : never,
  E extends { readonly aggregates: infer A } ? A : Empty
>;
