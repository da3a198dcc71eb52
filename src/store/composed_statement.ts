import type { RowChange } from "../reference/computed_values.ts";
import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { type Attempt, missingParent, notNullViolation, type Scene } from "../errors/violations.ts";
import { keyOf } from "../reference/keys.ts";
import { Statement, type StatementRows } from "../reference/statement.ts";
import type { Column } from "../schema/column.ts";
import type { Row } from "./any_driver.ts";
import { type ForeignKey, ForeignKeys } from "./foreign_keys.ts";
import type { StoredTable } from "./stored_table.ts";
import { Writes } from "./writes.ts";
import type { WorkingEntry, WorkingTable } from "./working_table.ts";

/** The rows of a composed statement: read when they are needed, changed in memory first. */
class WorkingRows implements StatementRows<WorkingTable, WorkingEntry, ForeignKey> {
  readonly #keys: ForeignKeys;
  readonly #target: WorkingTable;
  /** The new values of the rows changed, or null for those removed, in the order of the first change. */
  readonly changes: Map<WorkingEntry, { readonly table: WorkingTable; readonly values: Row | null }> =
    new Map();
  /** Whether rows were read that references lead to. */
  spread = false;

  constructor(keys: ForeignKeys, target: WorkingTable) {
    this.#keys = keys;
    this.#target = target;
  }

  scene({ stored }: WorkingTable): Scene {
    return stored.scene;
  }

  column({ stored }: WorkingTable, name: string): Column | undefined {
    return stored.table.get(name);
  }

  of(table: WorkingTable): readonly ForeignKey[] {
    return this.#keys.of(table);
  }

  to(table: WorkingTable): readonly ForeignKey[] {
    return this.#keys.to(table);
  }

  current(entry: WorkingEntry): WorkingEntry | null {
    return entry.live ? entry : null;
  }

  change(table: WorkingTable, entry: WorkingEntry, values: Row): Maybe<WorkingEntry> {
    const names = Object.keys(values);
    for (const name of names) {
      const column = table.stored.table.get(name);
      if (values[name] === null && column?.nullable === false) {
        throw notNullViolation(table.stored.scene, "update", column);
      }
    }
    const after = { ...entry.row, ...values };
    return chain(table.loadUnique([after], names), () => {
      table.update(entry, after, "update");
      const known = this.changes.get(entry)?.values;
      this.changes.set(entry, { table, values: known ? { ...known, ...values } : values });
      return entry;
    });
  }

  remove(table: WorkingTable, entry: WorkingEntry): void {
    table.remove(entry);
    this.changes.set(entry, { table, values: null });
  }

  children(reference: ForeignKey, value: unknown): Maybe<WorkingEntry[]> {
    return chain(this.#load(reference, value), () => {
      const children = this.#keys.childrenWith(reference, value);
      if (children.length > 0) this.spread = true;
      return children;
    });
  }

  hasChildren(reference: ForeignKey, value: unknown, own: boolean): Maybe<boolean> {
    // The rows that the statement changed are known.
    return chain(
      own ? undefined : this.#load(reference, value),
      () => this.#keys.childrenWith(reference, value).length > 0,
    );
  }

  hasParent(reference: ForeignKey, value: unknown): Maybe<boolean> {
    return chain(this.#keys.loadParents(reference, [value]), () => this.#keys.hasParent(reference, value));
  }

  noParent(reference: ForeignKey): "no table" | null {
    return this.#keys.hasParentTable(reference) ? null : "no table";
  }

  /** Reads what an update of rows will look at, all at once. */
  loadUpdate(rows: readonly Row[], changes: readonly Row[], names: readonly string[]): Maybe<unknown> {
    const referrers = this.to(this.#target).filter(({ parentColumn }) => names.includes(parentColumn));
    return chain(
      this.#target.loadUnique(rows.map((row, i) => ({ ...row, ...changes[i] })), names),
      () => chainAll(referrers, (each) => this.#keys.loadChildren(each, rows)),
    );
  }

  #load(reference: ForeignKey, value: unknown): Maybe<void> {
    return this.#keys.loadChildren(reference, [{ [reference.parentColumn]: value }]);
  }
}

/** A reference of a new row that holds only if its own number, still to be assigned, is what it refers to. */
interface Waiting {
  readonly reference: ForeignKey;
  readonly value: unknown;
}

/**
 * One statement on a table whose driver does not enforce every constraint: it changes rows in memory, row after row, and what it
 * leads to, checks at its end, and only then anything is written.
 */
export class ComposedStatement {
  readonly #target: WorkingTable;
  readonly #keys: ForeignKeys;
  readonly #attempt: Attempt;
  readonly #rows: WorkingRows;
  readonly #statement: Statement<WorkingTable, WorkingEntry, ForeignKey>;
  readonly #waiting: Waiting[] = [];

  /** Begins a statement. */
  constructor(target: StoredTable, attempt: Attempt) {
    this.#keys = new ForeignKeys(target);
    this.#target = this.#keys.working(target);
    this.#attempt = attempt;
    this.#rows = new WorkingRows(this.#keys, this.#target);
    this.#statement = new Statement(this.#rows, this.#target, attempt);
  }

  /** Whether rows were changed that the statement does not name, by what references lead to. */
  get spread(): boolean {
    return this.#rows.spread;
  }

  /** What is to be written, in order. Inserted rows are left to the caller. */
  writes(): Writes {
    return new Writes(this.#rows.changes, this.#target.stored.home.transactions);
  }

  /**
   * Checks new rows. Each may refer to itself, or to one before it.
   *
   * @throws {RinariError} When one breaks a constraint.
   */
  insert(rows: readonly Row[]): Maybe<unknown> {
    const references = this.#keys.of(this.#target);
    return chain(
      this.#target.loadUnique(rows, null),
      () =>
        chain(
          chainAll(
            references,
            (each) => this.#keys.loadParents(each, rows.map((row) => row[each.column.name])),
          ),
          () => chainAll(rows, (row) => this.#insert(row, references)),
        ),
    );
  }

  /** Whether a reference has to be checked again when the row has its number. */
  get waitsForNumber(): boolean {
    return this.#waiting.length > 0;
  }

  /**
   * Checks the references that waited for the number of a row.
   *
   * @throws {ForeignKeyConstraintError} When one refers to another number.
   */
  checkAssigned(stored: Row): void {
    for (const { reference, value } of this.#waiting) {
      const { kind } = reference.column;
      if (keyOf(kind, value) === keyOf(kind, stored[reference.parentColumn])) continue;
      throw missingParent(this.#target.stored.scene, this.#attempt, reference, null);
    }
  }

  /**
   * Changes rows.
   *
   * @param change Gives the new values of a row, of the row as it was.
   * @param names The columns that get them.
   * @throws {RinariError} When one breaks a constraint.
   */
  update(rows: readonly Row[], change: RowChange, names: readonly string[]): Maybe<void> {
    const entries = this.#target.take(rows);
    const changes = rows.map(change);
    return chain(
      this.#rows.loadUpdate(rows, changes, names),
      () =>
        chain(
          chainAll(entries, (entry, i) => this.#statement.update(entry, changes[i] as Row)),
          () => this.#statement.finish(),
        ),
    );
  }

  /**
   * Removes rows.
   *
   * @throws {RinariError} When another row must not lose what it refers to.
   */
  delete(rows: readonly Row[]): Maybe<void> {
    const entries = this.#target.take(rows);
    return chain(
      this.#keys.loadDependents(this.#target, entries),
      () => chain(chainAll(entries, (each) => this.#statement.delete(each)), () => this.#statement.finish()),
    );
  }

  #insert(row: Row, references: readonly ForeignKey[]): Maybe<unknown> {
    this.#target.insert(row, this.#attempt);
    return chainAll(references, (reference): Maybe<void> => {
      const value = row[reference.column.name] ?? null;
      if (value === null) return;
      if (!this.#isPending(row, reference)) return this.#statement.checkParent(reference, value);
      return chain(this.#rows.hasParent(reference, value), (has) => {
        if (!has) this.#waiting.push({ reference, value });
      });
    });
  }

  /** Whether a row may refer to the number that it does not have yet. */
  #isPending(row: Row, { parentTable, parentColumn }: ForeignKey): boolean {
    const { table } = this.#target.stored;
    return parentTable === table.name && table.autoIncrement?.name === parentColumn &&
      (row[parentColumn] ?? null) === null;
  }
}
