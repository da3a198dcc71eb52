import type { ColumnReference } from "../contract/mod.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import type { DefaultOf, KnownValues, StoredOf } from "./schema.ts";

/** The columns of a schema that is wrong: what is wrong with each says what is wanted. */
export type Mistakes<S> = WidenedKeys<S> extends infer K
  ? [K] extends [never]
    ? { readonly [C in keyof S]: { readonly [M in keyof S[C] | "type"]: MistakeIn<S[C], M> } }
  : Widened<K>
  : never;

/** Stands in the place of a schema whose columns were widened in a variable: `notNull: true` became a boolean. */
export interface Widened<Columns> {
  /** Never present at run time. */
  readonly "write columns({ … }) around the columns, or `as const` behind them": Columns;
}

/** The columns whose flags or values were lost in a variable. */
export type WidenedKeys<S> = {
  [K in keyof S]: {
    [M in keyof S[K]]: M extends Flag ? boolean extends S[K][M] ? K : never
      : M extends "values" ? [KnownValues<S[K][M]>] extends [never] ? K : never
      : never;
  }[keyof S[K]];
}[keyof S];

/** The members that decide about the type of a row. */
export type Flag = "notNull" | "primaryKey" | "autoIncrement" | "bigint" | "version";

/** What is wanted of a member of a column. */
export type MistakeIn<C, M> = M extends keyof ModelColumn
  ? M extends "default" | "touch" ? Wanted<C, M, DefaultOf<C>>
  : M extends "stored"
    ? [StoredOf<C>] extends [never] ? Mistake<"stored needs DATE or DATETIME"> : Wanted<C, M, StoredOf<C>>
  : M extends "references" ? M extends keyof C ? MistakenReference<C[M]> : unknown
  : Wanted<C, M, Required<ModelColumn>[M]>
  : Misspelt<M, ColumnNames, "a column">;

/** Nothing more when a member is right. */
export type Wanted<C, M, T> = M extends keyof C ? C[M] extends T ? unknown : Mistake<T> : T;

/** What is wanted of a reference. */
export type MistakenReference<R> = R extends { readonly table: unknown; readonly column: unknown } ? {
    readonly [M in keyof R]: M extends keyof ColumnReference ? Wanted<R, M, Required<ColumnReference>[M]>
      : Misspelt<M, ReferenceNames, "a reference">;
  }
  : Mistake<"a reference has a table and a column">;

/** Says that there is no such member, and which one is meant. */
export type Misspelt<M, Names, What extends string> = M extends string
  ? Lowercase<M> extends keyof Names ? Mistake<`it is spelt ${Names[Lowercase<M>] & string}`>
  : Mistake<`${What} has no ${M}`>
  : Mistake<`${What} has no such member`>;

/** The members of a column by their names in small letters. */
export type ColumnNames = { [M in keyof Required<ModelColumn> as Lowercase<M>]: M };

/** The members of a reference by their names in small letters. */
export type ReferenceNames = { [M in keyof Required<ColumnReference> as Lowercase<M>]: M };

/** Stands in the place of a mistake, and says what is wanted there. */
export interface Mistake<Wanted> {
  /** Never present at run time. */
  readonly "~wanted": Wanted;
}
