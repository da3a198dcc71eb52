import type { DataType } from "../contract/mod.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import type { ColumnOutput, NotNullColumn, TypeMap } from "./row.ts";

/** How the columns of a statement's rows are read: a data type, which takes null, or a column as a schema has it. */
export type RawTypes = { readonly [column: string]: DataType | ModelColumn };

/** The type of a column that is read so. */
export type RawValue<C> = C extends DataType ? TypeMap[C] | null
  : C extends ModelColumn ? C extends NotNullColumn ? ColumnOutput<C> : ColumnOutput<C> | null
  : never;

/** A row whose columns are read so. Others that the statement gives are there too, and of no known type. */
export type RawRow<T> = { -readonly [K in keyof T]: RawValue<T[K]> };
