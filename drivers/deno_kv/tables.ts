import type { IndexOptions, TableSchema } from "../../src/contract/mod.ts";
import { orphans } from "../../src/errors/violations.ts";
import { describeSchema } from "../../src/reference/mod.ts";
import { NamedIndex } from "../../src/reference/named_index.ts";
import { requireSameSchema } from "../../src/reference/same_schema.ts";
import { indexRows } from "./backfill.ts";
import { isLivingEntry } from "./entry_codec.ts";
import { refuseExpiring } from "./expirable.ts";
import { afterAll, below, NULL_PART, rangeBelow, textPart } from "./key.ts";
import { keysOf, SECTIONS, tableOf } from "./layout.ts";
import { NAME } from "./limits.ts";
import { removeKeys } from "./removal.ts";
import { openListed, type StoredRow } from "./rows.ts";
import { scan } from "./scan.ts";
import type { StoredTable } from "./stored_table.ts";
import type { IndexRecord, TableRecord } from "./table_record.ts";
import { encodeTagged } from "./tagged_json.ts";
import type { Work } from "./work.ts";

/** How many rows an index is made over at once; more are indexed step by step. */
const AT_ONCE = 100;

/**
 * Makes a table when it is absent.
 *
 * @throws {UnsupportedError} When it refers to a table with rows that expire.
 */
export async function createTable(work: Work, name: string, schema: TableSchema): Promise<void> {
  const existing = work.catalog.tables.get(name);
  if (existing !== undefined) {
    const place = { driver: NAME, database: work.catalog.name, table: name };
    return requireSameSchema(existing.record.schema, schema, place);
  }
  const number = await freeNumber(work);
  const record: TableRecord = {
    id: number.toString(36),
    schema: describeSchema(schema),
    nextIndex: 1,
    indexes: [],
  };
  writeRecord(work, name, record, number + 1);
  for (const { parentTable } of work.catalog.table(name).references) {
    const parent = work.catalog.tables.get(parentTable);
    if (parent !== undefined) await refuseExpiring(work, parent, name);
  }
}

/** The number of a new table: in a store that was copied in part, or damaged, the next one may have keys already. */
export async function freeNumber(work: Work): Promise<number> {
  const { next, root } = work.catalog;
  for (let number = next;; number++) {
    if ((await work.list(keysOf(root, number.toString(36)), 1, false)).entries.length === 0) return number;
  }
}

/** Removes a table with all that is in it, when it exists. */
export async function dropTable(work: Work, name: string): Promise<void> {
  const table = work.catalog.tables.get(name);
  if (table === undefined) return;
  for (const reference of work.catalog.referrers(name)) {
    if (reference.child === table) continue;
    await work.guard(reference.child, true);
    const { place } = reference.index;
    const range = { start: afterAll(below(place, NULL_PART)), end: rangeBelow(place).end };
    const now = Date.now();
    for await (const entry of scan(work, range, false, 2)) {
      if (!isLivingEntry(entry, reference.child.table.name, now)) continue;
      throw orphans(table.scene, "drop", reference, [reference.parentColumn]);
    }
  }
  for (const { place } of [...work.writes.values()]) {
    if (tableOf(place.key, table.database) === table.record.id) work.delete(place);
  }
  writeRecord(work, name, null);
  removeKeys(work, table.record.id);
}

/**
 * Makes an index. Over few rows, or in a transaction, it is ready with the commit.
 *
 * @param atOnce Whether to look if the rows are few, which competes with every writer of the table.
 * @returns Whether rows are left to be indexed.
 */
export async function createIndex(
  work: Work,
  tableName: string,
  name: string,
  options: IndexOptions,
  atOnce: boolean,
): Promise<boolean> {
  const table = work.catalog.table(tableName);
  const index = new NamedIndex(table.table, table.scene, name, options);
  const existing = table.record.indexes.find((each) => each.name === name);
  if (existing !== undefined) {
    table.namedIndex(existing).checkSame(index);
    return existing.state === "building";
  }
  const number = await freeIndex(work, table);
  const rows = atOnce || work.mode === "transaction" ? await fewRows(work, table) : null;
  const record: IndexRecord = {
    name,
    id: `${SECTIONS.named}${number.toString(36)}`,
    state: rows === null ? "building" : "ready",
    options: index.options,
  };
  writeRecord(work, tableName, {
    ...table.record,
    nextIndex: number + 1,
    indexes: [...table.record.indexes, record],
  });
  if (rows === null) return true;
  await indexRows(work, work.catalog.table(tableName), record, rows);
  return false;
}

/** The number of a new index, where nothing is yet. */
async function freeIndex(work: Work, { record, database }: StoredTable): Promise<number> {
  for (let number = record.nextIndex;; number++) {
    const range = keysOf(database, `${record.id}${SECTIONS.named}${number.toString(36)}`);
    if ((await work.list(range, 1, false)).entries.length === 0) return number;
  }
}

/** The rows of a table; null when they are to be indexed step by step. */
async function fewRows(work: Work, table: StoredTable): Promise<StoredRow[] | null> {
  await work.guard(table, true);
  const rows: StoredRow[] = [];
  for await (const entry of scan(work, rangeBelow(table.rows), false, AT_ONCE)) {
    const row = await openListed(work, table, entry);
    if (row !== null) rows.push(row);
    if (rows.length >= AT_ONCE && work.mode !== "transaction") return null;
  }
  return rows;
}

/** Removes an index, when it exists. */
export function dropIndex(work: Work, tableName: string, name: string): void {
  const table = work.catalog.table(tableName);
  const record = table.record.indexes.find((each) => each.name === name);
  if (record === undefined) return;
  writeRecord(work, tableName, {
    ...table.record,
    indexes: table.record.indexes.filter((each) => each !== record),
  });
  work.delete(table.progressPlace(record));
  removeKeys(work, table.record.id + record.id);
}

/** Writes down what a table is now, and that the tables have changed. */
export function writeRecord(
  work: Work,
  name: string,
  record: TableRecord | null,
  next: number = work.catalog.next,
): void {
  const { catalog } = work;
  const place = below(catalog.records, textPart(name));
  if (record === null) work.delete(place);
  else work.set(place, encodeTagged(record));
  work.set(catalog.place, encodeTagged({ next }));
  work.redefine(catalog.with(name, record, next));
}
