import type { Row } from "../../src/reference/mod.ts";
import type { Direct } from "./direct.ts";
import { decodeEntryKey } from "./entry_codec.ts";
import { below } from "./key.ts";
import type { KVEntry } from "./kv.ts";
import { type Lookup, lookupPlace } from "./lookup.ts";
import { isHead } from "./segments.ts";
import { entryPlace, type StoredTable } from "./stored_table.ts";
import type { Found } from "./work.ts";

/**
 * The row that a lookup leads to, read without more ado: most reads are of this kind, and the store is fast enough for every
 * step to show.
 *
 * @returns Null when there is none; undefined when it cannot be told this way: the row is large or expires, it moved
 * meanwhile, the tables have changed, or the store is busy.
 */
export async function readDirectly(
  { store: { kv }, catalog }: Direct,
  table: StoredTable,
  lookup: Lookup,
  params: readonly unknown[],
): Promise<Row | null | undefined> {
  const place = lookupPlace(table, lookup, params);
  if (place === null) return undefined;
  try {
    const entry = await kv.get(place.key);
    if (entry.value === null) {
      // Nothing is there: unless the table is another one by now.
      const { versionstamp } = await kv.get(catalog.place.key);
      return versionstamp === catalog.versionstamp ? null : undefined;
    }
    if (lookup.index === null) return openPlain(table, entry);
    const key = decodeEntryKey(table.table.primaryKey, entry as Found);
    const row = openPlain(table, await kv.get(below(table.rows, ...key).key));
    // The row may have changed between the two reads.
    return row !== undefined && entryPlace(table, lookup.index, row)?.id === place.id ? row : undefined;
  } catch {
    // The usual way waits when the store is busy, and says what is wrong.
    return undefined;
  }
}

/** The row under its key; undefined when more has to be known of it. */
function openPlain({ codec }: StoredTable, entry: KVEntry): Row | undefined {
  const { key, value } = entry as Found;
  if (value === null || isHead(value)) return undefined;
  const { row, expiresAt } = codec.decode(value, key);
  return expiresAt === null ? row : undefined;
}
