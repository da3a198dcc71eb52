import { type Attempt, missingParent, orphans, outOfRange } from "../../src/errors/violations.ts";
import { keyOf, type Row } from "../../src/reference/mod.ts";
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

/** A value that rows may refer to, with the column it is of. */
export interface Referred {
  /** The value. */
  readonly value: unknown;
  /** The column. */
  readonly column: Column;
}

/** A value that rows may refer to went away. */
interface Departure {
  readonly reference: StoredReference;
  readonly from: Referred;
  /** What the rows that refer are given on update; undefined when the row was deleted. */
  readonly next: Referred | undefined;
  /** The column of the statement's own table it began with. */
  readonly root: string;
}

/** A reference to be checked at the end. */
interface Check {
  readonly reference: StoredReference;
  readonly from: Referred;
  /** As in a departure; null when a row that refers was written, not the row referred to. */
  readonly root: string | null;
}

/** One statement: changes rows and then what refers to them, and checks at its end that nothing refers to nothing. */
export class Statement {
  readonly #work: Work;
  readonly #target: StoredTable;
  readonly #attempt: Attempt;
  readonly #departures: Departure[] = [];
  readonly #checks: Check[] = [];
  /** The rows of the statement that are no longer what was found: null when removed. */
  readonly #now: Map<string, StoredRow | null> = new Map();

  /** Begins a statement on a table. */
  constructor(work: Work, target: StoredTable, attempt: Attempt) {
    this.#work = work;
    this.#target = target;
    this.#attempt = attempt;
  }

  /** Stores a row; what it refers to must be there, or be itself. */
  async insert(data: Row, expiresAt: number | null): Promise<StoredRow> {
    if (expiresAt !== null) checkExpirable(this.#work.catalog, this.#target);
    const stored = await insertRow(this.#work, this.#target, data, expiresAt);
    for (const reference of this.#target.references) {
      const { column } = reference;
      const value = stored.row[column.name] ?? null;
      if (value !== null) await this.#checkParent(reference, { value, column });
    }
    return stored;
  }

  /** Changes a row, unless something of this statement has removed it. */
  async update(stored: StoredRow, values: Row): Promise<StoredRow | null> {
    const now = this.#current(stored);
    if (now === null) return null;
    const after = await this.#change(this.#target, now, values, null, stored.place.id);
    if (this.#departures.length > 0) await this.#settle();
    return this.#current(after);
  }

  /** Removes a row, unless something of this statement has removed it. */
  async delete(stored: StoredRow): Promise<void> {
    const now = this.#current(stored);
    if (now === null) return;
    await this.#remove(this.#target, now, null);
    if (this.#departures.length > 0) await this.#settle();
  }

  /**
   * Ends the statement.
   *
   * @throws {ForeignKeyConstraintError} When a row refers to one that does not exist.
   */
  async finish(): Promise<void> {
    for (const { reference, from, root } of this.#checks) {
      if (!await this.#hasChildren(reference, from)) continue;
      if (root === null) await this.#checkParent(reference, from);
      else if (await this.#hasParent(reference, from) !== true) {
        throw orphans(this.#target.scene, this.#attempt, reference, [root]);
      }
    }
  }

  /** The row as this statement has left it. */
  #current(stored: StoredRow): StoredRow | null {
    let row: StoredRow | null = stored;
    for (let next = this.#now.get(row.place.id); next !== undefined; next = this.#now.get(row.place.id)) {
      if (next === null || next === row) return next;
      row = next;
    }
    return row;
  }

  async #change(
    table: StoredTable,
    before: StoredRow,
    values: Row,
    root: string | null,
    asked: string = before.place.id,
  ): Promise<StoredRow> {
    const after = await updateRow(this.#work, table, before, values);
    this.#now.set(after.place.id, after);
    if (asked !== after.place.id) this.#now.set(asked, after);
    if (before.place.id !== after.place.id) this.#now.set(before.place.id, after);
    for (const reference of table.references) {
      const { column } = reference;
      const value = after.row[column.name] ?? null;
      if (value !== null && !isSame(column, value, before.row[column.name])) {
        this.#checks.push({ reference, from: { value, column }, root });
      }
    }
    this.#leave(table, before.row, after.row, root);
    return after;
  }

  async #remove(table: StoredTable, stored: StoredRow, root: string | null): Promise<void> {
    await removeRow(this.#work, table, stored);
    this.#now.set(stored.place.id, null);
    this.#leave(table, stored.row, null, root);
  }

  /** Notes what rows may refer to that went away with a row's old values. */
  #leave(table: StoredTable, before: Row, after: Row | null, root: string | null): void {
    for (const reference of this.#work.catalog.referrers(table.table.name)) {
      const column = table.table.get(reference.parentColumn);
      const value = column === undefined ? null : before[column.name] ?? null;
      if (column === undefined || value === null) continue;
      const next = after === null ? undefined : { value: after[column.name], column };
      if (next !== undefined && isSame(column, value, next.value)) continue;
      this.#departures.push({ reference, from: { value, column }, next, root: root ?? column.name });
    }
  }

  /** Follows the references to what went away, each to its end before the next one, as the reference evaluator does. */
  async #settle(): Promise<void> {
    const stack: Departure[] = [];
    const stackUp = (): void => {
      while (this.#departures.length > 0) stack.push(this.#departures.pop() as Departure);
    };
    stackUp();
    for (let departure = stack.pop(); departure !== undefined; departure = stack.pop()) {
      await this.#follow(departure);
      stackUp();
    }
  }

  async #follow({ reference, from, next, root }: Departure): Promise<void> {
    const { child, column } = reference;
    const action = next === undefined ? reference.onDelete : reference.onUpdate;
    if (action === "RESTRICT" || action === "NO ACTION") {
      this.#checks.push({ reference, from, root });
      return;
    }
    const value = action === "SET NULL" || next === undefined ? null : this.#convert(next, column);
    for (const row of await this.#children(reference, from)) {
      if (action === "CASCADE" && next === undefined) await this.#remove(child, row, root);
      else await this.#change(child, row, { [column.name]: value }, root);
    }
  }

  /** Turns a value of the column referred to into one of the column that refers. */
  #convert({ value, column: from }: Referred, to: Column): unknown {
    if (value === null || from.kind === to.kind) return value;
    const converted = sameNumber(value, to);
    if (converted !== undefined) return converted;
    if (to.kind !== "integer" || typeof value !== "bigint") return to.accept(value);
    const why = `${value} does not fit \`${to.name}\` of \`${to.table}\``;
    throw outOfRange(this.#target.scene, this.#attempt, to, why);
  }

  async #children(reference: StoredReference, from: Referred): Promise<StoredRow[]> {
    const place = childPlace(reference, from);
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

  async #hasChildren(reference: StoredReference, from: Referred): Promise<boolean> {
    const place = childPlace(reference, from);
    if (place === null) return false;
    await this.#work.guard(reference.child, true);
    for await (const entry of scan(this.#work, rangeBelow(place), false, 2)) {
      if (await readRow(this.#work, reference.child, rowPlace(reference.child, reference.index, entry))) {
        return true;
      }
    }
    return false;
  }

  async #checkParent(reference: StoredReference, from: Referred): Promise<void> {
    const has = await this.#hasParent(reference, from);
    if (has === true) return;
    const { parentTable, parentColumn } = reference;
    const why = has === false
      ? null
      : this.#work.catalog.tables.get(parentTable) === undefined
      ? `there is no table \`${parentTable}\`; create it first`
      : `\`${parentColumn}\` is neither its primary key nor unique; make it unique`;
    throw missingParent(this.#target.scene, this.#attempt, reference, why);
  }

  /** Whether the row referred to is there; null when nothing makes the column unique. */
  async #hasParent(reference: StoredReference, from: Referred): Promise<boolean | null> {
    const place = parentPlace(this.#work.catalog, reference, from);
    if (place === null || place === undefined) return place === null ? null : false;
    return (await this.#work.get(place)).value !== null;
  }
}

/**
 * Where the row referred to is, or its entry.
 *
 * @returns Undefined when no row can have the value; null when nothing makes the column unique.
 */
export function parentPlace(
  catalog: Catalog,
  { parentTable, parentColumn }: StoredReference,
  { value: given }: Referred,
): Place | null | undefined {
  const parent = catalog.tables.get(parentTable);
  const column = parent?.table.get(parentColumn);
  if (parent === undefined || column === undefined) return null;
  const { primaryKey } = parent.table;
  const value = sameNumber(given, column);
  if (primaryKey.length === 1 && primaryKey[0] === column) {
    return value === undefined ? undefined : below(parent.rows, toPart(column.kind, value));
  }
  const index = parent.indexes.find(({ unique, ready, filter, columns }) =>
    unique && ready && filter === null && columns.length === 1 && columns[0] === column
  );
  if (index === undefined) return null;
  return value === undefined ? undefined : below(index.place, toPart(column.kind, value));
}

/** Where the entries of the rows that refer to a value are; null when none can. */
function childPlace({ index, column }: StoredReference, { value }: Referred): Place | null {
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

function isSame({ kind }: Column, a: unknown, b: unknown): boolean {
  if (a === null || b === null || a === undefined || b === undefined) return (a ?? null) === (b ?? null);
  return keyOf(kind, a) === keyOf(kind, b);
}
