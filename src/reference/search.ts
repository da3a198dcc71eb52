import type { Predicate } from "../contract/mod.ts";
import { compilePredicate } from "./evaluate.ts";
import type { Entry } from "./hash_index.ts";
import { findLookup, followLookup } from "./lookup.ts";
import { keyOrder, type OrderTerms, rowComparator } from "./order.ts";
import type { Row } from "./row.ts";
import type { TableStore } from "./table_store.ts";

/** A condition with its values. */
export interface Filter {
  /** The condition; null for all rows. */
  readonly where: Predicate | null;
  /** The values of its slots. */
  readonly params: readonly unknown[];
}

/** What to find. */
export interface Search extends Filter {
  /** The order; that of the primary key when absent. */
  readonly orderBy?: OrderTerms | undefined;
  /** At most this many rows. */
  readonly limit?: number | undefined;
  /** Skip this many rows first. */
  readonly offset?: number | undefined;
}

/** The entries that match, in no particular order. */
export function matchEntries(store: TableStore, { where, params }: Filter): Entry[] {
  if (where === null) return [...store.entries];
  const test = compilePredicate(store.table, where, params);
  const lookup = findLookup(store, where, params);
  const found: Entry[] = [];
  const keep = (entry: Entry): void => {
    if (test(entry.row)) found.push(entry);
  };
  if (lookup === null) store.entries.forEach(keep);
  else followLookup(lookup).forEach(keep);
  return found;
}

/** The table's own rows that match, in order: they are not to be changed, and not to be given away uncopied. */
export function findRows(store: TableStore, search: Search): Row[] {
  const { limit, offset = 0 } = search;
  if (limit === 0) return [];
  const rows = matchEntries(store, search).map(({ row }) => row);
  const compare = rowComparator(store.table, search.orderBy ?? keyOrder(store.table), search.params, rows);
  if (limit === 1 && offset === 0 && rows.length > 1) {
    return [rows.reduce((best, row) => compare(row, best) < 0 ? row : best)];
  }
  if (rows.length > 1) rows.sort(compare);
  return offset === 0 && limit === undefined
    ? rows
    : rows.slice(offset, limit === undefined ? undefined : offset + limit);
}
