import {
  compilePredicate,
  type Row,
  rowComparator,
  type RowTest,
  type Search,
} from "../../src/reference/mod.ts";
import { decodeEntryKey, isLivingEntry } from "./entry_codec.ts";
import { below, idOf, type Place, rangeBelow } from "./key.ts";
import type { Path, Plan } from "./path.ts";
import { planSearch } from "./planner.ts";
import { openListed, readRow, readRows, type StoredRow } from "./rows.ts";
import { findLookup, lookupPlace } from "./lookup.ts";
import { scan, scanLists, scanOpposite } from "./scan.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";
import type { Found, Work } from "./work.ts";

/** How many rows are read at once when it is not known how many are needed. */
const BATCH = 200;
/** How many lists of entries are read beside each other. */
const LISTS = 16;

type Ranges = Extract<Path, { kind: "ranges" }>;

/** The rows that match, in order. */
export async function findRows(work: Work, table: StoredTable, search: Search): Promise<StoredRow[]> {
  const key = onlyKey(table, search);
  if (key !== null) {
    const row = await readRow(work, table, key);
    return row === null ? [] : [row];
  }
  const plan = planSearch(table, search);
  const test = compilePredicate(table.table, search.where, search.params);
  const { offset = 0, limit } = search;
  const { path } = plan;
  if (path.kind === "ranges" && path.order !== null && limit !== undefined) {
    return await findOrdered(work, table, plan, path, test, offset, limit);
  }
  const rows = await findUnordered(work, table, plan, test);
  if (rows.length > 1) {
    const compare = rowComparator(table.table, plan.order, search.params, rows.map(({ row }) => row));
    rows.sort((a, b) => compare(a.row, b.row));
  }
  return offset === 0 && limit === undefined
    ? rows
    : rows.slice(offset, limit === undefined ? undefined : offset + limit);
}

/** Where the row is when the condition is only that the primary key equals a value: the most frequent search by far. */
function onlyKey(table: StoredTable, { where, params, limit, offset = 0 }: Search): Place | null {
  if (limit === 0 || offset > 0) return null;
  const lookup = findLookup(table, where);
  return lookup === null || lookup.index !== null ? null : lookupPlace(table, lookup, params);
}

/** The rows that match, in no particular order. */
export async function matchRows(work: Work, table: StoredTable, search: Search): Promise<StoredRow[]> {
  const key = onlyKey(table, { ...search, limit: undefined, offset: 0 });
  if (key !== null) {
    const row = await readRow(work, table, key);
    return row === null ? [] : [row];
  }
  const test = compilePredicate(table.table, search.where, search.params);
  return await findUnordered(work, table, planSearch(table, { ...search, limit: undefined }), test);
}

/** How many rows match. Where the entries of an index tell, or the keys of rows none of which expires, no row is read. */
export async function countRows(work: Work, table: StoredTable, search: Search): Promise<number> {
  const { path, residual } = planSearch(table, search);
  await work.guard(table, false);
  if (
    path.kind !== "ranges" || residual.length > 0 || (path.index === null && await hasExpiring(work, table))
  ) {
    return (await matchRows(work, table, search)).length;
  }
  let count = 0;
  const now = Date.now();
  await eachLimited(path.ranges, async (range) => {
    for await (const entries of scanLists(work, range, false, 500)) {
      for (const entry of entries) if (isLivingEntry(entry, table.table.name, now)) count++;
    }
  });
  return count;
}

async function hasExpiring(work: Work, table: StoredTable): Promise<boolean> {
  return (await work.list(rangeBelow(table.expiries), 1, false)).entries.length > 0;
}

/** Whether a commit may not be able to check each of so many keys and entries, so that it has to check their table. */
function areMany(work: Work, places: readonly Place[]): boolean {
  return places.length > work.store.limits.checks / 4;
}

async function findUnordered(
  work: Work,
  table: StoredTable,
  { path, residual }: Plan,
  test: RowTest,
): Promise<StoredRow[]> {
  switch (path.kind) {
    case "nothing":
      return [];
    case "keys":
      if (areMany(work, path.places)) await work.guard(table, false);
      return keep(work, await readRows(work, table, path.places), test, false);
    case "unique": {
      if (areMany(work, path.places)) await work.guard(table, false);
      const entries = await work.getMany(path.places);
      const places = entries.filter(({ value }) => value !== null).map((entry) =>
        rowPlace(table, path.index, entry)
      );
      return keep(work, await readRows(work, table, places), test, residual.length === 0);
    }
    case "ranges": {
      await work.guard(table, path.ranges.length > 1);
      const found: StoredRow[] = [];
      const seen = new Set<string>();
      await eachLimited(path.ranges, async (range) => {
        let chunks = 0;
        for await (const entries of scanLists(work, range, false, 500)) {
          // More than one read of a range: only the version of the whole table tells that nothing moved between them.
          if (chunks++ > 0) await work.guard(table, true);
          for (const row of await rowsOf(work, table, path.index, entries, test, residual.length === 0)) {
            if (path.index === null || seen.size < seen.add(row.place.id).size) found.push(row);
          }
        }
      });
      refuseNewer(work, table, found);
      return found;
    }
  }
}

/**
 * Refuses rows that were written after the version of the table was read: then what the list left out may match as well.
 */
function refuseNewer(work: Work, table: StoredTable, rows: readonly StoredRow[]): void {
  if (work.mode !== "statement") return;
  const since = work.guards.get(table.counter.id)?.versionstamp ?? "";
  if (rows.some(({ versionstamp }) => versionstamp !== null && versionstamp > since)) throw work.conflict();
}

async function findOrdered(
  work: Work,
  table: StoredTable,
  { residual, order }: Plan,
  path: Ranges,
  test: RowTest,
  offset: number,
  limit: number,
): Promise<StoredRow[]> {
  const range = path.ranges[0];
  if (range === undefined || path.order === null) return [];
  await work.guard(table, true);
  const exact = residual.length === 0;
  // Where the entries alone tell, those to be skipped are skipped unread.
  const unread = exact && path.index !== null && path.order.ties !== "sort" ? offset : 0;
  const wanted = offset - unread + limit;
  const first = exact ? wanted + unread : Math.max(20, wanted);
  const prefix = (path.index?.place ?? table.rows).key.length;
  const { ties, reverse } = path.order;
  const now = Date.now();
  const lives = (entry: Found): boolean => isLivingEntry(entry, table.table.name, now);
  const missing = (): number => exact ? wanted - found.length : Math.max(BATCH, wanted);
  const batches = ties === "sort"
    ? groupsOf(scan(work, range, reverse, first + 1), prefix + path.order.group)
    : ties === "opposite"
    ? batchesOf(scanOpposite(work, range, path.order, prefix, first, path.resume), missing, unread, lives)
    : cutLists(scanLists(work, range, reverse, first), missing, unread, lives);
  const compare = rowComparator(table.table, order);
  const found: StoredRow[] = [];
  const seen = new Set<string>();
  for await (const batch of batches) {
    const rows = await rowsOf(work, table, path.index, batch, test, exact);
    if (ties === "sort") rows.sort((a, b) => compare(a.row, b.row));
    // What is enough by itself was read at once: no row moved meanwhile, to be found twice.
    if (ties === "all" && found.length === 0 && rows.length >= wanted) {
      return rows.slice(offset - unread, wanted);
    }
    for (const row of rows) {
      if (seen.has(row.place.id)) continue;
      seen.add(row.place.id);
      found.push(row);
    }
    if (found.length >= wanted) break;
  }
  return found.slice(offset - unread, wanted);
}

/** Batches of at most as many entries as are still needed, after those to be skipped. */
async function* batchesOf(
  entries: AsyncIterable<Found>,
  size: () => number,
  skip: number,
  lives: (entry: Found) => boolean,
): AsyncGenerator<Found[]> {
  let batch: Found[] = [];
  for await (const entry of entries) {
    if (skip > 0) {
      if (lives(entry)) skip--;
      continue;
    }
    batch.push(entry);
    if (batch.length < size()) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Like {@linkcode batchesOf}, of entries that come in lists: a batch does not wait for the next list. */
async function* cutLists(
  lists: AsyncIterable<readonly Found[]>,
  size: () => number,
  skip: number,
  lives: (entry: Found) => boolean,
): AsyncGenerator<readonly Found[]> {
  for await (const list of lists) {
    let at = 0;
    for (; skip > 0 && at < list.length; at++) if (lives(list[at] as Found)) skip--;
    while (at < list.length) {
      const end = at + size();
      yield at === 0 && end >= list.length ? list : list.slice(at, end);
      at = end;
    }
  }
}

/** Batches of the entries whose keys begin with the same parts. */
async function* groupsOf(entries: AsyncIterable<Found>, length: number): AsyncGenerator<Found[]> {
  let group: Found[] = [];
  let id = "";
  for await (const entry of entries) {
    const own = idOf(entry.key.slice(0, length));
    if (own !== id && group.length > 0) {
      yield group;
      group = [];
    }
    id = own;
    group.push(entry);
  }
  if (group.length > 0) yield group;
}

/** The rows of entries, those that match. */
async function rowsOf(
  work: Work,
  table: StoredTable,
  index: StoredIndex | null,
  entries: readonly Found[],
  test: RowTest,
  exact: boolean,
): Promise<StoredRow[]> {
  if (index === null) {
    const rows: (StoredRow | null)[] = [];
    for (const entry of entries) {
      const row = await openListed(work, table, entry);
      if (row !== null) work.rely(row.place, row.versionstamp);
      rows.push(row);
    }
    return keep(work, rows, test, false);
  }
  const rows = await readRows(work, table, entries.map((entry) => rowPlace(table, index, entry)));
  return keep(work, rows, test, exact);
}

function keep(work: Work, rows: readonly (StoredRow | null)[], test: RowTest, exact: boolean): StoredRow[] {
  const kept: StoredRow[] = [];
  for (const row of rows) {
    if (row !== null && test(row.row)) kept.push(row);
    else if (exact) work.stale++;
  }
  return kept;
}

/** Where the row of an entry is: the end of the entry's key, or its value. */
export function rowPlace(table: StoredTable, index: StoredIndex, entry: Found): Place {
  const { key } = entry;
  const parts = key.length > index.place.key.length + index.columns.length
    ? key.slice(index.place.key.length + index.columns.length)
    : decodeEntryKey(table.table.primaryKey, entry);
  return below(table.rows, ...parts);
}

async function eachLimited<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++] as T);
  };
  await Promise.all(Array.from({ length: Math.min(LISTS, items.length) }, worker));
}

/** Rows without where they are. */
export function plainRows(rows: readonly StoredRow[]): Row[] {
  return rows.map(({ row }) => row);
}
