import type { HasMany, HasManyThrough, HasOne, Relatable } from "./relation.ts";
import type { KeyValue } from "./row.ts";

/** The relations whose rows refer to this one, or are joined to it by a table between. */
export type NestedNames<R> =
  & { [P in keyof R]: R[P] extends () => { readonly kind: "belongsTo" } ? never : P }[keyof R]
  & string;

/** The new rows that `create` takes for a relation: without the column by which they refer to the new row. */
export type NestedData<F> = F extends () => infer X
  ? X extends HasMany<infer M extends Relatable, infer C> ? readonly WithoutColumn<M["$insert"], C>[]
  : X extends HasOne<infer M extends Relatable, infer C> ? WithoutColumn<M["$insert"], C> | null
  : X extends HasManyThrough<infer M extends Relatable, infer _J, infer _F, infer _T>
    ? readonly M["$insert"][]
  : never
  : never;

/** What is stored, without a column. */
export type WithoutColumn<I, C> = { [K in keyof I as K extends C ? never : K]: I[K] };

/** What `create` gives for a relation. */
export type Nested<F> = F extends
  () => { readonly many: infer Y; readonly model: { readonly $row: infer Row } }
  ? Y extends true ? Row[] : Row | null
  : never;

/** The key of a related row: a value, or an object of columns. */
export type KeyOfRelated<F> = F extends () => { readonly model: { readonly $row: infer Row } }
  ? Extract<Row[keyof Row], KeyValue> | Partial<Row>
  : never;

/** What new rows of a table between have besides; it is required where these rows need it. */
export type PayloadOf<F> = F extends
  () => HasManyThrough<infer _M, infer J extends Relatable, infer A, infer B>
  ? Record<never, never> extends WithoutColumn<J["$insert"], A | B>
    ? [payload?: WithoutColumn<J["$insert"], A | B>]
  : [payload: WithoutColumn<J["$insert"], A | B>]
  : [];
