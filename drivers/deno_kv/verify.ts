import { type Catalog, nextOf, readCatalog } from "./catalog.ts";
import { isCorrupt } from "./corrupt.ts";
import { expectedOf, partName } from "./expected.ts";
import { below, idOf, type Place, placeOf, rangeBelow } from "./key.ts";
import type { KVKey } from "./kv.ts";
import { counterValue } from "./row_count.ts";
import { openAny, type StoredRow } from "./rows.ts";
import { scan } from "./scan.ts";
import { rowPlace } from "./search.ts";
import { isHead, readHead } from "./segments.ts";
import { greatestNumber, readNumbers } from "./sequence.ts";
import { parentPlace } from "./statement.ts";
import type { Store } from "./store.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";
import { strangers } from "./strangers.ts";
import { type Found, foundOf, Work } from "./work.ts";

/** Something in the store that does not agree with the rows, or that is no row. */
export interface KVProblem {
  /**
   * `missing`: a row has no entry. `orphan`: an entry, a segment or an index leads to nothing. `stale`: an entry is not what its
   * row says. `count`: the counter is not the number of rows. `sequence`: the next number would not be greater than all there are.
   * `corrupt`: what is stored cannot be read.
   *
   * `repair` leaves these to you, and rows and schemas that are `corrupt`: `duplicate`: two rows are equal in unique columns.
   * `reference`: a row refers to none. `unknown`: keys of a table that is not described.
   */
  readonly kind:
    | "missing"
    | "orphan"
    | "stale"
    | "count"
    | "sequence"
    | "corrupt"
    | "duplicate"
    | "reference"
    | "unknown";
  /** The table; `*` where it is the database, or not known. */
  readonly table: string;
  /**
   * What is concerned: an index, a column that refers, `row`, `expiry`, `segments`, `counter`, `sequence`, `schema`, `catalog`, or
   * the beginning of keys that are not known.
   */
  readonly part: string;
  /** The key of the entry. */
  readonly key: KVKey;
  /** The key of the row, or null. */
  readonly row: KVKey | null;
}

/** How many rows are compared with what they refer to at once. */
const ROWS_AT_ONCE = 100;

/** What was found, and the tables that could be read. */
export interface Verified {
  /** The tables. */
  readonly catalog: Catalog;
  /** What is wrong. */
  readonly problems: KVProblem[];
}

/** Compares the rows of a table, or of all, with what is kept beside them. */
export async function verifyDatabase(
  store: Store,
  database: string,
  tableName: string | undefined,
): Promise<Verified> {
  const problems: KVProblem[] = [];
  const catalog = await readCatalog(store, database, (table, key) => {
    if (tableName === undefined || tableName === table) {
      problems.push({ kind: "corrupt", table, part: "schema", key, row: null });
    }
  });
  if (tableName !== undefined) {
    if (problems.length === 0) problems.push(...await verifyTable(store, catalog, catalog.table(tableName)));
    return { catalog, problems };
  }
  for (const table of catalog.tables.values()) problems.push(...await verifyTable(store, catalog, table));
  problems.push(...await strangers(store, database, catalog));
  problems.push(...await verifyCatalog(store, catalog));
  return { catalog, problems };
}

/** What is wrong with the number of the next table. */
async function verifyCatalog(store: Store, catalog: Catalog): Promise<KVProblem[]> {
  if (catalog.tables.size === 0) return [];
  const found = foundOf(await store.get(catalog.place.key));
  const next = nextOf(catalog, found);
  if (found.versionstamp !== catalog.versionstamp || (next !== null && next >= catalog.next)) return [];
  const kind = next === null ? "corrupt" : "sequence";
  return [{ kind, table: "*", part: "catalog", key: catalog.place.key, row: null }];
}

/**
 * Compares a table with its entries. What looks wrong is looked at again, both sides in one moment, before it is reported,
 * so that writers at work cause no alarm.
 */
async function verifyTable(store: Store, catalog: Catalog, table: StoredTable): Promise<KVProblem[]> {
  const work = new Work(store, catalog, "read");
  work.confirmed = true;
  const { name } = table.table;
  const problems: KVProblem[] = [];
  // Last, so that what a row needs is written after what is wrong there has been removed.
  const lacking: KVProblem[] = [];
  let rows = 0;
  let referring: StoredRow[] = [];
  for await (const found of scan(work, rangeBelow(table.rows), false, 500)) {
    rows++;
    const row = await openOrNull(work, table, placeOf(found.key), found);
    if (row === "corrupt") {
      problems.push({ kind: "corrupt", table: name, part: "row", key: found.key, row: found.key });
    } else if (row !== null) {
      lacking.push(...await missingOf(work, table, row));
      if (table.references.length > 0) referring.push(row);
    }
    if (referring.length < ROWS_AT_ONCE) continue;
    problems.push(...await danglingOf(work, table, referring));
    referring = [];
  }
  problems.push(...await danglingOf(work, table, referring));
  for (const index of table.indexes) {
    for await (const entry of scan(work, rangeBelow(index.place), false, 500)) {
      problems.push(...await judgeEntry(work, table, index, entry));
    }
  }
  for await (const entry of scan(work, rangeBelow(table.expiries), false, 500)) {
    const at = below(table.rows, ...entry.key.slice(table.expiries.key.length + 1));
    problems.push(...await judge(work, table, "expiry", entry, at));
  }
  problems.push(...await strayness(work, table));
  problems.push(...await miscounted(store, table, rows));
  problems.push(...await lagging(work, table));
  return [...problems, ...lacking];
}

/** The entries that a row lacks, or that lead elsewhere. */
async function missingOf(work: Work, table: StoredTable, row: StoredRow): Promise<KVProblem[]> {
  // A row that has expired needs no entry but that by which it is removed: an index made since then has none of it.
  const expired = row.expiresAt !== null && row.expiresAt <= Date.now();
  const expected = expectedOf(table, row).filter(({ part }) => !expired || part === "expiry");
  if (expected.length === 0) return [];
  const found = await work.store.getMany(expected.map(({ place }) => place.key));
  const problems: KVProblem[] = [];
  for (let i = 0; i < expected.length; i++) {
    const { place, value, part, index } = expected[i] as typeof expected[number];
    if (sameBytes(found[i]?.value, value)) continue;
    const [entry, now] = (await work.store.getMany([place.key, row.place.key])).map(foundOf);
    if (entry === undefined || now?.versionstamp !== row.versionstamp || sameBytes(entry.value, value)) {
      continue;
    }
    const kind = entry.value === null
      ? "missing"
      : index !== null && await leadsToAnother(work, table, index, entry)
      ? "duplicate"
      : "stale";
    problems.push({ kind, table: table.table.name, part, key: place.key, row: row.place.key });
  }
  return problems;
}

/** Whether an entry of a unique index is rightly that of a row. */
async function leadsToAnother(
  work: Work,
  table: StoredTable,
  index: StoredIndex,
  entry: Found,
): Promise<boolean> {
  return index.unique && (await judgeEntry(work, table, index, entry)).length === 0;
}

/** The rows that refer to none. */
async function danglingOf(work: Work, table: StoredTable, rows: readonly StoredRow[]): Promise<KVProblem[]> {
  const problems: KVProblem[] = [];
  for (const reference of table.references) {
    const { column } = reference;
    const children: { row: StoredRow; place: Place | null }[] = [];
    for (const row of rows) {
      const value = row.row[column.name] ?? null;
      const place = value === null ? null : parentPlace(work.catalog, reference, value);
      if (value !== null && place !== null) children.push({ row, place: place ?? null });
    }
    const places = children.flatMap(({ place }) => place === null ? [] : [place.key]);
    const parents = new Map((await work.store.getMany(places)).map((entry, i) => [places[i], entry]));
    for (const { row, place } of children) {
      if (place !== null && parents.get(place.key)?.versionstamp !== null) continue;
      const [now, parent] = await work.store.getMany([row.place.key, place?.key ?? row.place.key]);
      if (now?.versionstamp !== row.versionstamp || (place !== null && parent?.versionstamp !== null)) {
        continue;
      }
      problems.push({
        kind: "reference",
        table: table.table.name,
        part: column.name,
        key: row.place.key,
        row: row.place.key,
      });
    }
  }
  return problems;
}

/** What is wrong with an entry of an index, when something is. */
async function judgeEntry(
  work: Work,
  table: StoredTable,
  index: StoredIndex,
  entry: Found,
): Promise<KVProblem[]> {
  let at: Place;
  try {
    at = rowPlace(table, index, entry);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    const [now] = await work.store.getMany([entry.key]);
    if (now?.versionstamp !== entry.versionstamp) return [];
    return [{ kind: "corrupt", table: table.table.name, part: partName(index), key: entry.key, row: null }];
  }
  return await judge(work, table, partName(index), entry, at);
}

/** What is wrong with an entry that leads to a row, when something is. */
async function judge(
  work: Work,
  table: StoredTable,
  part: string,
  entry: Found,
  at: Place,
): Promise<KVProblem[]> {
  const [now, found] = (await work.store.getMany([entry.key, at.key])).map(foundOf);
  if (now === undefined || now.value === null || found === undefined) return [];
  const row = await openOrNull(work, table, at, found);
  // Of a row that cannot be read nothing is known to be wrong.
  if (row === "corrupt") return [];
  const id = idOf(entry.key);
  const right = row === null ? undefined : expectedOf(table, row, true).find(({ place }) => place.id === id);
  if (right !== undefined && sameBytes(now.value, right.value)) return [];
  return [{
    kind: row === null ? "orphan" : "stale",
    table: table.table.name,
    part,
    key: entry.key,
    row: at.key,
  }];
}

/** Segments that belong to no row. */
async function strayness(work: Work, table: StoredTable): Promise<KVProblem[]> {
  const problems: KVProblem[] = [];
  for await (const { key } of scan(work, rangeBelow(table.segments), false, 10)) {
    const parts = key.slice(table.segments.key.length);
    const at = below(table.rows, ...parts.slice(0, -1));
    const [segment, head] = (await work.store.getMany([key, at.key])).map(foundOf);
    if (segment?.versionstamp === null || owns(work, table, at, head?.value ?? null, parts.at(-1))) continue;
    problems.push({ kind: "orphan", table: table.table.name, part: "segments", key, row: null });
  }
  return problems;
}

/** Whether a row has a segment; of one that cannot be read that is not known to be wrong. */
function owns(
  { store: { limits } }: Work,
  { table }: StoredTable,
  at: Place,
  head: Uint8Array | null,
  number: unknown,
): boolean {
  if (head === null || !isHead(head)) return false;
  try {
    return typeof number === "number" && number < readHead(head, limits.mutations, table.name, at.key).count;
  } catch {
    return true;
  }
}

async function miscounted(store: Store, table: StoredTable, rows: number): Promise<KVProblem[]> {
  const { key } = table.counter;
  const counted = await store.get(key);
  const problem = (kind: KVProblem["kind"]): KVProblem[] => [
    { kind, table: table.table.name, part: "counter", key, row: null },
  ];
  try {
    if (counterValue(table, counted.value) === rows) return [];
  } catch {
    return problem("corrupt");
  }
  return (await store.get(key)).versionstamp === counted.versionstamp ? problem("count") : [];
}

/** Whether the last number lags behind the rows. */
async function lagging(work: Work, table: StoredTable): Promise<KVProblem[]> {
  if (table.table.autoIncrement === null) return [];
  const { key } = table.sequence;
  const problem = (kind: KVProblem["kind"], row: KVKey | null): KVProblem[] => [
    { kind, table: table.table.name, part: "sequence", key, row },
  ];
  const found = await work.get(table.sequence);
  try {
    const { last, moved } = readNumbers(table, found);
    const greatest = moved ? null : await greatestNumber(work, table, last);
    if (greatest === null || (await work.get(table.sequence)).versionstamp !== found.versionstamp) return [];
    return problem("sequence", below(table.rows, greatest).key);
  } catch (error) {
    if (!isCorrupt(error)) throw error;
    return problem("corrupt", null);
  }
}

async function openOrNull(
  work: Work,
  table: StoredTable,
  place: Place,
  found: Found,
): Promise<StoredRow | null | "corrupt"> {
  try {
    return await openAny(work, table, place, found);
  } catch (error) {
    if (isCorrupt(error)) return "corrupt";
    throw error;
  }
}

function sameBytes(found: unknown, expected: Uint8Array): boolean {
  return found instanceof Uint8Array && found.length === expected.length &&
    found.every((byte, i) => byte === expected[i]);
}
