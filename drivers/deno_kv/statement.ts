import type { Attempt, NoParent, Scene } from "../../src/errors/violations.ts";
import { type Row, Statement, type StatementRows } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import type { Catalog } from "./catalog.ts";
import { checkExpirable } from "./expirable.ts";
import { below, type Place, rangeBelow, toPart } from "./key.ts";
import { insertRow, removeRow, updateRow } from "./row_writer.ts";
import { readRow, readRows, type StoredRow } from "./rows.ts";
import { scan } from "./scan.ts";
import { rowPlace } from "./search.ts";
import type { StoredReference, StoredTable } from "./stored_table.ts";
import type { Found, Work } from "./work.ts";

/** The rows of a store, for one statement. */
class KVRows implements StatementRows<StoredTable, StoredRow, StoredReference> {
  readonly #work: Work;
  /** The rows of the statement that are no longer what was found: null when removed. */
  readonly #now: Map<string, StoredRow | null> = new Map();

  constructor(work: Work) {
    this.#work = work;
  }

  scene({ scene }: StoredTable): Scene {
    return scene;
  }

  column({ table }: StoredTable, name: string): Column | undefined {
    return table.get(name);
  }

  of({ references }: StoredTable): readonly StoredReference[] {
    return references;
  }

  to({ table }: StoredTable): readonly StoredReference[] {
    return this.#work.catalog.referrers(table.name);
  }

  current(stored: StoredRow): StoredRow | null {
    let row: StoredRow | null = stored;
    for (let next = this.#now.get(row.place.id); next !== undefined; next = this.#now.get(row.place.id)) {
      if (next === null || next === row) return next;
      row = next;
    }
    return row;
  }

  async change(table: StoredTable, before: StoredRow, values: Row): Promise<StoredRow> {
    const after = await updateRow(this.#work, table, before, values);
    this.#now.set(after.place.id, after);
    if (before.place.id !== after.place.id) this.#now.set(before.place.id, after);
    return after;
  }

  async remove(table: StoredTable, stored: StoredRow): Promise<void> {
    await removeRow(this.#work, table, stored);
    this.#now.set(stored.place.id, null);
  }

  async children(reference: StoredReference, value: unknown): Promise<StoredRow[]> {
    const place = childPlace(reference, value);
    if (place === null) return [];
    // A row that begins to refer meanwhile changes the version of its table.
    await this.#work.guard(reference.child, true);
    const places: Place[] = [];
    for await (const entry of scan(this.#work, rangeBelow(place), false, 100)) {
      places.push(rowPlace(reference.child, reference.index, entry as Found));
    }
    const rows = await readRows(this.#work, reference.child, places);
    return rows.filter((row) => row !== null);
  }

  async hasChildren(reference: StoredReference, value: unknown): Promise<boolean> {
    const place = childPlace(reference, value);
    if (place === null) return false;
    await this.#work.guard(reference.child, true);
    for await (const entry of scan(this.#work, rangeBelow(place), false, 2)) {
      if (await readRow(this.#work, reference.child, rowPlace(reference.child, reference.index, entry))) {
        return true;
      }
    }
    return false;
  }

  async hasParent(reference: StoredReference, value: unknown): Promise<boolean> {
    const place = parentPlace(this.#work.catalog, reference, value);
    if (place === null || place === undefined) return false;
    return (await this.#work.get(place)).value !== null;
  }

  noParent(reference: StoredReference): NoParent | null {
    const { catalog } = this.#work;
    if (catalog.tables.get(reference.parentTable) === undefined) return "no table";
    return parentSection(catalog, reference) === null ? "not unique" : null;
  }
}

/** One statement on a table of a store. */
export class KVStatement extends Statement<StoredTable, StoredRow, StoredReference> {
  readonly #work: Work;
  readonly #table: StoredTable;

  /** Begins a statement on a table. */
  constructor(work: Work, table: StoredTable, attempt: Attempt) {
    super(new KVRows(work), table, attempt);
    this.#work = work;
    this.#table = table;
  }

  /** Stores a row; what it refers to must be there, or be itself. */
  async insert(data: Row, expiresAt: number | null): Promise<StoredRow> {
    if (expiresAt !== null) checkExpirable(this.#work.catalog, this.#table);
    const stored = await insertRow(this.#work, this.#table, data, expiresAt);
    await this.inserted(stored.row);
    return stored;
  }
}

/**
 * Where the row referred to is, or its entry.
 *
 * @returns Undefined when no row can have the value; null when nothing makes the column unique.
 */
export function parentPlace(
  catalog: Catalog,
  reference: StoredReference,
  given: unknown,
): Place | null | undefined {
  const section = parentSection(catalog, reference);
  if (section === null) return null;
  const value = sameNumber(given, section.column);
  return value === undefined ? undefined : below(section.place, toPart(section.column.kind, value));
}

/** Where all that can be referred to is; null when nothing makes the column unique. */
function parentSection(
  catalog: Catalog,
  { parentTable, parentColumn }: StoredReference,
): { readonly place: Place; readonly column: Column } | null {
  const parent = catalog.tables.get(parentTable);
  const column = parent?.table.get(parentColumn);
  if (parent === undefined || column === undefined) return null;
  const { primaryKey } = parent.table;
  if (primaryKey.length === 1 && primaryKey[0] === column) return { place: parent.rows, column };
  const index = parent.indexes.find(({ unique, ready, filter, columns }) =>
    unique && ready && filter === null && columns.length === 1 && columns[0] === column
  );
  return index === undefined ? null : { place: index.place, column };
}

/** Where the entries of the rows that refer to a value are; null when none can. */
function childPlace({ index, column }: StoredReference, value: unknown): Place | null {
  const converted = sameNumber(value, column);
  return converted === undefined ? null : below(index.place, toPart(column.kind, converted));
}

/** The value as one of a column: numbers of integer and bigint columns may be referred to by each other. */
function sameNumber(value: unknown, { kind }: Column): unknown {
  if (kind === "bigint" && typeof value === "number") {
    return Number.isInteger(value) ? BigInt(value) : undefined;
  }
  if ((kind === "integer" || kind === "real") && typeof value === "bigint") {
    return Number.isSafeInteger(Number(value)) ? Number(value) : undefined;
  }
  return value;
}
