import type { AsyncDriver, TableChange, TableSchema } from "../../src/contract/mod.ts";
import { UnsupportedError } from "../../src/errors/mod.ts";
import { notNullViolation } from "../../src/errors/violations.ts";
import { describeSchema, type Row } from "../../src/reference/mod.ts";
import {
  followedSchema,
  initialValue,
  keptIndexes,
  widenedValue,
} from "../../src/reference/altered_table.ts";
import { storageSchema } from "../../src/reference/storage_schema.ts";
import type { Column } from "../../src/schema/column.ts";
import { Table } from "../../src/schema/table.ts";
import { indexEntries } from "./backfill.ts";
import { refuseExpiring } from "./expirable.ts";
import { rangeBelow } from "./key.ts";
import { SECTIONS } from "./layout.ts";
import { NAME } from "./limits.ts";
import { removeKeys } from "./removal.ts";
import { openListed, type StoredRow } from "./rows.ts";
import { insertRow } from "./row_writer.ts";
import { scanLists } from "./scan.ts";
import { readNumbers, takeNumber, writeNumbers } from "./sequence.ts";
import { KVStatement } from "./statement.ts";
import type { StoredIndex, StoredReference, StoredTable } from "./stored_table.ts";
import { freeNumber, writeRecord } from "./tables.ts";
import type { RowLayout, TableRecord } from "./table_record.ts";
import type { Work } from "./work.ts";

/** What an index is called that is made beforehand, and becomes that of a column. */
const BEFOREHAND = "rinari_new_";

/** An index of one column. */
export interface ColumnIndex {
  readonly name: string;
  readonly column: string;
  readonly unique: boolean;
}

/** What becomes of a table. */
interface Alteration {
  readonly before: StoredTable;
  readonly name: string;
  readonly schema: TableSchema;
  readonly table: Table;
  /** The names of columns before, by those they have now. */
  readonly sources: ReadonlyMap<string, string>;
  /** The values that rows have which were written before a column was. */
  readonly initial: Readonly<Record<string, unknown>>;
}

/**
 * Makes a table what a schema says, with its rows. They stay as they are written: the description of the table says how they are
 * to be read. Only what is new to look for is written, and what rows could refuse is read.
 *
 * @throws {RinariError} When a row refuses it.
 */
export async function alterTable(
  work: Work,
  name: string,
  schema: TableSchema,
  change: TableChange,
): Promise<void> {
  const alteration = alterationOf(work.catalog.table(name), schema, change);
  checkKeys(alteration);
  const isWider = alteration.table.columns.some((column) => widens(alteration, column));
  if (isWider) await moveTable(work, alteration);
  else await describeAnew(work, alteration);
  if (name !== alteration.name) writeRecord(work, name, null);
  for (const { child } of [...work.catalog.referrers(name)]) {
    if (child.table.name === name || child.table.name === alteration.name) continue;
    const record = work.catalog.table(child.table.name).record;
    writeRecord(work, child.table.name, {
      ...record,
      schema: followedSchema(record.schema, name, alteration.name, change.renamed ?? {}),
    });
  }
  await checkReferences(work, alteration);
}

/** The indexes that `alterTable` would make over all rows, with what `createIndex` is given to make them before. */
export function indexesBeforehand(
  { catalog }: Work,
  name: string,
  schema: TableSchema,
  change: TableChange,
): ColumnIndex[] {
  const alteration = alterationOf(catalog.table(name), schema, change);
  return alteration.table.columns.flatMap((column) => {
    const from = alteration.sources.get(column.name);
    const section = sectionOf(column, alteration.table);
    if (from === undefined || section === null || keptPlace(alteration, column) !== null) return [];
    return [{ name: BEFOREHAND + from, column: from, unique: section === SECTIONS.unique }];
  });
}

/** Makes them, each over as many commits as it takes. */
export async function makeBeforehand(
  driver: Pick<AsyncDriver, "createIndex">,
  database: string,
  table: string,
  indexes: readonly ColumnIndex[],
): Promise<void> {
  for (const { name, column, unique } of indexes) {
    await driver.createIndex(database, table, name, { columns: [column], ...(unique && { unique }) });
  }
}

function alterationOf(
  before: StoredTable,
  given: TableSchema,
  { name = before.table.name, renamed = {} }: TableChange,
): Alteration {
  const schema = describeSchema(given);
  const table = new Table(name, storageSchema(schema));
  const sources = new Map<string, string>();
  const initial: Record<string, unknown> = {};
  for (const column of table.columns) {
    const from = renamed[column.name] ?? column.name;
    if (before.table.get(from) !== undefined) {
      sources.set(column.name, from);
      if (before.record.initial?.[from] !== undefined) initial[column.name] = before.record.initial[from];
      continue;
    }
    const value = initialValue(column, given[column.name]);
    if (value !== null) initial[column.name] = value;
  }
  return { before, name, schema, table, sources, initial };
}

function checkKeys({ before, table, sources }: Alteration): void {
  const [was, is] = [before.table, table].map(({ primaryKey }) => primaryKey.map(({ name }) => name)) as [
    string[],
    string[],
  ];
  const same = is.length === was.length && is.every((name, i) => sources.get(name) === was[i]);
  const other = table.columns.find((column) => {
    const kind = before.table.get(sources.get(column.name) ?? "")?.kind;
    return kind !== undefined && kind !== column.kind && !(kind === "integer" && column.kind === "bigint");
  });
  if (same && other === undefined) return;
  throw new UnsupportedError(
    `Cannot change table \`${before.table.name}\` as it is: ${
      other === undefined
        ? "its primary key would be another one; make a new table and copy the rows"
        : `column \`${other.name}\` would have another type; a new column has to take the place of the old one`
    }`,
    { driver: NAME, table: before.table.name, columns: other === undefined ? is : [other.name] },
  );
}

function widens({ before, sources }: Alteration, { name, kind }: Column): boolean {
  const from = sources.get(name);
  return from !== undefined && before.table.get(from)?.kind !== kind;
}

/** Of what the entries of a column are, apart from indexes made by name; null when it has none. */
function sectionOf(column: Column | undefined, { primaryKey }: Table): string | null {
  if (column === undefined) return null;
  const isKey = column.primaryKey && primaryKey.length === 1;
  if (column.unique && !isKey) return SECTIONS.unique;
  return column.references === null ? null : SECTIONS.reference;
}

/** Where the entries of a column are already; null when they are nowhere, or it needs none. */
function keptPlace({ before, table, sources }: Alteration, column: Column): string | null {
  const from = before.table.get(sources.get(column.name) ?? "");
  const section = sectionOf(from, before.table);
  if (from === undefined || section === null || section !== sectionOf(column, table)) return null;
  return before.columnPlace(from, section);
}

/** Keeps the rows where they are, and writes down how they are to be read from now on. */
async function describeAnew(work: Work, alteration: Alteration): Promise<void> {
  const { before, name, schema, table, sources, initial } = alteration;
  const { record } = before;
  const { kept, dropped } = keptNamed(alteration);
  const columnPlaces: Record<string, string> = {};
  const fresh: Column[] = [];
  const adopted = new Set<string>();
  let next = Math.max(record.nextPlace ?? 0, before.table.columns.length, table.columns.length);
  for (const column of table.columns) {
    const section = sectionOf(column, table);
    if (section === null) continue;
    const place = keptPlace(alteration, column);
    const prepared = place !== null
      ? undefined
      : record.indexes.find((index) =>
        index.name === BEFOREHAND + sources.get(column.name) && index.state === "ready" &&
        (index.options.unique === true) === (section === SECTIONS.unique)
      );
    if (prepared !== undefined) adopted.add(prepared.id);
    else if (place === null) fresh.push(column);
    columnPlaces[column.name] = place ?? prepared?.id ?? `${section}${(next++).toString(36)}`;
  }
  const used = new Set(Object.values(columnPlaces));
  const gone = before.table.columns.flatMap((column) => {
    const section = sectionOf(column, before.table);
    return section === null ? [] : [before.columnPlace(column, section)];
  }).filter((place) => !used.has(place));
  const made: TableRecord = {
    id: record.id,
    schema,
    nextIndex: record.nextIndex,
    indexes: kept,
    layouts: layoutsOf(alteration),
    initial,
    columnPlaces,
    nextPlace: next,
  };
  writeRecord(work, name, made);
  const after = work.catalog.table(name);
  for (const { id } of dropped) if (!adopted.has(id)) gone.push(id);
  for (const place of gone) removeKeys(work, record.id + place);
  await adjustNumbers(work, before, after);
  const indexes = fresh.map((column) =>
    [...after.indexes, ...after.references.map(({ index }) => index)]
      .find((index) => index.name === null && index.columns[0]?.name === column.name) as StoredIndex
  );
  const strict = table.columns.filter((column) =>
    !column.nullable && initial[column.name] === undefined &&
    before.table.get(sources.get(column.name) ?? "")?.nullable !== false
  );
  if (indexes.length > 0 || strict.length > 0) await readAnew(work, alteration, indexes, strict);
}

/** How rows are to be read that were written at any time, the present one last. */
function layoutsOf({ before, table, sources }: Alteration): readonly RowLayout[] {
  const names = new Map([...sources].map(([to, from]) => [from, to]));
  const known = before.record.layouts ?? [before.codec.layout];
  const layouts = known.map((layout) =>
    layout.map(({ column, kind }) => ({ column: column === null ? null : names.get(column) ?? null, kind }))
  );
  const now = table.columns.map(({ name, kind }) => ({ column: name, kind }));
  const last = layouts.at(-1);
  const same = last !== undefined && last.length === now.length &&
    last.every(({ column }, i) => column === now[i]?.column);
  return same ? layouts : [...layouts, now];
}

/** The indexes made by name that stay, with the names that their columns have now, and those that go. */
function keptNamed(
  { before, table, sources }: Alteration,
): { readonly kept: TableRecord["indexes"]; readonly dropped: TableRecord["indexes"] } {
  const names = new Map([...sources].map(([to, from]) => [from, to]));
  const kept = before.record.indexes.flatMap((index) => {
    if (index.name.startsWith(BEFOREHAND)) return [];
    const options = keptIndexes([index.options], names, (name) => table.get(name) !== undefined)[0];
    return options === undefined ? [] : [{ ...index, options }];
  });
  const dropped = before.record.indexes.filter(({ id }) => !kept.some((index) => index.id === id));
  return { kept, dropped };
}

/** Reads all rows: those that refuse a column that takes no null any more, and the entries of indexes that are new. */
async function readAnew(
  work: Work,
  alteration: Alteration,
  indexes: readonly StoredIndex[],
  strict: readonly Column[],
): Promise<void> {
  const after = work.catalog.table(alteration.name);
  for await (const rows of rowsOf(work, alteration)) {
    for (const { row } of rows) {
      const refusing = strict.find(({ name }) => (row[name] ?? null) === null);
      if (refusing !== undefined) throw notNullViolation(alteration.before.scene, "update", refusing);
    }
    for (const index of indexes) await indexEntries(work, after, index, rows);
  }
}

/** The living rows of the table as it was, some at a time, with the columns that it has now. */
async function* rowsOf(
  work: Work,
  { before, sources, initial, table }: Alteration,
): AsyncGenerator<StoredRow[]> {
  await work.guard(before, true);
  for await (const entries of scanLists(work, rangeBelow(before.rows), false, 100)) {
    const rows: StoredRow[] = [];
    for (const entry of entries) {
      const stored = await openListed(work, before, entry);
      if (stored === null) continue;
      const row: Record<string, unknown> = {};
      for (const column of table.columns) {
        const { name } = column;
        const from = sources.get(name);
        row[name] = widenedValue(column, (from === undefined ? initial[name] : stored.row[from]) ?? null);
      }
      rows.push({ ...stored, row });
    }
    yield rows;
  }
}

/** Writes all rows anew, with keys and entries of another form. */
async function moveTable(work: Work, alteration: Alteration): Promise<void> {
  const { before, name, schema } = alteration;
  const { kept } = keptNamed(alteration);
  const indexes = kept.map((index, i) => ({
    ...index,
    id: `${SECTIONS.named}${(i + 1).toString(36)}`,
    state: "ready" as const,
  }));
  const number = await freeNumber(work);
  const rows: { readonly row: Row; readonly expiresAt: number | null }[] = [];
  for await (const some of rowsOf(work, alteration)) rows.push(...some);
  writeRecord(work, name, {
    id: number.toString(36),
    schema,
    nextIndex: indexes.length + 1,
    indexes,
  }, number + 1);
  const after = work.catalog.table(name);
  for (const { row, expiresAt } of rows) await insertRow(work, after, row, expiresAt);
  await adjustNumbers(work, before, after);
  removeKeys(work, before.record.id);
}

/** The last number of an autoIncrement column stays the last one. */
async function adjustNumbers(work: Work, before: StoredTable, after: StoredTable): Promise<void> {
  const { autoIncrement } = after.table;
  if (autoIncrement === null) {
    if (before.table.autoIncrement !== null) work.delete(before.sequence);
  } else if (before.table.autoIncrement === null) {
    await takeNumber(work, after, "moved");
  } else if (before.sequence.id !== after.sequence.id) {
    const { last, moved } = readNumbers(before, await work.get(before.sequence));
    writeNumbers(work, after, { last: autoIncrement.kind === "bigint" ? BigInt(last) : Number(last), moved });
  }
}

/** Sees that all rows refer to one that is there, by references that are new. */
async function checkReferences(work: Work, alteration: Alteration): Promise<void> {
  const { before, name, sources } = alteration;
  const after = work.catalog.table(name);
  const isNew = ({ column, parentTable, parentColumn }: StoredReference): boolean => {
    const old = before.references.find((each) => each.column.name === sources.get(column.name));
    const parent = old?.parentTable === before.table.name ? name : old?.parentTable;
    return parent !== parentTable || (old?.parentColumn !== parentColumn && parentTable !== name);
  };
  const references = after.references.filter(isNew);
  if (references.length === 0) return;
  for (const { parentTable } of references) {
    const parent = work.catalog.tables.get(parentTable);
    if (parent !== undefined) await refuseExpiring(work, parent, name);
  }
  const statement = new KVStatement(work, after, "insert into");
  for await (const rows of rowsOf(work, { ...alteration, before: after, sources: identity(after.table) })) {
    for (const { row } of rows) {
      for (const reference of references) {
        const value = row[reference.column.name] ?? null;
        if (value !== null) await statement.checkParent(reference, value);
      }
    }
  }
}

function identity({ columns }: Table): ReadonlyMap<string, string> {
  return new Map(columns.map(({ name }) => [name, name]));
}
