import type { Direction } from "../contract/mod.ts";
import type { RowOptions } from "./find.ts";
import type { Empty } from "./relation.ts";
import type { WhereInput } from "./where.ts";

/** The options of `paginate`. The order is one of columns, so that a page can go on where the one before ended. */
export interface PageOptions<Row, K extends keyof Row = keyof Row, R = Empty, W = never, A = Empty>
  extends RowOptions<Row, K, R, W, A> {
  /** The rows to find; all when absent. */
  readonly where?: WhereInput<Row, R> | undefined;
  /** The order: NULL first ascending, text by code point; ties by the primary key, in the direction of the last term. */
  readonly orderBy?: readonly (readonly [column: keyof Row & string, direction: Direction])[] | undefined;
  /** The most rows on a page: 1 to 10,000. Default 20. */
  readonly size?: number | undefined;
  /** `next` of the page before; absent for the first page. */
  readonly after?: string | null | undefined;
}

/** A page of rows. */
export interface Page<T> {
  /** The rows. */
  readonly rows: T[];
  /**
   * What to give as `after` for the page that follows; null on the last. It is no secret: it holds the last row's values of the
   * columns of `orderBy` and its key, whatever `select` says.
   */
  readonly next: string | null;
}
