import type { Catalog } from "./catalog.ts";
import { below, idOf, type Place, placeOf, rangeBelow } from "./key.ts";
import type { KVKey } from "./kv.ts";
import { resumeRemovals } from "./removal.ts";
import { counterValue } from "./row_count.ts";
import { entryValue, expiryPlace } from "./row_writer.ts";
import { openAny, type StoredRow } from "./rows.ts";
import { scan } from "./scan.ts";
import { rowPlace } from "./search.ts";
import { segmentCount } from "./segments.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";
import { entryPlace, isUniqueEntry, type StoredIndex, type StoredTable } from "./stored_table.ts";
import { type Found, Work } from "./work.ts";

/** Something in the store that does not agree with the rows. */
export interface KVProblem {
  /**
   * `missing`: a row has no entry. `orphan`: an entry, or a segment, leads to no row. `stale`: an entry is not what its row
   * says. `count`: the counter is not the number of rows.
   */
  readonly kind: "missing" | "orphan" | "stale" | "count";
  /** The table. */
  readonly table: string;
  /** What is concerned: an index, `expiry`, `segments` or `counter`. */
  readonly part: string;
  /** The key of the entry. */
  readonly key: KVKey;
  /** The key of the row, or null. */
  readonly row: KVKey | null;
}

/** What an entry should hold. */
interface Expected {
  readonly place: Place;
  readonly value: Uint8Array;
}

/** Compares the rows of a table, or of all, with what is kept beside them. */
export async function verifyDatabase(
  store: Store,
  sessions: Sessions,
  database: string,
  tableName: string | undefined,
): Promise<KVProblem[]> {
  sessions.forget(database);
  const catalog = await sessions.catalog(database);
  const tables = tableName === undefined ? [...catalog.tables.values()] : [catalog.table(tableName)];
  const problems: KVProblem[] = [];
  for (const table of tables) problems.push(...await verifyTable(store, catalog, table));
  return problems;
}

/** Finishes what was interrupted, and mends what does not agree. @returns What did not. */
export async function repairDatabase(
  store: Store,
  sessions: Sessions,
  database: string,
  tableName: string | undefined,
): Promise<KVProblem[]> {
  const problems = await verifyDatabase(store, sessions, database, tableName);
  await resumeRemovals(store, await sessions.catalog(database));
  for (const problem of problems) await repairOne(sessions, database, problem);
  return problems;
}

/**
 * Compares a table with its entries. What looks wrong is looked at again, both sides in one moment, before it is reported,
 * so that writers at work cause no alarm.
 */
async function verifyTable(store: Store, catalog: Catalog, table: StoredTable): Promise<KVProblem[]> {
  const work = new Work(store, catalog, "read");
  work.confirmed = true;
  const problems: KVProblem[] = [];
  // Last, so that what a row needs is written after what is wrong there has been removed.
  const lacking: KVProblem[] = [];
  let rows = 0;
  for await (const found of scan(work, rangeBelow(table.rows), false, 500)) {
    rows++;
    const row = await openAny(work, table, placeOf(found.key), found);
    if (row !== null) lacking.push(...await missingOf(store, table, row));
  }
  for (const index of table.indexes) {
    for await (const entry of scan(work, rangeBelow(index.place), false, 500)) {
      const problem = await judge(
        work,
        table,
        partName(index),
        entry,
        rowPlace(table, index, entry),
        (row) => {
          const place = entryPlace(table, index, row.row);
          return place === null
            ? null
            : { place, value: entryValue(table, isUniqueEntry(index, row.row), row.row, row.expiresAt) };
        },
      );
      if (problem !== null) problems.push(problem);
    }
  }
  for await (const entry of scan(work, rangeBelow(table.expiries), false, 500)) {
    const at = below(table.rows, ...entry.key.slice(table.expiries.key.length + 1));
    const problem = await judge(work, table, "expiry", entry, at, (row) => expectedExpiry(table, row));
    if (problem !== null) problems.push(problem);
  }
  problems.push(...await strayness(store, work, table));
  const counted = await store.get(table.counter.key);
  if (
    counterValue(counted.value) !== rows &&
    (await store.get(table.counter.key)).versionstamp === counted.versionstamp
  ) {
    problems.push({
      kind: "count",
      table: table.table.name,
      part: "counter",
      key: table.counter.key,
      row: null,
    });
  }
  return [...problems, ...lacking];
}

/** Mends one problem, if it still is one. */
async function repairOne(sessions: Sessions, database: string, problem: KVProblem): Promise<void> {
  await sessions.write(database, async (work) => {
    const table = work.catalog.table(problem.table);
    if (problem.kind === "count") return await mendCounter(work, table);
    const place = placeOf(problem.key);
    await work.get(place);
    if (problem.row === null) return work.delete(place);
    const at = placeOf(problem.row);
    const row = await openAny(work, table, at, await work.get(at));
    const right = row === null
      ? undefined
      : expectedOf(table, row).find((each) => each.place.id === place.id);
    if (right === undefined) work.delete(place);
    else work.set(place, right.value);
  });
}

/** The entries that a row lacks, or that lead elsewhere. */
async function missingOf(store: Store, table: StoredTable, row: StoredRow): Promise<KVProblem[]> {
  // A row that has expired needs no entry but that by which it is removed: an index made since then has none of it.
  const expired = row.expiresAt !== null && row.expiresAt <= Date.now();
  const expected = expectedOf(table, row).filter(({ part }) => !expired || part === "expiry");
  if (expected.length === 0) return [];
  const found = await store.getMany(expected.map(({ place }) => place.key));
  const problems: KVProblem[] = [];
  for (let i = 0; i < expected.length; i++) {
    const { place, value } = expected[i] as typeof expected[number];
    if (sameBytes(found[i]?.value, value)) continue;
    const [entry, now] = await store.getMany([place.key, row.place.key]);
    if (now?.versionstamp !== row.versionstamp || sameBytes(entry?.value, value)) continue;
    const kind = entry?.versionstamp === null ? "missing" : "stale";
    problems.push({
      kind,
      table: table.table.name,
      part: expected[i]?.part ?? "",
      key: place.key,
      row: row.place.key,
    });
  }
  return problems;
}

/** What is wrong with an entry, when something is. */
async function judge(
  work: Work,
  table: StoredTable,
  part: string,
  entry: Found,
  at: Place,
  expect: (row: StoredRow) => Expected | null,
): Promise<KVProblem | null> {
  const [now, found] = await work.store.getMany([entry.key, at.key]);
  if (now === undefined || now.versionstamp === null || found === undefined) return null;
  const row = await openAny(work, table, at, found as Found);
  const right = row === null ? null : expect(row);
  if (right !== null && right.place.id === idOf(entry.key) && sameBytes(now.value, right.value)) return null;
  return {
    kind: row === null ? "orphan" : "stale",
    table: table.table.name,
    part,
    key: entry.key,
    row: at.key,
  };
}

function expectedOf(table: StoredTable, row: StoredRow): (Expected & { readonly part: string })[] {
  const entries = table.indexes.filter(({ ready }) => ready).flatMap((index) => {
    const place = entryPlace(table, index, row.row);
    const value = entryValue(table, isUniqueEntry(index, row.row), row.row, row.expiresAt);
    return place === null ? [] : [{ place, value, part: partName(index) }];
  });
  const expiry = expectedExpiry(table, row);
  return expiry === null ? entries : [...entries, { ...expiry, part: "expiry" }];
}

function expectedExpiry(table: StoredTable, { place, expiresAt }: StoredRow): Expected | null {
  return expiresAt === null
    ? null
    : { place: expiryPlace(table, place, expiresAt), value: new Uint8Array(0) };
}

/** Segments that belong to no row. */
async function strayness(store: Store, work: Work, table: StoredTable): Promise<KVProblem[]> {
  const problems: KVProblem[] = [];
  for await (const { key } of scan(work, rangeBelow(table.segments), false, 10)) {
    const parts = key.slice(table.segments.key.length);
    const at = below(table.rows, ...parts.slice(0, -1));
    const [segment, head] = await store.getMany([key, at.key]);
    const count = head?.value == null ? 0 : segmentCount(head.value as Uint8Array);
    if (segment?.versionstamp === null || (parts.at(-1) as number) < count) continue;
    problems.push({ kind: "orphan", table: table.table.name, part: "segments", key, row: null });
  }
  return problems;
}

async function mendCounter(work: Work, table: StoredTable): Promise<void> {
  await work.guard(table, true);
  const { value } = await work.store.get(table.counter.key);
  let rows = 0;
  for await (const _ of scan(work, rangeBelow(table.rows), false, 500)) rows++;
  work.touch(table, rows - counterValue(value));
}

function partName({ name, columns }: StoredIndex): string {
  return name ?? columns.map((column) => column.name).join(",");
}

function sameBytes(found: unknown, expected: Uint8Array): boolean {
  return found instanceof Uint8Array && found.length === expected.length &&
    found.every((byte, i) => byte === expected[i]);
}
