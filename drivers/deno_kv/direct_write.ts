import type { Change } from "./change.ts";
import type { Row } from "../../src/reference/mod.ts";
import type { Catalog } from "./catalog.ts";
import { isCorrupt } from "./corrupt.ts";
import type { Direct } from "./direct.ts";
import type { Place } from "./key.ts";
import type { KVAtomic } from "./kv.ts";
import {
  changedRow,
  checkKeys,
  depends,
  entriesOf,
  type Entry,
  entryValue,
  isAmong,
  newRow,
  VALUE_MARGIN,
} from "./row_writer.ts";
import { isHead } from "./segments.ts";
import { type Store, unlocked } from "./store.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";
import { foundOf } from "./work.ts";

/** The most entries of a row that is written this way: their keys fit a commit whatever their length. */
const MOST_ENTRIES = 8;
/** The bytes of keys that every commit has: of the catalog and the counter. */
const MARGIN = 4_096;
/** What a counter is given to count down: it is unsigned, and goes round. */
const MINUS_ONE = 2n ** 64n - 1n;

/** A new row with what is written of it. */
interface Draft {
  readonly row: Row;
  readonly place: Place;
  readonly bytes: Uint8Array;
  readonly entries: readonly DraftEntry[];
}

/** An entry with its value. */
interface DraftEntry extends Entry {
  readonly value: Uint8Array;
}

/**
 * Stores rows in one commit that finds out whether their keys and unique values are free.
 *
 * @returns The rows; null when it has to be done, or refused, the usual way: then nothing was written.
 */
export async function insertDirectly(
  { store, catalog }: Direct,
  tableName: string,
  records: readonly Row[],
): Promise<Row[] | null> {
  const table = catalog.tables.get(tableName);
  if (table === undefined) return null;
  const { autoIncrement } = table.table;
  if (autoIncrement !== null || table.references.length > 0 || !isSimple(store, table.indexes)) return null;
  const drafts = draftRows(store, table, records);
  if (drafts === null) return null;
  const { ok } = await commitDirectly(() => {
    const atomic = beginOn(store, catalog);
    for (const { place, bytes, entries } of drafts) {
      atomic.check({ key: place.key, versionstamp: null });
      atomic.set(place.key, bytes);
      for (const entry of entries) addEntry(atomic, entry);
    }
    atomic.sum(table.counter.key, BigInt(drafts.length));
    return atomic;
  });
  return ok ? drafts.map(({ row }) => row) : null;
}

/** What is written of rows; null when one of them is refused, or they are more than a commit holds. */
function draftRows({ limits }: Store, table: StoredTable, records: readonly Row[]): Draft[] | null {
  if (1 + records.length * (1 + table.indexes.length) > limits.mutations || records.length >= limits.checks) {
    return null;
  }
  const drafts: Draft[] = [];
  const taken = new Set<string>();
  let checks = 1;
  let bytes = 0;
  let keyBytes = MARGIN;
  const take = ({ id }: Place): boolean => taken.size < taken.add(id).size;
  try {
    for (const record of records) {
      const row = newRow(table, record, null);
      const draft = {
        row,
        place: table.rowPlace(row),
        bytes: table.codec.encode(row, null),
        entries: draftEntries(table, row, table.indexes),
      };
      checkKeys(limits, table, draft.place, draft.entries);
      if (draft.bytes.length > limits.valueBytes - VALUE_MARGIN || !take(draft.place)) return null;
      bytes += draft.bytes.length;
      checks++;
      // A key that is checked counts twice.
      keyBytes += 2 * draft.place.id.length;
      for (const { place, unique, value } of draft.entries) {
        if (unique && !take(place)) return null;
        if (unique) checks++;
        keyBytes += (unique ? 2 : 1) * place.id.length;
        bytes += value.length;
      }
      drafts.push(draft);
    }
  } catch {
    return null;
  }
  const fits = checks <= limits.checks && keyBytes <= limits.commitKeyBytes &&
    bytes + keyBytes <= limits.commitBytes;
  return fits ? drafts : null;
}

/**
 * Changes columns of the row at a place, or removes it, when nothing else is concerned.
 *
 * @param change The new values, or null to remove the row.
 * @returns Whether it was done; if not it has to be done, or refused, the usual way, and nothing was written.
 */
export async function changeDirectly(
  { store, catalog }: Direct,
  table: StoredTable,
  place: Place,
  change: Change | null,
): Promise<boolean> {
  const values = change === null ? null : change.columns;
  const indexes = values === null ? table.indexes : table.indexes.filter((index) => depends(index, values));
  if (!isSimple(store, indexes) || isReferred(catalog, table, values)) return false;
  const { value, versionstamp } = foundOf(await store.get(place.key));
  if (value === null || isHead(value)) return false;
  const { row, expiresAt } = table.codec.decode(value, place.key);
  if (expiresAt !== null) return false;
  let added: DraftEntry[] = [];
  const removed = entriesOf(table, row, indexes);
  let bytes: Uint8Array | null = null;
  if (change !== null) {
    try {
      const after = changedRow(table, row, change.of(table)(row));
      added = draftEntries(table, after, indexes);
      checkKeys(store.limits, table, place, added);
      bytes = table.codec.encode(after, null);
    } catch {
      return false;
    }
    if (bytes.length > store.limits.valueBytes - VALUE_MARGIN) return false;
  }
  const { ok } = await commitDirectly(() => {
    const atomic = beginOn(store, catalog);
    atomic.check({ key: place.key, versionstamp });
    if (bytes === null) atomic.delete(place.key);
    else atomic.set(place.key, bytes);
    for (const entry of removed) if (!isAmong(added, entry)) atomic.delete(entry.place.key);
    for (const entry of added) if (!isAmong(removed, entry)) addEntry(atomic, entry);
    atomic.sum(table.counter.key, bytes === null ? MINUS_ONE : 0n);
    return atomic;
  });
  return ok;
}

/** Sends a commit. What is wrong with what is stored is told by the usual way, which goes after it. */
function commitDirectly(make: () => KVAtomic): Promise<{ readonly ok: boolean }> {
  return unlocked(() => make().commit())
    .catch((error) => isCorrupt(error) ? { ok: false } : Promise.reject(error));
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

function draftEntries(table: StoredTable, row: Row, indexes: readonly StoredIndex[]): DraftEntry[] {
  return entriesOf(table, row, indexes)
    .map((entry) => ({ ...entry, value: entryValue(table, entry.unique, row, null) }));
}

function addEntry(atomic: KVAtomic, { place, unique, value }: DraftEntry): void {
  if (unique) atomic.check({ key: place.key, versionstamp: null });
  atomic.set(place.key, value);
}
