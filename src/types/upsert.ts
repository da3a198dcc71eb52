import type { Expr, Exprs } from "./expression.ts";
import type { Where } from "./where.ts";

/** What a row that is there gets: values, and functions of it and of the row that is given. */
export type UpsertValues<Insert, Row> = {
  readonly [K in keyof Insert]?:
    | Insert[K]
    | undefined
    | ((old: Exprs<Row>, given: Exprs<Row>) => Expr<K extends keyof Row ? Row[K] : never>);
};

/** How `upsert` meets a row that is there. */
export interface UpsertChoices<Insert, Row> {
  /** A primary key, unique columns, or the name of a unique index. */
  readonly conflict?: string | readonly (keyof Row & string)[];
  /** What the row that is there gets: columns of the data, or values. Default: all that is given. */
  readonly update?: readonly (keyof Insert & string)[] | UpsertValues<Insert, Row>;
  /** Only a row that satisfies this is changed. */
  readonly where?:
    | Where<Row>
    | ((old: Exprs<Row>, given: Exprs<Row>) => Expr<boolean | null> | readonly Expr<boolean | null>[]);
}
