import { type Attempt, notNullViolation, uniqueViolation } from "../../src/errors/violations.ts";
import { copyValue, type Row } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import { below, type Place } from "./key.ts";
import { keyTooLong, type KVLimits, mostKeyBytes, rowTooLarge } from "./limits.ts";
import { encodeEntry } from "./entry_codec.ts";
import { openAny, type StoredRow } from "./rows.ts";
import { rowPlace } from "./search.ts";
import { cutRow, segmentPlaces } from "./segments.ts";
import { takeNumber } from "./sequence.ts";
import { entryPlace, isUniqueEntry, type StoredIndex, type StoredTable } from "./stored_table.ts";
import type { Found, Work } from "./work.ts";

/** The bytes of a value that are left for what the store adds to it. */
export const VALUE_MARGIN = 1_024;
const NOTHING = new Uint8Array(0);

/** An entry that a row has in an index. */
export interface Entry {
  /** The index. */
  readonly index: StoredIndex;
  /** Where. */
  readonly place: Place;
  /** Whether it excludes others. */
  readonly unique: boolean;
}

/** Where a row would be, or its entry, that refuses another one. */
interface Rival {
  /** The unique index; null for the primary key. */
  readonly index: StoredIndex | null;
  readonly place: Place;
}

/**
 * Stores a new row with its entries. An absent column is null, an absent autoIncrement column the next number. Foreign keys
 * are not looked at.
 */
export async function insertRow(
  work: Work,
  table: StoredTable,
  data: Row,
  expiresAt: number | null,
): Promise<StoredRow> {
  const { autoIncrement } = table.table;
  // A number that the table gives is greater than all there are: its key needs no look, and the commit makes sure.
  const given = autoIncrement === null ? null : data[autoIncrement.name] ?? null;
  const numbered = autoIncrement !== null && given === null;
  const number = autoIncrement === null
    ? null
    : await takeNumber(work, table, given as number | bigint | null);
  const row = newRow(table, data, number);
  const place = table.rowPlace(row);
  const entries = entriesOf(table, row);
  checkKeys(work.store.limits, table, place, entries);
  if (numbered) work.free.set(place.id, place);
  const rivals = rivalsOf(numbered ? null : place, entries, []);
  if (!rivals.every((rival) => work.isOccupied(rival.place) === false)) {
    await refuseRivals(work, table, rivals, "insert into");
  }
  const segments = putRow(work, table, place, row, expiresAt, 0);
  for (const entry of entries) putEntry(work, table, entry, row, expiresAt);
  if (expiresAt !== null) work.set(expiryPlace(table, place, expiresAt), NOTHING);
  work.touch(table, 1);
  return { row, place, expiresAt, segments, versionstamp: null };
}

/** Changes columns of a row, and its entries. Foreign keys are not looked at. @returns The row as it is now. */
export async function updateRow(
  work: Work,
  table: StoredTable,
  stored: StoredRow,
  values: Row,
  expiresAt: number | null = stored.expiresAt,
): Promise<StoredRow> {
  const row = changedRow(table, stored.row, values);
  const place = table.rowPlace(row);
  const same = place.id === stored.place.id;
  const renewed = !same || expiresAt !== stored.expiresAt;
  const indexes = renewed ? table.indexes : table.indexes.filter((index) => depends(index, values));
  const before = entriesOf(table, stored.row, indexes);
  const after = entriesOf(table, row, indexes);
  checkKeys(work.store.limits, table, place, after);
  work.rely(stored.place, stored.versionstamp);
  const rivals = rivalsOf(same ? null : place, after, before);
  if (rivals.length > 0) await refuseRivals(work, table, rivals, "update");
  if (!same) dropRow(work, table, stored);
  const segments = putRow(work, table, place, row, expiresAt, same ? stored.segments : 0);
  for (const entry of before) if (!isAmong(after, entry)) await dropEntry(work, table, entry, stored);
  // The value of an entry has the time at which the row expires and, in a unique index, the key of the row.
  for (const entry of after) {
    if (renewed || !isAmong(before, entry)) putEntry(work, table, entry, row, expiresAt);
  }
  if (renewed) {
    if (stored.expiresAt !== null) work.delete(expiryPlace(table, stored.place, stored.expiresAt));
    if (expiresAt !== null) work.set(expiryPlace(table, place, expiresAt), NOTHING);
  }
  work.touch(table, 0);
  const { autoIncrement } = table.table;
  if (autoIncrement !== null && !same) await takeNumber(work, table, "moved");
  return { row, place, expiresAt, segments, versionstamp: null };
}

/** Removes a row with its entries. Foreign keys are not looked at. */
export async function removeRow(work: Work, table: StoredTable, stored: StoredRow): Promise<void> {
  work.rely(stored.place, stored.versionstamp);
  dropRow(work, table, stored);
  for (const entry of entriesOf(table, stored.row)) await dropEntry(work, table, entry, stored);
  if (stored.expiresAt !== null) work.delete(expiryPlace(table, stored.place, stored.expiresAt));
  work.touch(table, -1);
}

/** Where the entry is by which a row that expires is found. */
export function expiryPlace(table: StoredTable, place: Place, expiresAt: number): Place {
  return below(table.expiries, expiresAt, ...place.key.slice(table.rows.key.length));
}

/** The places an insert of a row looks at, to be read together beforehand. */
export function insertPlaces(table: StoredTable, data: Row): Place[] {
  const unique = entriesOf(table, data).filter((entry) => entry.unique).map(({ place }) => place);
  const keyed = table.table.primaryKey.every(({ name }) => (data[name] ?? null) !== null);
  return keyed ? [table.rowPlace(data), ...unique] : unique;
}

/** The entries of a row, in all indexes or in those given. */
export function entriesOf(
  table: StoredTable,
  row: Row,
  indexes: readonly StoredIndex[] = table.indexes,
): Entry[] {
  const entries: Entry[] = [];
  for (const index of indexes) {
    const place = entryPlace(table, index, row);
    if (place !== null) entries.push({ index, place, unique: isUniqueEntry(index, row) });
  }
  return entries;
}

/** Whether a row may get other entries in an index when these columns change. */
export function depends({ columns, filter }: StoredIndex, values: Row): boolean {
  return filter !== null || columns.some(({ name }) => Object.hasOwn(values, name));
}

/** The value of an entry of a row. */
export function entryValue(
  table: StoredTable,
  unique: boolean,
  row: Row,
  expiresAt: number | null,
): Uint8Array {
  return encodeEntry(unique ? table.table.primaryKey : [], row, expiresAt);
}

/** The row that an insert stores; `number` is the value of an autoIncrement column. */
export function newRow({ table, scene }: StoredTable, data: Row, number: unknown): Record<string, unknown> {
  for (const name of Object.keys(data)) table.column(name);
  const row: Record<string, unknown> = {};
  for (const column of table.columns) {
    const given = Object.hasOwn(data, column.name) ? data[column.name] ?? null : null;
    const value = column.autoIncrement ? number : copyValue(column.kind, given);
    if (value === null && !column.nullable) throw notNullViolation(scene, "insert into", column);
    row[column.name] = value;
  }
  return row;
}

/** The row as an update leaves it. */
export function changedRow({ table, scene }: StoredTable, row: Row, values: Row): Record<string, unknown> {
  const result: Record<string, unknown> = { ...row };
  for (const name of Object.keys(values)) {
    const column: Column = table.column(name);
    if (values[name] === undefined) continue;
    if (values[name] === null && !column.nullable) throw notNullViolation(scene, "update", column);
    result[name] = copyValue(column.kind, values[name]);
  }
  return result;
}

/** Whether an entry is, by its place, among others. */
export function isAmong(entries: readonly Entry[], { place: { id } }: Entry): boolean {
  return entries.some(({ place }) => place.id === id);
}

/** Where another row may be that has the key, or the unique values: not where the row's own entries are. */
function rivalsOf(place: Place | null, entries: readonly Entry[], own: readonly Entry[]): Rival[] {
  const rivals: Rival[] = place === null ? [] : [{ index: null, place }];
  for (const entry of entries) {
    if (entry.unique && !isAmong(own, entry)) rivals.push(entry);
  }
  return rivals;
}

/** Throws when another row has the key, or the unique values. A row that has expired is removed instead. */
async function refuseRivals(
  work: Work,
  table: StoredTable,
  rivals: readonly Rival[],
  attempt: Attempt,
): Promise<void> {
  if (!work.optimistic) await work.getMany(rivals.map(({ place }) => place));
  for (const { index, place } of rivals) {
    if (!(work.isOccupied(place) ?? await isThere(work, place))) continue;
    const at = index === null ? place : rowPlace(table, index, await work.get(place));
    if (await removeExpired(work, table, at)) continue;
    throw uniqueViolation(table.scene, attempt, index === null ? table.table.primaryKey : index.columns);
  }
}

async function isThere(work: Work, place: Place): Promise<boolean> {
  return (await work.get(place)).value !== null;
}

/** Removes the row at a place when it has expired. @returns Whether it had. */
async function removeExpired(work: Work, table: StoredTable, place: Place): Promise<boolean> {
  const found: Found = await work.get(place);
  const row = await openAny(work, table, place, found);
  if (row === null || row.expiresAt === null || row.expiresAt > Date.now()) return false;
  await removeRow(work, table, row);
  return true;
}

/** Writes a row. @returns In how many segments; 0 when it fits one value. */
function putRow(
  work: Work,
  table: StoredTable,
  place: Place,
  row: Row,
  expiresAt: number | null,
  segmentsBefore: number,
): number {
  const { limits } = work.store;
  const bytes = table.codec.encode(row, expiresAt);
  const most = limits.valueBytes - VALUE_MARGIN;
  if (bytes.length <= most) {
    work.set(place, bytes);
    for (const each of segmentPlaces(table.segments, table.rows, place, segmentsBefore)) work.delete(each);
    return 0;
  }
  if (bytes.length > limits.commitBytes - 4 * limits.keyBytes) {
    throw rowTooLarge(table.table.name, bytes.length, limits.commitBytes);
  }
  const { head, segments } = cutRow(bytes, most);
  work.set(place, head);
  const places = segmentPlaces(table.segments, table.rows, place, Math.max(segments.length, segmentsBefore));
  places.forEach((each, i) => {
    const segment = segments[i];
    if (segment === undefined) work.delete(each);
    else work.set(each, segment);
  });
  return segments.length;
}

function dropRow(work: Work, table: StoredTable, { place, segments }: StoredRow): void {
  work.delete(place);
  for (const each of segmentPlaces(table.segments, table.rows, place, segments)) work.delete(each);
}

function putEntry(
  work: Work,
  table: StoredTable,
  { place, unique }: Entry,
  row: Row,
  expiresAt: number | null,
): void {
  work.set(place, entryValue(table, unique, row, expiresAt));
}

/** Takes an entry away. While a unique index is built, or after the row expired, it may be that of another row. */
async function dropEntry(
  work: Work,
  table: StoredTable,
  { index, place, unique }: Entry,
  stored: StoredRow,
): Promise<void> {
  if (unique && (!index.ready || stored.expiresAt !== null)) {
    const found = await work.get(place);
    if (found.value === null || rowPlace(table, index, found).id !== stored.place.id) return;
  }
  work.delete(place);
}

/** Refuses keys that the store does not take. */
export function checkKeys(
  limits: KVLimits,
  { table }: StoredTable,
  place: Place,
  entries: readonly Entry[],
): void {
  const most = mostKeyBytes(limits);
  if (place.id.length > most) throw keyTooLong(table.name, table.primaryKey, place.id.length, limits);
  for (const { index, place: { id } } of entries) {
    if (id.length > most) throw keyTooLong(table.name, index.columns, id.length, limits);
  }
}
