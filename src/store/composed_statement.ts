import type { RowChange } from "../reference/computed_values.ts";
import { chain, chainAll, isPromise, type Maybe } from "../chain/chain.ts";
import { type Attempt, notNullViolation, orphans } from "../errors/violations.ts";
import { keyOf } from "../reference/keys.ts";
import type { Row } from "./any_driver.ts";
import { type ForeignKey, ForeignKeys } from "./foreign_keys.ts";
import type { StoredTable } from "./stored_table.ts";
import { Writes } from "./writes.ts";
import type { WorkingEntry, WorkingTable } from "./working_table.ts";

/** A value that rows may refer to went away. */
interface Departure {
  readonly reference: ForeignKey;
  /** The value that went. */
  readonly value: unknown;
  /** What the rows that refer are given on update; undefined when the row was deleted. */
  readonly next: { readonly value: unknown } | undefined;
  /** The column of the statement's own table it began with. */
  readonly root: string;
}

/** A reference to be checked at the end. */
interface Check {
  readonly reference: ForeignKey;
  readonly value: unknown;
  /** The column an error names; null when the rows that refer were written, not the row referred to. */
  readonly root: string | null;
}

/**
 * One statement on a table whose driver does not enforce every constraint: changes rows in memory, row after row, then what
 * refers to them, and checks at its end that nothing refers to nothing. Only then anything is written. It has the meaning
 * of the reference's `Statement`; the rows it looks at are read when it needs them.
 */
export class ComposedStatement {
  readonly #target: WorkingTable;
  readonly #keys: ForeignKeys;
  readonly #attempt: Attempt;
  readonly #departures: Departure[] = [];
  readonly #checks: Check[] = [];
  /** The new values of the rows changed, or null for those removed, in the order of the first change. */
  readonly #changes: Map<WorkingEntry, { readonly table: WorkingTable; readonly values: Row | null }> =
    new Map();
  #spread = false;
  /** References of a new row that hold only if its own number, still to be assigned, is what they refer to. */
  readonly #onAssigned: Check[] = [];

  /** Begins a statement. */
  constructor(target: StoredTable, attempt: Attempt) {
    this.#keys = new ForeignKeys(target);
    this.#target = this.#keys.working(target);
    this.#attempt = attempt;
  }

  /** Whether rows were changed that the statement does not name, by what references lead to. */
  get spread(): boolean {
    return this.#spread;
  }

  /** What is to be written, in order. Inserted rows are left to the caller. */
  writes(): Writes {
    return new Writes(this.#changes, this.#target.stored.home.transactions);
  }

  /**
   * Checks new rows. Each may refer to itself, or to one before it.
   *
   * @throws {RinariError} When one breaks a constraint.
   */
  insert(rows: readonly Row[]): Maybe<void> {
    const references = this.#keys.of(this.#target);
    const loadParents = () =>
      chainAll(references, (each) => this.#keys.loadParents(each, rows.map((row) => row[each.column.name])));
    return chain(
      this.#target.loadUnique(rows, null),
      () =>
        chain(references.length === 0 ? undefined : loadParents(), () => {
          for (const row of rows) {
            this.#target.insert(row, this.#attempt);
            for (const reference of references) this.#checkInserted(row, reference);
          }
        }),
    );
  }

  /** Whether a reference has to be checked again when the row has its number. */
  get waitsForNumber(): boolean {
    return this.#onAssigned.length > 0;
  }

  /**
   * Checks the references that waited for the number of a row.
   *
   * @throws {ForeignKeyConstraintError} When one refers to another number.
   */
  checkAssigned(stored: Row): void {
    for (const { reference, value } of this.#onAssigned) {
      if (isSame(reference.column.kind, value, stored[reference.parentColumn])) continue;
      throw this.#keys.missing(this.#target.stored.scene, this.#attempt, reference);
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
    const referrers = this.#keys.to(this.#target).filter(({ parentColumn }) => names.includes(parentColumn));
    const load = chain(
      this.#target.loadUnique(rows.map((row, i) => ({ ...row, ...changes[i] })), names),
      () => chainAll(referrers, (each) => this.#keys.loadChildren(each, rows)),
    );
    let at = 0;
    const apply = (entry: WorkingEntry): Maybe<void> => {
      const values = changes[at++] as Row;
      return entry.live
        ? chain(this.#change(this.#target, entry, values, null), () => this.#settle())
        : undefined;
    };
    return chain(load, () => chain(chainAll(entries, apply), () => this.#finish()));
  }

  /**
   * Removes rows.
   *
   * @throws {RinariError} When another row must not lose what it refers to.
   */
  delete(rows: readonly Row[]): Maybe<void> {
    const entries = this.#target.take(rows);
    const remove = (entry: WorkingEntry): Maybe<void> => {
      if (!entry.live) return;
      this.#remove(this.#target, entry, null);
      return this.#settle();
    };
    return chain(
      this.#keys.loadDependents(this.#target, entries),
      () => chain(chainAll(entries, remove), () => this.#finish()),
    );
  }

  #change(table: WorkingTable, entry: WorkingEntry, values: Row, root: string | null): Maybe<void> {
    const before = entry.row;
    const after = { ...before, ...values };
    return chain(table.loadUnique([after], Object.keys(values)), () => {
      table.update(entry, after, "update");
      const known = this.#changes.get(entry)?.values;
      this.#changes.set(entry, { table, values: known ? { ...known, ...values } : values });
      for (const reference of this.#keys.of(table)) {
        const { name, kind } = reference.column;
        const value = after[name] ?? null;
        if (value !== null && !isSame(kind, value, before[name])) {
          this.#checks.push({ reference, value, root: null });
        }
      }
      this.#leave(table, before, after, root);
    });
  }

  #remove(table: WorkingTable, entry: WorkingEntry, root: string | null): void {
    table.remove(entry);
    this.#changes.set(entry, { table, values: null });
    this.#leave(table, entry.row, null, root);
  }

  /** Notes what rows may refer to that went away with a row's old values. */
  #leave(table: WorkingTable, before: Row, after: Row | null, root: string | null): void {
    for (const reference of this.#keys.to(table)) {
      const { parentColumn, column } = reference;
      const value = before[parentColumn] ?? null;
      if (value === null || (after !== null && isSame(column.kind, value, after[parentColumn]))) continue;
      const next = after === null ? undefined : { value: after[parentColumn] ?? null };
      this.#departures.push({ reference, value, next, root: root ?? parentColumn });
    }
  }

  /** Follows the references to what went away, to any depth. What a change leads to is followed to its end before the next. */
  #settle(): Maybe<void> {
    const stack = this.#departures.splice(0).reverse();
    const run = (): Maybe<void> => {
      for (let departure = stack.pop(); departure !== undefined; departure = stack.pop()) {
        const followed = this.#follow(departure);
        if (isPromise(followed)) {
          return followed.then(() => {
            stack.push(...this.#departures.splice(0).reverse());
            return run();
          });
        }
        stack.push(...this.#departures.splice(0).reverse());
      }
    };
    return run();
  }

  #follow({ reference, value, next, root }: Departure): Maybe<unknown> {
    const { child, column, parentColumn } = reference;
    const action = next === undefined ? reference.onDelete : reference.onUpdate;
    if (action === "RESTRICT" || action === "NO ACTION") {
      this.#checks.push({ reference, value, root });
      return;
    }
    const given = action === "SET NULL" || next === undefined ? null : next.value;
    const values: Row = { [column.name]: given };
    return chain(
      this.#keys.loadChildren(reference, [{ [parentColumn]: value }]),
      () =>
        chainAll(this.#keys.childrenWith(reference, value), (entry) => {
          this.#spread = true;
          if (action === "CASCADE" && next === undefined) return this.#remove(child, entry, root);
          if (given === null && !column.nullable) {
            throw notNullViolation(child.stored.scene, "update", column);
          }
          return this.#change(child, entry, values, root);
        }),
    );
  }

  #finish(): Maybe<void> {
    const check = ({ reference, value, root }: Check): Maybe<void> => {
      if (this.#keys.childrenWith(reference, value).length === 0) return;
      return chain(this.#keys.loadParents(reference, [value]), () => {
        if (root === null) this.#checkParent(reference, value);
        else if (!this.#keys.hasParent(reference, value)) {
          throw orphans(this.#target.stored.scene, this.#attempt, reference, [root]);
        }
      });
    };
    return chain(
      chainAll(this.#checks, (each) => chain(this.#loadReferring(each), () => check(each))),
      () => undefined,
    );
  }

  /** Reads the rows that refer to what went away. Those that were written are known. */
  #loadReferring({ reference, value, root }: Check): Maybe<void> {
    return root === null
      ? undefined
      : this.#keys.loadChildren(reference, [{ [reference.parentColumn]: value }]);
  }

  #checkInserted(row: Row, reference: ForeignKey): void {
    const { table } = this.#target.stored;
    const value = row[reference.column.name] ?? null;
    const isPending = reference.parentTable === table.name &&
      table.autoIncrement?.name === reference.parentColumn && (row[reference.parentColumn] ?? null) === null;
    if (isPending && value !== null && !this.#keys.hasParent(reference, value)) {
      this.#onAssigned.push({ reference, value, root: null });
    } else {
      this.#checkParent(reference, value);
    }
  }

  #checkParent(reference: ForeignKey, value: unknown): void {
    if (value === null || this.#keys.hasParent(reference, value)) return;
    throw this.#keys.missing(this.#target.stored.scene, this.#attempt, reference);
  }
}

function isSame(kind: ForeignKey["column"]["kind"], value: unknown, other: unknown): boolean {
  return (other ?? null) !== null && keyOf(kind, value) === keyOf(kind, other);
}
