import { chain, type Maybe, settle } from "../chain/chain.ts";
import { TransactionError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { ReadFind } from "../query/find_options.ts";
import { findAfter } from "../query/keyset.ts";
import { changePlan } from "../query/plans.ts";
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
  const origin = originOf(entry);
  const { plan, params } = find;
  const rows = entry.execute({ kind: "iterate", plan }, params) as Iterable<Row> | null;
  if (rows !== null) return yield* rowsOf(entry, rows, origin);
  const next = pages(entry, find);
  for (;;) {
    const origin = originOf(entry);
    const page = next(PAGE) as Row[];
    if (page.length === 0) return;
    yield* rowsOf(entry, page, origin);
  }
}

function* rowsOf(entry: TableEntry, rows: Iterable<Row>, origin: Origin | null): Generator<Row, undefined> {
  if (origin === null) return yield* rows as Iterable<Row> & Iterable<Row, undefined>;
  for (const row of rows) {
    yield row;
    checkOrigin(entry, origin);
  }
}

/** The transaction that rows were read in. */
interface Origin {
  /** It was rolled back, or one around it was. */
  undone: boolean;
}

/** Where rows that are read now come from; null outside of transactions. */
function originOf(entry: TableEntry): Origin | null {
  const scope = entry.connection.transactions.current;
  if (scope === null) return null;
  const origin: Origin = { undone: false };
  scope.forget.push(() => origin.undone = true);
  return origin;
}

/** Refuses to go on with rows that may never have been. */
function checkOrigin(entry: TableEntry, origin: Origin | null): void {
  if (origin?.undone !== true) return;
  throw new TransactionError(
    `Cannot go on reading \`${entry.table.name}\`: the transaction in which its rows were read was rolled back, so they may never ` +
      "have been; read them to the end inside of it, or begin again outside",
    { code: "TRANSACTION_ENDED", driver: entry.connection.driver.metadata.name, table: entry.table.name },
  );
}

function asyncRows(entry: TableEntry, find: ReadFind): AsyncIterableIterator<Row> {
  const nextPage = pages(entry, find);
  let size = PAGE;
  let page: Row[] = [];
  let origin: Origin | null = null;
  let at = 0;
  let ended = false;
  const end = (): void => {
    ended = true;
    page = [];
  };
  // Calls of `next` that are made without waiting are answered in order.
  let last: Promise<unknown> = Promise.resolve();
  const read = (): Maybe<IteratorResult<Row>> => {
    if (ended && at >= page.length) return { done: true, value: undefined };
    try {
      checkOrigin(entry, origin);
    } catch (error) {
      end();
      throw error;
    }
    if (at < page.length) return { done: false, value: page[at++] as Row };
    origin = originOf(entry);
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
      end();
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
  const { table } = entry;
  const { find, trim } = withOrderColumns(table, search);
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
    return chain(entry.execute(page, from.params), (rows) => {
      left -= rows.length;
      const end = rows.at(-1);
      from = end === undefined || rows.length < limit
        ? null
        : findAfter(table, rest, plan.orderBy.map(([name]) => end[name]));
      return trim(rows);
    });
  };
}
