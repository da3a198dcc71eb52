import type { ColumnDefinition } from "../contract/mod.ts";
import type { CheckedSchema, SchemaShape } from "../types/schema.ts";
import type { StandardSchema } from "./standard_schema.ts";

/** Carries a type and no value; made by {@linkcode type}. */
export interface TypeTag<T> {
  /** Never present at run time. */
  readonly "~type"?: T;
}

/**
 * Gives a column a TypeScript type that nothing checks at run time.
 *
 * @returns An empty object that carries the type.
 *
 * @example
 * ```ts
 * import { DataTypes, type } from "@rinari/orm";
 *
 * const profile = { type: DataTypes.JSON, as: type<{ city: string }>() };
 * ```
 */
export function type<T>(): TypeTag<T> {
  return {};
}

/** A column of a model: what a driver is told, and what only the model uses. */
export interface ModelColumn extends ColumnDefinition {
  /** The name of the column in the store, where it is another: any name but one that begins with `$`. */
  readonly column?: string;
  /** The column's TypeScript type, for JSON columns and branded scalars: `as: type<Profile>()`. */
  readonly as?: TypeTag<unknown>;
  /** The only values a TEXT, STRING, INTEGER, NUMBER or REAL column takes; they become its type. */
  readonly values?: readonly (string | number)[];
  /**
   * `"always"`: only the store ever gives it a value, and one that is given is refused. With `autoIncrement` that is the number of a
   * new row, of which otherwise one up to 2^52 is taken, so that no caller can use up the numbers; without, it is a column that the
   * store computes, in a table that others have made.
   */
  readonly generated?: "always";
  /**
   * The value, or a function that makes the value, that every change of a row gives this column when it does not itself: `now` keeps
   * the time of the last change. A new row has it too, unless there is a `default`.
   */
  readonly touch?: unknown;
  /**
   * Counts the changes of a row: 1 in a new one, and one more with every change, so that `patch` refuses to change a row that somebody
   * else has changed since it was read. Needs INTEGER and `notNull`.
   */
  readonly version?: boolean;
  /**
   * With `references`: `false` makes no index of the column. Otherwise a new table gets one, unless a key, a unique column or a declared
   * index leads with it, so that rows are found by what they refer to. Deno KV, memory and JSON files find them anyway.
   */
  readonly index?: boolean;
  /** A Standard Schema (Zod, Valibot, ArkType, …) that checks, and may change, every value written. */
  readonly validate?: StandardSchema;
}

/** The columns of a model, by name. */
export type ModelSchema = Readonly<Record<string, ModelColumn>>;

/**
 * Columns that are checked and inferred where they stand, as `define` does with its own, to be kept in a variable and shared.
 * Without it the type of `notNull: true` in a variable is only boolean, unless `as const` stands behind it.
 *
 * @returns The columns, as they are.
 *
 * @example
 * ```ts
 * import { columns, DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const base = columns({
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   createdAt: { type: DataTypes.DATETIME, notNull: true, default: () => new Date() },
 * });
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const Note = orm.define("app", "notes", { ...base, text: { type: DataTypes.TEXT, notNull: true } });
 * console.log(Note.create({ text: "buy milk" }).id); // 1
 * ```
 */
export function columns<const S extends SchemaShape>(schema: CheckedSchema<S>): S {
  return schema;
}
