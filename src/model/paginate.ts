import { chain, type Maybe } from "../chain/chain.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { readCursor, writeCursor } from "../query/cursor.ts";
import { checkCount, refuseSearch } from "../query/find_options.ts";
import { findAfter } from "../query/keyset.ts";
import { isColumnOrder } from "../query/order.ts";
import { takeSignal } from "../query/signal_option.ts";
import { readLoad } from "../relations/levels.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import type { Row } from "../store/any_driver.ts";
import type { Page } from "../types/page.ts";
import { loadRows } from "./finding.ts";
import { withOrderColumns } from "./order_columns.ts";

const DEFAULT_SIZE = 20;
const MAX_SIZE = 10_000;

/**
 * Reads one page: one row more than asked for tells whether another follows.
 *
 * @throws {ValidationError} On a size out of range or a cursor of another order.
 */
export function paginate(entry: TableEntry, given: unknown = {}): Maybe<Page<Row>> {
  const { table } = entry;
  const { signal, rest: options } = takeSignal(table, given);
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuseSearch(table, `the options are a plain object, not ${describeValue(options)}`);
  }
  const { size = DEFAULT_SIZE, after, ...rest } = ownMembers(options) as Record<string, unknown>;
  checkCount(table, "size", size);
  if (size < 1 || size > MAX_SIZE) return refuseSearch(table, `\`size\` is 1 to ${MAX_SIZE}, not ${size}`);
  for (const name of ["limit", "offset"]) {
    if (rest[name] !== undefined) {
      return refuseSearch(table, `a page takes \`size\` and \`after\`, not \`${name}\``);
    }
  }
  const limit = size + 1;
  const load = readLoad(entry, { ...rest, limit }, false);
  const { orderBy } = load.find.plan;
  if (load.order !== undefined || !isColumnOrder(orderBy)) {
    return refuseSearch(
      table,
      "a page goes on where the one before ended, which an order by related rows, by what is computed, or with nulls elsewhere than they are by " +
        "themselves, does not tell; order by columns, or use findAll with `limit` and `offset`",
    );
  }
  const { find, trim } = withOrderColumns(table, load, orderBy);
  const from = after === undefined || after === null
    ? find
    : findAfter(table, find, orderBy, readCursor(table, orderBy, after));
  const some = { find: from, levels: load.levels, trim: [] };
  return chain(loadRows(entry, some, size, signal), (rows): Page<Row> => {
    const more = rows.length > size;
    if (more) rows.length = size;
    const next = more ? writeCursor(table, orderBy, rows[size - 1] as Row) : null;
    return { rows: trim(rows), next };
  });
}
