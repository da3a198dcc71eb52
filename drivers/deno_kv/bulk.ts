import { TransactionError } from "../../src/errors/mod.ts";
import type { Row } from "../../src/reference/mod.ts";
import { commitTooLarge, type KVLimits } from "./limits.ts";
import type { Place } from "./key.ts";
import { insertPlaces } from "./row_writer.ts";
import type { Sessions } from "./sessions.ts";
import { KVStatement, parentPlace } from "./statement.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/** What a bulk insert does with more rows than one commit holds: refuse them, or use several commits. */
export type BulkMode = "atomic" | "chunked";

/** What a commit writes besides rows and entries. */
const MARGIN = 4;

/** Stores rows, in order: in one commit, or with `chunked` in as many as it takes. */
export async function bulkInsert(
  sessions: Sessions,
  limits: KVLimits,
  database: string,
  tableName: string,
  records: readonly Row[],
  expiresAt: () => number | null,
  mode: BulkMode,
): Promise<Row[]> {
  const insert = (part: readonly Row[], fresh: boolean): Promise<Row[]> =>
    sessions.write(
      database,
      (work) => insertAll(work, work.catalog.table(tableName), part, expiresAt()),
      fresh,
    );
  const table = (await sessions.catalog(database)).tables.get(tableName);
  const fresh = (count: number): boolean =>
    table !== undefined && checksOf(table, count) + MARGIN <= limits.checks;
  if (mode === "atomic") {
    if (records.length > limits.mutations) {
      throw commitTooLarge("mutations", records.length, limits.mutations);
    }
    return await insert(records, fresh(records.length));
  }
  const stored: Row[] = [];
  let size = Math.max(1, Math.floor((limits.mutations - MARGIN) / (1 + (table?.indexes.length ?? 0))));
  for (let from = 0; from < records.length;) {
    const part = records.slice(from, from + size);
    try {
      for (const row of await insert(part, fresh(part.length))) stored.push(row);
      from += part.length;
    } catch (error) {
      if (!(error instanceof TransactionError) || error.code !== "LIMIT_EXCEEDED" || part.length === 1) {
        throw error;
      }
      size = Math.ceil(part.length / 2);
    }
  }
  return stored;
}

async function insertAll(
  work: Work,
  table: StoredTable,
  records: readonly Row[],
  expiresAt: number | null,
): Promise<Row[]> {
  if (!work.optimistic) {
    // The versions of the tables, read first, stand for all these keys when they are more than a commit can check.
    await work.guard(table, false);
    for (const { parentTable } of table.references) {
      const parent = work.catalog.tables.get(parentTable);
      if (parent !== undefined) await work.guard(parent, false);
    }
    for (const places of placesOf(work, table, records)) await work.prefetch(places);
  }
  const statement = new KVStatement(work, table, "insert into");
  const rows: Row[] = [];
  for (const record of records) rows.push((await statement.insert(record, expiresAt)).row);
  await statement.finish();
  return rows;
}

/** What the inserts will look at, to be read together: the keys of one kind are near each other. */
function placesOf(work: Work, table: StoredTable, records: readonly Row[]): Place[][] {
  const kinds = new Map<string, Map<string, Place>>();
  const add = (kind: string, place: Place): void => {
    const known = kinds.get(kind) ?? new Map<string, Place>();
    kinds.set(kind, known.set(place.id, place));
  };
  for (const record of records) {
    insertPlaces(table, record).forEach((place) => add(String(place.key[table.database.key.length]), place));
    for (const reference of table.references) {
      const value = record[reference.column.name] ?? null;
      const place = value === null ? null : parentPlace(work.catalog, reference, value);
      if (place) add(`>${reference.column.name}`, place);
    }
  }
  return [...kinds.values()].map((places) => [...places.values()]);
}

/** How many checks the inserts of so many rows need when nothing is read for them. */
function checksOf({ table, indexes, references }: StoredTable, count: number): number {
  const unique = indexes.filter((index) => index.unique).length;
  return count * ((table.autoIncrement === null ? 1 : 0) + unique + references.length);
}
