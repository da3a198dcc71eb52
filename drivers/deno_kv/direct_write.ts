import type { Row } from "../../src/reference/mod.ts";
import type { Catalog } from "./catalog.ts";
import { encodeEntry } from "./entry_codec.ts";
import type { Place } from "./key.ts";
import type { KVAtomic } from "./kv.ts";
import { changedRow, checkKeys, depends, entriesOf, type Entry, newRow, VALUE_MARGIN } from "./row_writer.ts";
import { segmentCount } from "./segments.ts";
import { type Store, unlocked } from "./store.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";

/** The most entries of a row that is written this way: their keys fit a commit whatever their length. */
const MOST_ENTRIES = 8;
/** What a counter is given to count down: it is unsigned, and goes round. */
const MINUS_ONE = 2n ** 64n - 1n;

/**
 * Stores a row in a commit that finds out whether its key and unique values are free.
 *
 * @returns The row; null when it has to be done, or refused, the usual way: then nothing was written.
 */
export async function insertDirectly(
  store: Store,
  catalog: Catalog,
  table: StoredTable,
  data: Row,
): Promise<Row | null> {
  if (table.table.autoIncrement !== null || table.references.length > 0 || !isSimple(store, table.indexes)) {
    return null;
  }
  let row: Row;
  let place: Place;
  let entries: Entry[];
  try {
    row = newRow(table, data, null);
    place = table.rowPlace(row);
    entries = entriesOf(table, row);
    checkKeys(store.limits, table, place, entries);
  } catch {
    return null;
  }
  const bytes = table.codec.encode(row, null);
  if (bytes.length > store.limits.valueBytes - VALUE_MARGIN) return null;
  const { ok } = await unlocked(() => {
    const atomic = beginOn(store, catalog);
    atomic.check({ key: place.key, versionstamp: null });
    atomic.set(place.key, bytes);
    for (const entry of entries) addEntry(atomic, table, entry, row);
    atomic.sum(table.counter.key, 1n);
    return atomic.commit();
  });
  return ok ? row : null;
}

/**
 * Changes columns of the row at a place, or removes it, when nothing else is concerned.
 *
 * @param values The columns, or null to remove the row.
 * @returns Whether it was done; if not it has to be done, or refused, the usual way, and nothing was written.
 */
export async function changeDirectly(
  store: Store,
  catalog: Catalog,
  table: StoredTable,
  place: Place,
  values: Row | null,
): Promise<boolean> {
  const indexes = values === null ? table.indexes : table.indexes.filter((index) => depends(index, values));
  if (!isSimple(store, indexes) || isReferred(catalog, table, values)) return false;
  const { value, versionstamp } = await store.get(place.key);
  if (value === null || segmentCount(value as Uint8Array) > 0) return false;
  const { row, expiresAt } = table.codec.decode(value as Uint8Array);
  if (expiresAt !== null) return false;
  let after: Row | null = null;
  let added: Entry[] = [];
  const removed = entriesOf(table, row, indexes);
  let bytes: Uint8Array | null = null;
  if (values !== null) {
    try {
      after = changedRow(table, row, values);
      added = entriesOf(table, after, indexes);
      checkKeys(store.limits, table, place, added);
    } catch {
      return false;
    }
    bytes = table.codec.encode(after, null);
    if (bytes.length > store.limits.valueBytes - VALUE_MARGIN) return false;
  }
  const has = (entries: readonly Entry[], { place: { id } }: Entry): boolean =>
    entries.some((each) => each.place.id === id);
  const { ok } = await unlocked(() => {
    const atomic = beginOn(store, catalog);
    atomic.check({ key: place.key, versionstamp });
    if (bytes === null) atomic.delete(place.key);
    else atomic.set(place.key, bytes);
    for (const entry of removed) if (!has(added, entry)) atomic.delete(entry.place.key);
    for (const entry of added) if (!has(removed, entry)) addEntry(atomic, table, entry, after as Row);
    atomic.sum(table.counter.key, after === null ? MINUS_ONE : 0n);
    return atomic.commit();
  });
  return ok;
}

/** Nothing in a commit can be lost or be too much, and no index is being built. */
function isSimple({ remote }: Store, indexes: readonly StoredIndex[]): boolean {
  return !remote && indexes.length <= MOST_ENTRIES && indexes.every(({ ready }) => ready);
}

/** Whether the change may concern other rows, or the key of the row. */
function isReferred(catalog: Catalog, { table, references }: StoredTable, values: Row | null): boolean {
  const referrers = catalog.referrers(table.name);
  if (values === null) return referrers.length > 0;
  return referrers.some(({ parentColumn }) => Object.hasOwn(values, parentColumn)) ||
    references.some(({ column }) => Object.hasOwn(values, column.name)) ||
    table.primaryKey.some(({ name }) => Object.hasOwn(values, name));
}

/** Begins a commit that is refused when the tables have changed. */
function beginOn(store: Store, { place, versionstamp }: Catalog): KVAtomic {
  const atomic = store.atomic();
  atomic.check({ key: place.key, versionstamp });
  return atomic;
}

function addEntry(atomic: KVAtomic, { table }: StoredTable, { place, unique }: Entry, row: Row): void {
  if (unique) atomic.check({ key: place.key, versionstamp: null });
  atomic.set(place.key, encodeEntry(unique ? table.primaryKey : [], row, null));
}
