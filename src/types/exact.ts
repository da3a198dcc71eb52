import type { Condition, Operation, RelatedCondition, TextOperation } from "./condition.ts";
import type { Aggregate } from "./aggregate.ts";
import type { Load } from "./find.ts";
import type { RelatedRelations, RelatedRow } from "./relation.ts";
import type { RelatedOperators, Scalar, ScalarOperators } from "./where.ts";

// Where TypeScript infers a type from an object it lets members pass that nothing names. `Wrong…` finds their names, in few
// steps because it mostly finds none; only when there is one, `Exact…` says in which place it is.

/** What the type inferred from `with` must be besides: nothing, unless it has a member that no relation and no option has. */
export type Exactly<Row, R, W> = [WrongWith<Row, R, W>] extends [never] ? unknown : ExactWith<Row, R, W>;

/** The same for `aggregates`. */
export type ExactlyAggregated<Row, R, A> = [WrongAggregates<Row, R, A>] extends [never] ? unknown
  : ExactAggregates<Row, R, A>;

/** The members of `with` in which something is wrong. */
export type WrongWith<Row, R, W> = {
  [P in keyof W]: P extends keyof R
    ? R[P] extends () => { readonly kind: "belongsTo"; readonly column: infer C }
      ? C extends keyof Row ? WrongLoad<R[P], W[P]> : P
    : WrongLoad<R[P], W[P]>
    : P;
}[keyof W];

/**
 * The options of a relation in which something is wrong. Where a function stands among them TypeScript first tries all that there
 * can be, which has no end.
 */
export type WrongLoad<F, E> = E extends true ? never : Load<F> extends E ? never : {
  [O in keyof E]: O extends "with" ? WrongWith<RelatedRow<F>, RelatedRelations<F>, E[O]>
    : O extends "where" ? WrongWhere<RelatedRow<F>, E[O], RelatedRelations<F>>
    : O extends "select" ? never
    : O extends "aggregates" ? WrongAggregates<RelatedRow<F>, RelatedRelations<F>, E[O]>
    : O extends "orderBy" | "limit" | "offset" ? WrongOfOne<F, O>
    : O;
}[keyof E];

/** An option that makes sense for several rows only. */
export type WrongOfOne<F, O> = F extends () => { readonly many: true } ? never : O;

/** The members of a condition in which something is wrong. What functions made was checked where it was written. */
export type WrongWhere<Row, E, R> = E extends Condition | ((...given: never) => unknown) ? never : {
  [C in keyof E]: C extends keyof Row ? NonNullable<Row[C]> extends Scalar ? WrongOperators<E[C]> : never
    : C extends "$and" | "$or" ? E[C] extends readonly (infer I)[] ? WrongWhere<Row, I, R> : C
    : C extends "$not" ? WrongWhere<Row, E[C], R>
    : C extends keyof R ? WrongRelated<R[C], E[C]>
    : C extends `${string}.${string}` ? WrongOperators<E[C]>
    : C;
}[keyof E];

/** The members of a condition on a relation in which something is wrong. */
export type WrongRelated<F, E> = E extends null | RelatedCondition ? never
  : F extends () => { readonly many: true } ? {
      [O in keyof E]: O extends keyof RelatedOperators<F>
        ? WrongWhere<RelatedRow<F>, E[O], RelatedRelations<F>>
        : O;
    }[keyof E]
  : WrongWhere<RelatedRow<F>, E, RelatedRelations<F>>;

/** The members of a condition on a column that are no operators. */
export type WrongOperators<E> = E extends Scalar | null | Operation | TextOperation ? never
  : E extends { readonly $not: infer N }
    ? Exclude<keyof E, "$not" | keyof ScalarOperators<string> | "$has"> | WrongOperators<N>
  : Exclude<keyof E, keyof ScalarOperators<string> | "$has">;

/** The aggregates in which something is wrong; their names are none of a column or a relation. */
export type WrongAggregates<Row, R, A> = {
  [P in keyof A]: P extends keyof Row | keyof R ? P
    : A[P] extends { readonly of: infer Q extends keyof R } ? WrongAggregate<R[Q], A[P]>
    : P;
}[keyof A];

/** The members of one aggregate, which has one operation, in which something is wrong. */
export type WrongAggregate<F, E> = E extends Aggregate<RelatedRow<F>> ? {
    [O in keyof E]: O extends "of" | OneOperation<keyof E> ? never
      : O extends "where" ? WrongWhere<RelatedRow<F>, E[O], RelatedRelations<F>>
      : O;
  }[keyof E]
  : keyof E;

/** The one operation that an aggregate has. */
export type OneOperation<K> = "count" extends K ? "count"
  : "countDistinct" extends K ? "countDistinct"
  : "sum" extends K ? "sum"
  : "avg" extends K ? "avg"
  : "min" extends K ? "min"
  : "max";

/** What `with` can be, by what it was meant to be. */
export type ExactWith<Row, R, W> = {
  readonly [P in keyof W]: P extends keyof R
    ? R[P] extends () => { readonly kind: "belongsTo"; readonly column: infer C }
      ? C extends keyof Row ? ExactLoad<R[P], W[P]> : "belongsTo names a column that this table does not have"
    : ExactLoad<R[P], W[P]>
    : never;
};

/** The same for the options of one relation. */
export type ExactLoad<F, E> = E extends true ? true : {
  readonly [O in keyof E]: O extends "with" ? ExactWith<RelatedRow<F>, RelatedRelations<F>, E[O]>
    : O extends "where" ? ExactWhere<RelatedRow<F>, E[O], RelatedRelations<F>>
    : O extends "select" ? E[O]
    : O extends "aggregates" ? ExactAggregates<RelatedRow<F>, RelatedRelations<F>, E[O]>
    : O extends "orderBy" | "limit" | "offset" ? WrongOfOne<F, O> extends never ? E[O] : never
    : never;
};

/** The same for a condition. */
export type ExactWhere<Row, E, R> = E extends Condition | ((...given: never) => unknown) ? E : {
  readonly [C in keyof E]: C extends keyof Row
    ? NonNullable<Row[C]> extends Scalar ? ExactOperators<E[C]> : E[C]
    : C extends "$and" | "$or" ? { readonly [I in keyof E[C]]: ExactWhere<Row, E[C][I], R> }
    : C extends "$not" ? ExactWhere<Row, E[C], R>
    : C extends keyof R ? ExactRelated<R[C], E[C]>
    : C extends `${string}.${string}` ? ExactOperators<E[C]>
    : never;
};

/** The same for a condition on a relation. */
export type ExactRelated<F, E> = E extends null | RelatedCondition ? E
  : F extends () => { readonly many: true } ? {
      readonly [O in keyof E]: O extends keyof RelatedOperators<F>
        ? ExactWhere<RelatedRow<F>, E[O], RelatedRelations<F>>
        : never;
    }
  : ExactWhere<RelatedRow<F>, E, RelatedRelations<F>>;

/** The same for a condition on a column. */
export type ExactOperators<E> = E extends Scalar | null | Operation | TextOperation ? E : {
  readonly [O in keyof E]: O extends keyof ScalarOperators<string> | "$has" ? E[O]
    : O extends "$not" ? ExactOperators<E[O]>
    : never;
};

/** The same for aggregates. */
export type ExactAggregates<Row, R, A> = {
  readonly [P in keyof A]: P extends keyof Row | keyof R
    ? "the name of an aggregate is that of no column and no relation"
    : A[P] extends { readonly of: infer Q extends keyof R } ? ExactAggregate<R[Q], A[P]>
    : never;
};

/** The same for one aggregate. */
export type ExactAggregate<F, E> =
  & Aggregate<RelatedRow<F>>
  & {
    readonly [O in keyof E]: O extends "of" | OneOperation<keyof E> ? E[O]
      : O extends "where" ? ExactWhere<RelatedRow<F>, E[O], RelatedRelations<F>>
      : never;
  };
