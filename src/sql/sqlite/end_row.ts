import type { SqlQuery } from "../sql_engine.ts";

/** The name of the column that tells the end: no column of a table begins with `$`. */
const END = "$end";

/**
 * A search with one more row at its end, for an engine whose iterator stops at an error as if there were no more rows: Deno's.
 * When that row has not come, rows are missing.
 */
export function withEndRow({ sql, columns }: SqlQuery): string {
  // `LIMIT -1` keeps SQLite from merging the two selects, which would leave the order to it.
  return `SELECT *, 0 AS \`${END}\` FROM (SELECT * FROM (${sql}) LIMIT -1) UNION ALL SELECT ${
    "NULL, ".repeat(columns.length)
  }1`;
}

/**
 * The rows that came before the end row.
 *
 * @param rows Those of {@linkcode withEndRow}, as arrays or as objects. The arrays keep its column as their last.
 * @param missing Called when the end row does not come; throws what went wrong.
 */
export function* untilEndRow(
  { columns }: SqlQuery,
  rows: IterableIterator<unknown>,
  missing: () => never,
): IterableIterator<unknown> {
  for (const row of rows) {
    const end = Array.isArray(row) ? row[columns.length] : (row as Record<string, unknown>)[END];
    // Told as a bigint where integers are read as such.
    if (Number(end) === 1) return;
    yield row;
  }
  missing();
}
