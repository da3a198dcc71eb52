import { ConflictError, type RinariError } from "../../src/errors/mod.ts";
import { uniqueViolation } from "../../src/errors/violations.ts";
import type { Catalog } from "./catalog.ts";
import { below, type KeyRange, placeOf, rangeBelow, rightAfter } from "./key.ts";
import type { KVKeyPart } from "./kv.ts";
import { NAME } from "./limits.ts";
import { dropIndex, writeRecord } from "./tables.ts";
import { entryValue } from "./row_writer.ts";
import { openAny, openListed, readRow, type StoredRow } from "./rows.ts";
import { rowPlace } from "./search.ts";
import type { Sessions } from "./sessions.ts";
import { pause, type Store } from "./store.ts";
import { entryPlace, isUniqueEntry, type StoredIndex, type StoredTable } from "./stored_table.ts";
import type { IndexRecord } from "./table_record.ts";
import { decodeTagged, encodeTagged } from "./tagged_json.ts";
import { type Found, Work } from "./work.ts";

/** How many rows are indexed in one commit when nobody else writes to the table. */
const STEP = 400;
/** How often one step is tried. */
const TRIES = 50;

/** How far the building of an index has come. */
interface Progress {
  /** The key of the last row indexed. */
  readonly after: readonly unknown[];
}

/** Gives rows their entries in an index made by name. */
export function indexRows(
  work: Work,
  table: StoredTable,
  record: IndexRecord,
  rows: readonly StoredRow[],
): Promise<void> {
  return indexEntries(work, table, indexOf(table, record), rows);
}

/** Gives rows their entries in an index. */
export async function indexEntries(
  work: Work,
  table: StoredTable,
  index: StoredIndex,
  rows: readonly StoredRow[],
): Promise<void> {
  const entries = rows.flatMap((stored) => {
    const place = entryPlace(table, index, stored.row);
    return place === null ? [] : [{ stored, place, unique: isUniqueEntry(index, stored.row) }];
  });
  await work.getMany(entries.filter(({ unique }) => unique).map(({ place }) => place));
  for (const { stored, place, unique } of entries) {
    if (unique) {
      const found = await work.get(place);
      const other = found.value === null ? null : rowPlace(table, index, found);
      if (other !== null && other.id !== stored.place.id && await readRow(work, table, other) !== null) {
        throw uniqueViolation(table.scene, "index", index.columns);
      }
    }
    work.set(place, entryValue(table, unique, stored.row, stored.expiresAt));
  }
}

/**
 * Indexes the rows of a table step by step, each step in a commit of its own. What interrupts it loses nothing: called
 * again, also by another process, it goes on after the last step.
 */
export async function buildIndex(
  store: Store,
  sessions: Sessions,
  database: string,
  tableName: string,
  name: string,
): Promise<void> {
  const readCatalog = (): Promise<Catalog> => {
    sessions.forget(database);
    return sessions.catalog(database);
  };
  let size = STEP;
  let failures = 0;
  for (;;) {
    const catalog = await readCatalog();
    const table = catalog.tables.get(tableName);
    const record = table?.record.indexes.find((each) => each.name === name);
    if (table === undefined || record === undefined || record.state === "ready") {
      return sessions.forget(database);
    }
    const work = new Work(store, catalog, "statement");
    try {
      if (await step(work, table, record, failures === 0 ? size : smallStep(store, size))) {
        failures = 0;
        continue;
      }
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === "LIMIT_EXCEEDED" && size > 1 && !(error as RinariError).columns.length) {
        size = Math.ceil(size / 4);
        continue;
      }
      if (code !== "CONFLICT") {
        await giveUp(store, readCatalog, tableName, name);
        throw error;
      }
    }
    if (++failures > TRIES) {
      throw new ConflictError(
        `Cannot go on with index \`${name}\` of \`${tableName}\`: other writers were faster ${TRIES} times; ` +
          "create it again to go on where it stopped",
        { driver: NAME, table: tableName, retryable: true },
      );
    }
    await pause(Math.min(100, 2 ** failures));
  }
}

/** One step. @returns Whether it was committed. */
async function step(work: Work, table: StoredTable, record: IndexRecord, size: number): Promise<boolean> {
  const progress = table.progressPlace(record);
  const last = lastKey(table, await work.get(progress));
  // A large step is guarded by the version of the table, a small one by those of its rows.
  if (size > smallStep(work.store, size)) await work.guard(table, true);
  const all = rangeBelow(table.rows);
  const range: KeyRange = last === null ? all : { start: rightAfter(placeOf(last)), end: all.end };
  const { entries, rest } = await work.list(range, size, false);
  const rows: StoredRow[] = [];
  for (const entry of entries) {
    const row = await openListed(work, table, entry) ?? await openAny(work, table, placeOf(entry.key), entry);
    if (row === null) continue;
    work.rely(row.place, row.versionstamp);
    if (row.expiresAt === null || row.expiresAt > Date.now()) rows.push(row);
    else if (!isUniqueEntry(indexOf(table, record), row.row)) rows.push(row);
  }
  await indexRows(work, table, record, rows);
  if (rest === null) {
    work.delete(progress);
    writeRecord(work, table.table.name, {
      ...table.record,
      indexes: table.record.indexes.map((each) => each === record ? { ...record, state: "ready" } : each),
    });
  } else {
    const after = entries.at(-1)?.key.slice(table.rows.key.length) ?? [];
    work.set(progress, encodeTagged({ after }));
  }
  return await work.commit();
}

/** The key of the last row indexed; null when that cannot be told, so that all are indexed again. */
function lastKey(table: StoredTable, { key, value }: Found): readonly KVKeyPart[] | null {
  if (value === null) return null;
  try {
    const { after } = decodeTagged<Partial<Progress> | null>(value, table.table.name, key) ?? {};
    return Array.isArray(after) && after.every(isKeyPart) ? below(table.rows, ...after).key : null;
  } catch {
    return null;
  }
}

function isKeyPart(part: unknown): part is KVKeyPart {
  return part instanceof Uint8Array || ["string", "number", "bigint", "boolean"].includes(typeof part);
}

function indexOf(table: StoredTable, { name }: IndexRecord): StoredIndex {
  return table.indexes.find((index) => index.name === name) as StoredIndex;
}

/** So many rows that the checks of their versions, and of their entries, fit a commit. */
function smallStep({ limits }: Store, size: number): number {
  return Math.max(1, Math.min(size, Math.floor((limits.checks - 4) / 2)));
}

/** Takes an index away that cannot be built. */
async function giveUp(
  store: Store,
  readCatalog: () => Promise<Catalog>,
  tableName: string,
  name: string,
): Promise<void> {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const work = new Work(store, await readCatalog(), "statement");
    dropIndex(work, tableName, name);
    if (await work.commit()) return;
    await pause(Math.min(100, 2 ** attempt));
  }
}
