import { chain, type Maybe, settle } from "../chain/chain.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { ReadFind } from "../query/find_options.ts";
import { findAfter } from "../query/keyset.ts";
import type { AnyIterator, Row } from "../store/any_driver.ts";
import { withOrderColumns } from "./order_columns.ts";

/** Rows read at once when the driver does not stream. */
const PAGE = 500;

/**
 * The rows of a search one by one. A sync driver that streams is asked to; otherwise pages are read, each where the one
 * before ended, so that nothing is held open between two rows and other flows have their turns.
 */
export function rowIterator(entry: TableEntry, find: ReadFind): AnyIterator {
  return entry.connection.mode === "sync" ? syncRows(entry, find) : asyncRows(entry, find);
}

function* syncRows(entry: TableEntry, find: ReadFind): Generator<Row, undefined> {
  const rows = entry.run(false, () => entry.store.iterate(find) as Iterable<Row> | null) as
    | Iterable<Row>
    | null;
  if (rows !== null) {
    yield* rows;
    return;
  }
  const next = pages(entry, find);
  for (let page = next(PAGE) as Row[]; page.length > 0; page = next(PAGE) as Row[]) yield* page;
}

function asyncRows(entry: TableEntry, find: ReadFind): AsyncIterableIterator<Row> {
  const nextPage = pages(entry, find);
  let size = PAGE;
  let page: Row[] = [];
  let at = 0;
  let ended = false;
  // Calls of `next` that are made without waiting are answered in order.
  let last: Promise<unknown> = Promise.resolve();
  const read = (): Maybe<IteratorResult<Row>> => {
    if (at < page.length) return { done: false, value: page[at++] as Row };
    if (ended) return { done: true, value: undefined };
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
  return {
    next() {
      const result = last.then(read);
      last = result.catch(() => undefined);
      return result;
    },
    return() {
      ended = true;
      page = [];
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/**
 * Gives page after page, each of at most the rows asked for, and an empty one at the end. What cannot be read in pages is one
 * page.
 */
function pages(entry: TableEntry, search: ReadFind): (size: number) => Maybe<Row[]> {
  const { find, trim } = withOrderColumns(search);
  let left = find.limit ?? Infinity;
  let from: ReadFind | null = find;
  return (size) => {
    let limit = Math.min(size, left);
    if (from === null || limit === 0) return [];
    const { shape } = from;
    let page: ReadFind = { ...from, limit, shape: `${shape}P${limit}` };
    if (!entry.store.canLimit(page)) {
      limit = left;
      page = { ...from, limit: find.limit === undefined ? undefined : left, shape: `${shape}P${left}` };
    }
    return chain(entry.run(false, () => entry.store.select(page)), (rows) => {
      left -= rows.length;
      const end = rows.at(-1);
      from = end === undefined || rows.length < limit ? null : findAfter(
        entry.table,
        { ...find, offset: undefined, shape: `${find.shape}p` },
        find.orderBy.map(([name]) => end[name]),
      );
      return trim(rows);
    });
  };
}
