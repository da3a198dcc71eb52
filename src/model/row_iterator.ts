import { chain, type Maybe, settle } from "../chain/chain.ts";
import { checkOrigin, type Origin, originOf } from "../orm/row_origin.ts";
import { rowsInOrder } from "../orm/rows_in_order.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { ReadFind } from "../query/find_options.ts";
import { findAfter } from "../query/keyset.ts";
import { isColumnOrder } from "../query/order.ts";
import { changePlan } from "../query/plans.ts";
import { takeSignal } from "../query/signal_option.ts";
import { type ReadLoad, readSearch } from "../relations/levels.ts";
import type { AnyIterator, Row } from "../store/any_driver.ts";
import { checkReading } from "../transaction/abort.ts";
import { loadRows } from "./finding.ts";
import { withOrderColumns } from "./order_columns.ts";

/** Rows read at once when the driver does not stream. */
const PAGE = 500;

/**
 * The rows of a search one by one. A sync driver that streams is asked to; otherwise pages are read, each where the one
 * before ended, so that nothing is held open between two rows and other flows have their turns.
 */
export function rowIterator(entry: TableEntry, options: unknown): AnyIterator {
  const { signal, rest } = takeSignal(entry.table, options);
  const load = readSearch(entry, rest, false);
  return entry.connection.mode === "sync" ? syncRows(entry, load, signal) : asyncRows(entry, load, signal);
}

function* syncRows(
  entry: TableEntry,
  load: ReadLoad,
  signal: AbortSignal | undefined,
): Generator<Row, undefined> {
  const origin = originOf(entry.connection);
  const { plan, params } = load.find;
  const rows = load.levels.length > 0 || load.order !== undefined || !isColumnOrder(plan.orderBy)
    ? null
    : entry.execute({ kind: "iterate", plan }, params, signal) as Iterable<Row> | null;
  if (rows !== null) return yield* rowsOf(entry, rows, origin, signal);
  const next = pages(entry, load, signal);
  for (;;) {
    const origin = originOf(entry.connection);
    const page = next(PAGE) as Row[];
    if (page.length === 0) return;
    yield* rowsOf(entry, page, origin, signal);
  }
}

function* rowsOf(
  entry: TableEntry,
  rows: Iterable<Row>,
  origin: Origin | null,
  signal: AbortSignal | undefined,
): Generator<Row, undefined> {
  if (origin === null && signal === undefined) {
    return yield* rows as Iterable<Row> & Iterable<Row, undefined>;
  }
  for (const row of rows) {
    yield row;
    checkGoesOn(entry, origin, signal);
  }
}

/** Refuses to go on when that is not wanted any more, and with rows that may never have been. */
function checkGoesOn(entry: TableEntry, origin: Origin | null, signal: AbortSignal | undefined): void {
  checkReading(signal, entry.table.name);
  checkOrigin(entry.connection, origin, `\`${entry.table.name}\``, entry.table.name);
}

function asyncRows(
  entry: TableEntry,
  load: ReadLoad,
  signal: AbortSignal | undefined,
): AsyncIterableIterator<Row> {
  const nextPage = pages(entry, load, signal);
  let size = PAGE;
  let page: Row[] = [];
  let origin: Origin | null = null;
  let at = 0;
  let ended = false;
  const end = (): void => {
    ended = true;
    page = [];
  };
  const read = (): Maybe<IteratorResult<Row>> => {
    if (ended && at >= page.length) return { done: true, value: undefined };
    try {
      checkGoesOn(entry, origin, signal);
    } catch (error) {
      end();
      throw error;
    }
    if (at < page.length) return { done: false, value: page[at++] as Row };
    origin = originOf(entry.connection);
    const began = (rows: Row[]): Maybe<IteratorResult<Row>> => {
      page = rows;
      at = 0;
      if (rows.length === 0) ended = true;
      return read();
    };
    return settle(() => nextPage(size), began, (error) => {
      if ((error as { code?: unknown } | null)?.code !== "RESPONSE_TOO_LARGE" || size === 1) throw error;
      size = Math.ceil(size / 2);
      return read();
    });
  };
  return rowsInOrder(read, end);
}

/**
 * Gives page after page, each of at most the rows asked for, and an empty one at the end. What cannot be read in pages is one
 * page.
 */
function pages(
  entry: TableEntry,
  load: ReadLoad,
  signal: AbortSignal | undefined,
): (size: number) => Maybe<Row[]> {
  const { table } = entry;
  const { orderBy } = load.find.plan;
  if (load.order !== undefined || !isColumnOrder(orderBy)) return onePage(entry, load, signal);
  const { find, trim } = withOrderColumns(table, load, orderBy);
  const { plan, params } = find;
  // The offset is skipped once; its value keeps its slot.
  const rest: ReadFind = { plan: changePlan(table, plan, { offset: undefined }), params };
  let left = plan.limit ?? Infinity;
  let from: ReadFind | null = find;
  return (size) => {
    let limit = Math.min(size, left);
    if (from === null || limit === 0) return [];
    let page = changePlan(table, from.plan, { limit });
    if (!entry.readsNoMore(page, from.params)) {
      limit = left;
      page = changePlan(table, from.plan, { limit: plan.limit === undefined ? undefined : left });
    }
    const some: ReadLoad = { find: { plan: page, params: from.params }, levels: load.levels, trim: [] };
    return chain(loadRows(entry, some, Infinity, signal), (rows) => {
      left -= rows.length;
      const end = rows.at(-1);
      from = end === undefined || rows.length < limit
        ? null
        : findAfter(table, rest, orderBy, orderBy.map(([name]) => end[name]));
      return trim(rows);
    });
  };
}

/** All rows at once, and then none: an order by what is computed tells no place to go on from. */
function onePage(entry: TableEntry, load: ReadLoad, signal: AbortSignal | undefined): () => Maybe<Row[]> {
  let read = false;
  return () => {
    if (read) return [];
    return chain(loadRows(entry, load, Infinity, signal), (rows) => {
      read = true;
      return rows;
    });
  };
}
