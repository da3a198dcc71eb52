import type { Place } from "./key.ts";
import { entryValue, expiryPlace } from "./row_writer.ts";
import type { StoredRow } from "./rows.ts";
import { entryPlace, isUniqueEntry, type StoredIndex, type StoredTable } from "./stored_table.ts";

/** An entry as a row needs it. */
export interface Expected {
  /** Where. */
  readonly place: Place;
  /** What is there. */
  readonly value: Uint8Array;
  /** The index, or `expiry`. */
  readonly part: string;
  /** The index; null for the entry by which a row expires. */
  readonly index: StoredIndex | null;
}

/**
 * The entries that a row needs.
 *
 * @param building Those in indexes that are not ready, too.
 */
export function expectedOf(table: StoredTable, row: StoredRow, building: boolean = false): Expected[] {
  const entries: Expected[] = [];
  for (const index of table.indexes) {
    const place = building || index.ready ? entryPlace(table, index, row.row) : null;
    if (place === null) continue;
    const value = entryValue(table, isUniqueEntry(index, row.row), row.row, row.expiresAt);
    entries.push({ place, value, part: partName(index), index });
  }
  const { expiresAt } = row;
  if (expiresAt === null) return entries;
  const place = expiryPlace(table, row.place, expiresAt);
  return [...entries, { place, value: new Uint8Array(0), part: "expiry", index: null }];
}

/** What a problem calls an index. */
export function partName({ name, columns }: StoredIndex): string {
  return name ?? columns.map((column) => column.name).join(",");
}
