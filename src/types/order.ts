import type { Direction } from "../contract/mod.ts";
import type { Expr, Exprs } from "./expression.ts";
import type { Scalar } from "./where.ts";

/** A direction. Null is the least value, first ascending and last descending, unless it is said to be elsewhere. */
export type OrderDirection =
  | Direction
  | "ASC NULLS FIRST"
  | "ASC NULLS LAST"
  | "DESC NULLS FIRST"
  | "DESC NULLS LAST";

/** What rows are ordered by: columns, what else has one of the `Names`, and functions of the row that compute a value with an order. */
export type OrderBy<Row, Names extends string = never> = readonly (readonly [
  by: (keyof Row & string) | Names | ((row: Exprs<Row>) => Expr<Scalar | null>),
  direction: OrderDirection,
])[];
