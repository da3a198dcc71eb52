import type { ColumnReference, DataType, StoredForm } from "../contract/mod.ts";
import type { ModelColumn, ModelSchema } from "../schema/model_schema.ts";
import type { Mistakes } from "./mistakes.ts";
import type { Given, InputMap } from "./row.ts";

/**
 * What a schema is inferred from: columns with any members. {@linkcode CheckedSchema} says what these may be, so that one mistake is
 * one error and every other column keeps its type.
 */
export type SchemaShape = {
  readonly [column: string]: ModelColumn | { readonly [member: string]: unknown };
};

/** A schema, when it is right. What is wrong with one that is not says what is wanted, at its place. */
export type CheckedSchema<S extends SchemaShape> =
  & S
  & (string extends keyof S ? ModelSchema
    : [S] extends [{ readonly [K in keyof S]: SoundColumn<S[K]> }] ? unknown
    : Mistakes<S>);

/** What a column has to fit: most need no look at how their members go together. */
export type SoundColumn<C> = keyof C extends keyof ModelColumn
  ? C extends PlainColumn ? unknown : SpecialColumn<C>
  : never;

/** A column whose members are right whatever the others are. */
export interface PlainColumn
  extends Omit<ModelColumn, "default" | "references" | "values" | "stored" | "touch"> {
  /** True: a boolean that is not known says nothing about the row. */
  readonly notNull?: true;
  /** True: a boolean that is not known says nothing about the row. */
  readonly primaryKey?: true;
  /** True: a boolean that is not known says nothing about the row. */
  readonly autoIncrement?: true;
  /** True: a boolean that is not known says nothing about the row. */
  readonly bigint?: true;
  /** True: a boolean that is not known says nothing about the row. */
  readonly version?: true;
  /** Depends on the type. */
  readonly default?: undefined;
  /** Depends on the type. */
  readonly touch?: undefined;
  /** May have members that no reference has. */
  readonly references?: undefined;
  /** May be widened. */
  readonly values?: undefined;
  /** Depends on the type. */
  readonly stored?: undefined;
}

/** A column whose members depend on one another. */
export interface SpecialColumn<C>
  extends Omit<ModelColumn, "default" | "references" | "stored" | "values" | "touch"> {
  /** Known here. */
  readonly notNull?: KnownFlag<C, "notNull">;
  /** Known here. */
  readonly primaryKey?: KnownFlag<C, "primaryKey">;
  /** Known here. */
  readonly autoIncrement?: KnownFlag<C, "autoIncrement">;
  /** Known here. */
  readonly bigint?: KnownFlag<C, "bigint">;
  /** Known here. */
  readonly version?: KnownFlag<C, "version">;
  /** A value that the column takes, a function that makes one, or that of the store. */
  readonly default?: DefaultOf<C> | "store";
  /** A value that the column takes, or a function that makes one. */
  readonly touch?: DefaultOf<C>;
  /** Without members that no reference has. */
  readonly references?: C extends { readonly references: infer R }
    ? keyof R extends keyof ColumnReference ? ColumnReference : never
    : never;
  /** A form of the column's type. */
  readonly stored?: StoredOf<C>;
  /** Known here, or of a type that says that they are not. */
  readonly values?: C extends { readonly values: infer V } ? KnownValues<V> : never;
}

/** What the default of a column can be. A literal is readonly where the schema stands, and what a function makes is widened. */
export type DefaultOf<C> = C extends { readonly type: "JSON" | "OBJECT" | "ARRAY" }
  ? DeepReadonly<Given<C>> | (() => unknown)
  : Given<C> | (() => MadeBy<C>);

/** The forms in which a column can be stored. */
export type StoredOf<C> = C extends { readonly type: "DATE" | "DATETIME" } ? Exclude<StoredForm, "letters">
  : C extends { readonly type: "BOOLEAN" } ? "letters"
  : never;

/** What the function that makes a default returns. */
export type MadeBy<C> = C extends { readonly validate: object } ? unknown
  : C extends { readonly bigint: true } ? number | bigint
  : C extends { readonly type: infer T extends DataType } ? InputMap[T] | null
  : unknown;

/** The same type, readonly at every level. */
export type DeepReadonly<T> = T extends readonly (infer E)[] ? ReadonlyList<E>
  : T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
  : T;

/** A list, readonly at every level; looked into only when it is compared, since JSON can be in itself. */
export interface ReadonlyList<E> extends ReadonlyArray<DeepReadonly<E>> {}

/** A flag that is known to be true, or to be false. */
export type KnownFlag<C, M extends string> = C extends { readonly [K in M]: infer B }
  ? boolean extends B ? never : boolean
  : never;

/** The values of a column. A list in a variable loses them unless its type says that they are not known: `readonly string[]`. */
export type KnownValues<V> = V extends unknown[]
  ? string extends V[number] ? never : number extends V[number] ? never : ModelColumn["values"]
  : ModelColumn["values"];
