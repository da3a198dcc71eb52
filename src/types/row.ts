import type { DataType, JSONValue } from "../contract/mod.ts";
import type { Now } from "../schema/clock.ts";
import type { TypeTag } from "../schema/model_schema.ts";

/** The JavaScript type of each data type's values. */
export interface TypeMap {
  /** The values of TEXT. */
  TEXT: string;
  /** The values of STRING. */
  STRING: string;
  /** The values of INTEGER. */
  INTEGER: number;
  /** The values of NUMBER. */
  NUMBER: number;
  /** The values of REAL. */
  REAL: number;
  /** The values of BOOLEAN. */
  BOOLEAN: boolean;
  /** The values of DATE. */
  DATE: Date;
  /** The values of DATETIME. */
  DATETIME: Date;
  /** The values of JSON. */
  JSON: JSONValue;
  /** The values of OBJECT. */
  OBJECT: { readonly [key: string]: JSONValue };
  /** The values of ARRAY. */
  ARRAY: readonly JSONValue[];
  /** The values of BLOB. */
  BLOB: Uint8Array;
}

/**
 * The types the values of each data type can be given in. JSON takes any object, since an interface is not known to hold JSON alone;
 * what is no JSON is refused when it is written.
 */
export type InputMap = {
  readonly [T in DataType]: T extends "DATE" ? Date | string
    : T extends "JSON" ? JSONValue | object
    : T extends "OBJECT" ? object
    : T extends "ARRAY" ? readonly unknown[]
    : Accepted<TypeMap[T]>;
};

/** A column whose data type says the type of its values. */
export type SimpleColumn = {
  readonly type: DataType;
  readonly as?: undefined;
  readonly values?: undefined;
  readonly bigint?: false;
  readonly validate?: undefined;
};

/** The input and output types of a column's Standard Schema. */
export type StandardTypes<C> = C extends
  { readonly validate: { readonly "~standard": { readonly types?: infer T } } } ? NonNullable<T>
  : never;

/** The type of a column's values, a Standard Schema aside. */
export type Plain<C> = C extends { readonly as: TypeTag<infer T> } ? T
  : C extends { readonly values: readonly (infer V)[] } ? V
  : C extends { readonly bigint: true } ? bigint
  : C extends { readonly type: infer T extends DataType } ? TypeMap[T]
  : unknown;

/** The type of a column's value in a row, null aside. */
export type ColumnOutput<C> = C extends SimpleColumn ? TypeMap[C["type"]]
  : C extends { readonly validate: object }
    ? StandardTypes<C> extends { readonly output: infer T } ? NonNullable<T> : Plain<C>
  : Plain<C>;

/** The types a column's value can be given in, null aside. */
export type ColumnInput<C> = C extends SimpleColumn ? InputMap[C["type"]]
  : C extends { readonly validate: object }
    ? StandardTypes<C> extends { readonly input: infer T } ? NonNullable<T> : PlainInput<C>
  : PlainInput<C>;

/** The types a column's value can be given in, a Standard Schema aside. */
export type PlainInput<C> = C extends { readonly type: "DATE" } ? Exclude<Accepted<Plain<C>>, number>
  : Accepted<Plain<C>>;

/** Dates are accepted as text, epoch milliseconds or `now` too, 64-bit integers as safe integers. */
export type Accepted<V> = V extends Date ? Date | string | number | Now
  : V extends bigint ? bigint | number
  : V;

/** A column that refuses null. */
export type NotNullColumn = { readonly notNull: true } | { readonly primaryKey: true };

/** A column that `create` needs: it refuses null, and nothing else gives it a value. */
export type RequiredColumn = NotNullColumn & {
  readonly autoIncrement?: false;
  readonly generated?: undefined;
  readonly default?: undefined;
  readonly touch?: undefined;
  readonly version?: false;
};

/** A row as it is read. Joined with `unknown` an alias is written out: an editor shows the columns. */
export type RowOf<S> =
  & { -readonly [K in keyof S]: S[K] extends NotNullColumn ? ColumnOutput<S[K]> : ColumnOutput<S[K]> | null }
  & unknown;

/** The columns of a row that were selected. */
export type Selected<Row, K extends keyof Row> = [K] extends [never] ? Row : Simplify<Pick<Row, NoInfer<K>>>;

/** The columns `create` needs. */
export type RequiredKeys<S> = { [K in keyof S]: S[K] extends RequiredColumn ? K : never }[keyof S];

/** The columns `create` may leave out: numbered, with a default, or taking null. What the store alone gives it does not take. */
export type OptionalKeys<S> = {
  [K in keyof S]: S[K] extends RequiredColumn | { readonly generated: "always" } ? never : K;
}[keyof S];

/** The type of a column's value, null included, as `create` takes it. */
export type Given<C> = C extends NotNullColumn ? ColumnInput<C> : ColumnInput<C> | null;

/** A row as it is given to `create`. */
export type InsertOf<S> = Simplify<
  & { -readonly [K in keyof Pick<S, RequiredKeys<S>>]: Given<S[K]> }
  & { -readonly [K in keyof Pick<S, OptionalKeys<S>>]?: Given<S[K]> | undefined }
>;

/** The columns of the primary key. */
export type KeyColumns<S> = {
  [K in keyof S]: S[K] extends { readonly primaryKey: true } ? K : never;
}[keyof S];

/** Whether a type is a union of several. */
export type IsUnion<T, U = T> = T extends unknown ? ([U] extends [T] ? false : true) : never;

/** The primary key: its value, or an object of its columns when there are several. */
export type KeyOf<S> = IsUnion<KeyColumns<S>> extends true
  ? Simplify<{ [K in KeyColumns<S>]: ColumnInput<S[K]> }>
  : ColumnInput<S[KeyColumns<S>]>;

/** The types of values that can be keys. */
export type KeyValue = string | number | bigint | boolean | Date | Uint8Array;

/** The same type, written out. */
export type Simplify<T> = T extends unknown ? { [K in keyof T]: T[K] } : never;
