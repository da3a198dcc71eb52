import type { DecodedRow } from "./row_codec.ts";
import { type Head, isHead, isWhole, joinSegments, readHead, segmentPlaces } from "./segments.ts";
import { type Place, placeOf } from "./key.ts";
import type { StoredTable } from "./stored_table.ts";
import { type Found, foundOf, type Work } from "./work.ts";
import { ConflictError } from "../../src/errors/mod.ts";
import { corruptStore } from "./corrupt.ts";
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
    else if (isHead(each.value)) rows.push(await openRow(work, table, place, each));
    else rows.push(living(plainRow(table, place, each.value, each.versionstamp), now));
  }
  return rows;
}

/** Reads the row at a place; null when it is absent or expired. */
export async function readRow(work: Work, table: StoredTable, place: Place): Promise<StoredRow | null> {
  const found = await work.get(place);
  if (found.value === null) return null;
  if (isHead(found.value)) return await openRow(work, table, place, found);
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
  const { row, expiresAt } = table.codec.decode(value, place.key);
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
  if (!isHead(value)) return plainRow(table, place, value, versionstamp);
  const large = await readLarge(work, table, place, { value, versionstamp });
  if (large === null) return null;
  return { ...table.codec.decode(large.bytes, place.key), place, segments: large.segments, versionstamp };
}

/** Makes a row of an entry of a list of rows. */
export function openListed(work: Work, table: StoredTable, found: Found): Promise<StoredRow | null> {
  return openRow(work, table, placeOf(found.key), found);
}

/** A row in segments: all of them are of the commit that wrote the head, or they are what the head says. */
async function readLarge(
  work: Work,
  table: StoredTable,
  place: Place,
  found: { value: Uint8Array; versionstamp: string | null },
): Promise<{ bytes: Uint8Array; segments: number } | null> {
  const most = work.store.limits.mutations;
  let { value, versionstamp } = found;
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const head = readHead(value, most, table.table.name, place.key);
    const segments = segmentPlaces(table.segments, table.rows, place, head.count);
    if (versionstamp === null) return joined(table, place, head, await work.getMany(segments), true);
    const entries = (await work.store.getMany(segments.map(({ key }) => key))).map(foundOf);
    const together = entries.every((each) => each.versionstamp === versionstamp);
    const again = together ? null : foundOf(await work.store.get(place.key));
    if (again === null || again.versionstamp === versionstamp) {
      return joined(table, place, head, entries, together);
    }
    if (work.mode !== "read") break;
    if (again.value === null) return null;
    if (!isHead(again.value)) return { bytes: again.value, segments: 0 };
    ({ value, versionstamp } = again as { value: Uint8Array; versionstamp: string });
  }
  throw new ConflictError(
    `Cannot read a row of \`${table.table.name}\`: another writer changed it meanwhile; try again`,
    { driver: NAME, table: table.table.name, retryable: true },
  );
}

/**
 * Puts the segments of a row together.
 *
 * @param together They are of one commit. In a store that was copied key by key they are not, and need not be of one row.
 */
function joined(
  { table }: StoredTable,
  { key }: Place,
  head: Head,
  entries: readonly Found[],
  together: boolean,
): { bytes: Uint8Array; segments: number } {
  const values: Uint8Array[] = [];
  for (const { value } of entries) if (value !== null) values.push(value);
  const bytes = joinSegments(values);
  if (together ? bytes.length === head.bytes : isWhole(head, bytes)) return { bytes, segments: head.count };
  throw corruptStore(table.name, key, "a large row whose segments are missing or of another row");
}
