import { chain, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { readCursor, writeCursor } from "../query/cursor.ts";
import { checkCount, readFind } from "../query/find_options.ts";
import { findAfter } from "../query/keyset.ts";
import type { Row } from "../store/any_driver.ts";
import type { Page } from "../types/page.ts";
import { withOrderColumns } from "./order_columns.ts";

const DEFAULT_SIZE = 20;
const MAX_SIZE = 10_000;

/**
 * Reads one page: one row more than asked for tells whether another follows.
 *
 * @throws {ValidationError} On a size out of range or a cursor of another order.
 */
export function paginate(entry: TableEntry, options: unknown, strict: boolean): Maybe<Page<Row>> {
  const { size = DEFAULT_SIZE, after, ...rest } = (options ?? {}) as Record<string, unknown>;
  const { table } = entry;
  checkCount(table, "size", size);
  if (size < 1 || size > MAX_SIZE) {
    throw new ValidationError(`Cannot search \`${table.name}\`: \`size\` is 1 to ${MAX_SIZE}, not ${size}`, {
      code: "INVALID_OPTIONS",
      table: table.name,
    });
  }
  for (const name of ["limit", "offset"]) {
    if (rest[name] !== undefined) {
      throw new ValidationError(
        `Cannot search \`${table.name}\`: a page takes \`size\` and \`after\`, not \`${name}\``,
        {
          code: "INVALID_OPTIONS",
          table: table.name,
        },
      );
    }
  }
  const limit = size + 1;
  const { find, trim } = withOrderColumns(readFind(table, { ...rest, limit }, strict));
  const from = after === undefined || after === null
    ? find
    : findAfter(table, find, readCursor(table, find.orderBy, after));
  return entry.run(false, () =>
    chain(entry.store.select(from), (rows): Page<Row> => {
      const more = rows.length > size;
      if (more) rows.length = size;
      const next = more ? writeCursor(table, find.orderBy, rows[size - 1] as Row) : null;
      return { rows: trim(rows), next };
    }));
}
