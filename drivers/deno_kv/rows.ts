import type { DecodedRow } from "./row_codec.ts";
import { joinSegments, segmentCount, segmentPlaces } from "./segments.ts";
import { type Place, placeOf } from "./key.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Found, Work } from "./work.ts";
import { ConflictError } from "../../src/errors/mod.ts";
import { NAME } from "./limits.ts";

/** A row with where it is. */
export interface StoredRow extends DecodedRow {
  /** Where. */
  readonly place: Place;
  /** In how many segments it is stored; 0 when it fits one value. */
  readonly segments: number;
  /** The version read; null when the work itself wrote it. */
  readonly versionstamp: string | null;
}

/** How often a row in segments is read again when it was written between two reads. */
const TRIES = 20;

/** Reads the rows at places, absent and expired ones as null. */
export async function readRows(
  work: Work,
  table: StoredTable,
  places: readonly Place[],
): Promise<(StoredRow | null)[]> {
  const found = await work.getMany(places);
  const rows: (StoredRow | null)[] = [];
  const now = Date.now();
  for (let i = 0; i < places.length; i++) {
    const each = found[i] as Found;
    const place = places[i] as Place;
    if (each.value === null) rows.push(null);
    else if (segmentCount(each.value) > 0) rows.push(await openRow(work, table, place, each));
    else rows.push(living(plainRow(table, place, each.value, each.versionstamp), now));
  }
  return rows;
}

/** Reads the row at a place; null when it is absent or expired. */
export async function readRow(work: Work, table: StoredTable, place: Place): Promise<StoredRow | null> {
  const found = await work.get(place);
  if (found.value === null) return null;
  if (segmentCount(found.value) > 0) return await openRow(work, table, place, found);
  return living(plainRow(table, place, found.value, found.versionstamp), Date.now());
}

/** Makes a row of what was found at its place; null when there is nothing, or it has expired. */
async function openRow(
  work: Work,
  table: StoredTable,
  place: Place,
  found: Found,
): Promise<StoredRow | null> {
  if (found.value === null) return null;
  const row = await openAny(work, table, place, found);
  return row === null ? null : living(row, Date.now());
}

function living(row: StoredRow, now: number): StoredRow | null {
  return row.expiresAt !== null && row.expiresAt <= now ? null : row;
}

function plainRow(
  table: StoredTable,
  place: Place,
  value: Uint8Array,
  versionstamp: string | null,
): StoredRow {
  const { row, expiresAt } = table.codec.decode(value);
  return { row, expiresAt, place, segments: 0, versionstamp };
}

/** Like {@linkcode openRow}, and expired rows too. */
export async function openAny(
  work: Work,
  table: StoredTable,
  place: Place,
  { value, versionstamp }: Found,
): Promise<StoredRow | null> {
  if (value === null) return null;
  const segments = segmentCount(value);
  if (segments === 0) return plainRow(table, place, value, versionstamp);
  const bytes = await readSegments(work, table, place, segments, versionstamp);
  return bytes === null ? null : { ...table.codec.decode(bytes), place, segments, versionstamp };
}

/** Makes a row of an entry of a list of rows. */
export function openListed(work: Work, table: StoredTable, found: Found): Promise<StoredRow | null> {
  return openRow(work, table, placeOf(found.key), found);
}

/** The segments of a row are of the commit that wrote its key, or the row is read again. */
async function readSegments(
  work: Work,
  table: StoredTable,
  place: Place,
  count: number,
  versionstamp: string | null,
): Promise<Uint8Array | null> {
  let wanted = { count, versionstamp };
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const places = segmentPlaces(table.segments, table.rows, place, wanted.count);
    if (wanted.versionstamp === null) {
      return joinSegments((await work.getMany(places)).map(({ value }) => value as Uint8Array));
    }
    const found = await work.store.getMany(places.map(({ key }) => key));
    if (found.every((each) => each.versionstamp === wanted.versionstamp)) {
      return joinSegments(found.map(({ value }) => value as Uint8Array));
    }
    if (work.mode !== "read") break;
    const again = await work.store.get(place.key);
    if (again.versionstamp === null) return null;
    const now = segmentCount(again.value as Uint8Array);
    if (now === 0) return again.value as Uint8Array;
    wanted = { count: now, versionstamp: again.versionstamp };
  }
  throw new ConflictError(
    `Cannot read a row of \`${table.table.name}\`: another writer changed it meanwhile; try again`,
    {
      driver: NAME,
      table: table.table.name,
      retryable: true,
    },
  );
}
