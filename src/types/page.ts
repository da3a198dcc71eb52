import type { FindOptions } from "./where.ts";

/** The options of `paginate`. */
export interface PageOptions<Row, K extends keyof Row = keyof Row>
  extends Omit<FindOptions<Row, K>, "limit" | "offset"> {
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
