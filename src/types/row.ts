import type { JSONValue } from "../contract/mod.ts";
import type { ModelColumn, ModelSchema, TypeTag } from "../schema/model_schema.ts";

/** The JavaScript type of each data type. */
interface TypeMap {
  TEXT: string;
  STRING: string;
  INTEGER: number;
  NUMBER: number;
  REAL: number;
  BOOLEAN: boolean;
  DATE: Date;
  DATETIME: Date;
  JSON: JSONValue;
  OBJECT: { readonly [key: string]: JSONValue };
  ARRAY: readonly JSONValue[];
  BLOB: Uint8Array;
}

type StandardTypes<C> = C extends { readonly validate: { readonly "~standard": { readonly types?: infer T } } }
  ? NonNullable<T>
  : never;

type Plain<C extends ModelColumn> = C extends { readonly as: TypeTag<infer T> } ? T
  : C extends { readonly values: readonly (infer V)[] } ? V
  : C extends { readonly bigint: true } ? bigint
  : TypeMap[C["type"]];

/** The type of a column's value in a row, null aside. */
export type ColumnOutput<C extends ModelColumn> = C extends { readonly validate: object }
  ? StandardTypes<C> extends { readonly output: infer T } ? NonNullable<T> : Plain<C>
  : Plain<C>;

/** The types a column's value can be given in, null aside. */
export type ColumnInput<C extends ModelColumn> = C extends { readonly validate: object }
  ? StandardTypes<C> extends { readonly input: infer T } ? NonNullable<T> : Accepted<Plain<C>>
  : Accepted<Plain<C>>;

/** Dates are accepted as text or epoch milliseconds too, 64-bit integers as safe integers. */
export type Accepted<V> = V extends Date ? Date | string | number : V extends bigint ? bigint | number : V;

type NotNull<C> = C extends { readonly notNull: true } | { readonly primaryKey: true } ? true : false;

/** A row as it is read. */
export type RowOf<S extends ModelSchema> = {
  -readonly [K in keyof S]: NotNull<S[K]> extends true ? ColumnOutput<S[K]> : ColumnOutput<S[K]> | null;
};

type OptionalKeys<S extends ModelSchema> = {
  [K in keyof S]: S[K] extends { readonly autoIncrement: true } ? K
    : S[K] extends { readonly default: unknown } ? K
    : NotNull<S[K]> extends true ? never
    : K;
}[keyof S];

type Given<C extends ModelColumn> = NotNull<C> extends true ? ColumnInput<C> : ColumnInput<C> | null;

/** A row as it is given to `create`. */
export type InsertOf<S extends ModelSchema> = Simplify<
  & { [K in Exclude<keyof S, OptionalKeys<S>>]: Given<S[K]> }
  & { [K in OptionalKeys<S>]?: Given<S[K]> | undefined }
>;

type KeyColumns<S extends ModelSchema> = {
  [K in keyof S]: S[K] extends { readonly primaryKey: true } ? K : never;
}[keyof S];

type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** The primary key: its value, or an object of its columns when there are several. */
export type KeyOf<S extends ModelSchema> = IsUnion<KeyColumns<S>> extends true
  ? Simplify<{ [K in KeyColumns<S>]: ColumnInput<S[K]> }>
  : ColumnInput<S[KeyColumns<S>]>;

/** The same type, written out. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {};
