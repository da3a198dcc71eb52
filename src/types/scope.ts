import type { Simplify } from "./row.ts";
import type { UpdateOf } from "./where.ts";

/** The options of `scope`. */
export interface ScopeOptions<Insert, Row> {
  /** The change that stands for removing a row. */
  readonly deleteAs?: { readonly [K in keyof Insert]?: UpdateOf<Insert, Row>[K] | (() => Date) };
}

/** The columns that a condition gives one value. */
export type FixedColumns<W> = {
  [K in keyof W]: [W[K]] extends [string | number | bigint | boolean | Date | null] ? K : never;
}[keyof W];

/** What `create` of a scope takes: what the condition fixes may be left out. */
export type ScopedInsert<Insert, W> = Simplify<
  & Omit<Insert, FixedColumns<W>>
  & Partial<Pick<Insert, FixedColumns<W> & keyof Insert>>
>;
