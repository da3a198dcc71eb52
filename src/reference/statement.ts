import type { Column } from "../schema/column.ts";
import { type Attempt, missingParent, orphans, outOfRange } from "../errors/violations.ts";
import type { Database } from "./database.ts";
import type { Entry, HashIndex } from "./hash_index.ts";
import { type Key, keyOf } from "./keys.ts";
import type { Reference } from "./reference.ts";
import type { Row } from "./row.ts";
import type { TableStore } from "./table_store.ts";

/** A value that rows may refer to went away. */
interface Departure {
  readonly reference: Reference;
  /** The key of the value that went. */
  readonly key: Key;
  /** What the rows that refer are given on update; undefined when the row was deleted. */
  readonly next: { readonly value: unknown; readonly column: Column } | undefined;
  /** The column of the statement's own table it began with. */
  readonly root: string;
}

/** A reference to be checked at the end. */
interface Check {
  readonly reference: Reference;
  readonly key: Key;
  /** As in a departure; null when a row that refers was written, not the row referred to. */
  readonly root: string | null;
}

/** One statement: changes rows and then what refers to them, and checks at its end that nothing refers to nothing. */
export class Statement {
  readonly #database: Database;
  readonly #target: TableStore;
  readonly #attempt: Attempt;
  readonly #departures: Departure[] = [];
  readonly #checks: Check[] = [];

  /** Begins a statement on a table. */
  constructor(database: Database, target: TableStore, attempt: Attempt) {
    this.#database = database;
    this.#target = target;
    this.#attempt = attempt;
  }

  /** Stores a row; what it refers to must be there, or be itself. */
  insert(data: Row): Entry {
    const entry = this.#target.insert(data);
    for (const reference of this.#target.references) {
      const key = reference.index.keyOf(entry.row);
      if (key !== null) this.#checkParent(reference, key);
    }
    return entry;
  }

  /** Changes a row, unless something of this statement has removed it. */
  update(entry: Entry, values: Row): void {
    if (!entry.live) return;
    this.#change(this.#target, entry, values, null);
    this.#settle();
  }

  /** Removes a row, unless something of this statement has removed it. */
  delete(entry: Entry): void {
    if (!entry.live) return;
    this.#remove(this.#target, entry, null);
    this.#settle();
  }

  /**
   * Ends the statement.
   *
   * @throws {ForeignKeyConstraintError} When a row refers to one that does not exist.
   */
  finish(): void {
    for (const { reference, key, root } of this.#checks) {
      if (!reference.index.has(key)) continue;
      if (root === null) this.#checkParent(reference, key);
      else if (this.#parentIndex(reference)?.has(key) !== true) {
        throw orphans(this.#target.scene, this.#attempt, reference, [root]);
      }
    }
  }

  #change(store: TableStore, entry: Entry, values: Row, root: string | null): void {
    const before = entry.row;
    store.update(entry, values);
    const after = entry.row;
    for (const reference of store.references) {
      const key = reference.index.keyOf(after);
      if (key !== null && key !== reference.index.keyOf(before)) this.#checks.push({ reference, key, root });
    }
    this.#leave(store, before, after, root);
  }

  #remove(store: TableStore, entry: Entry, root: string | null): void {
    store.remove(entry);
    this.#leave(store, entry.row, null, root);
  }

  /** Notes what rows may refer to that went away with a row's old values. */
  #leave(store: TableStore, before: Row, after: Row | null, root: string | null): void {
    for (const reference of this.#database.referrers(store.table.name)) {
      const column = store.table.get(reference.parentColumn);
      const value = column === undefined ? null : before[column.name];
      if (column === undefined || value === null) continue;
      const key = keyOf(column.kind, value);
      const next = after === null ? undefined : { value: after[column.name], column };
      if (next !== undefined && next.value !== null && keyOf(column.kind, next.value) === key) continue;
      this.#departures.push({ reference, key, next, root: root ?? column.name });
    }
  }

  /**
   * Follows the references to what went away, to any depth, without recursion. What a change leads to is followed to its
   * end before the next one, so that it ends: one value is replaced by one other wherever it is found.
   */
  #settle(): void {
    const stack: Departure[] = [];
    const stackUp = (): void => {
      while (this.#departures.length > 0) stack.push(this.#departures.pop() as Departure);
    };
    stackUp();
    for (let departure = stack.pop(); departure !== undefined; departure = stack.pop()) {
      this.#follow(departure);
      stackUp();
    }
  }

  #follow({ reference, key, next, root }: Departure): void {
    const { child, column } = reference;
    const action = next === undefined ? reference.onDelete : reference.onUpdate;
    if (action === "RESTRICT" || action === "NO ACTION") {
      this.#checks.push({ reference, key, root });
      return;
    }
    const value = action === "SET NULL" || next === undefined
      ? null
      : this.#convert(next.value, next.column, column);
    for (const entry of reference.index.get(key)) {
      if (action === "CASCADE" && next === undefined) this.#remove(child, entry, root);
      else this.#change(child, entry, { [column.name]: value }, root);
    }
  }

  /** Turns a value of the column referred to into one of the column that refers. */
  #convert(value: unknown, from: Column, to: Column): unknown {
    if (value === null || from.kind === to.kind) return value;
    if (to.kind === "bigint" && typeof value === "number") return BigInt(value);
    if (to.kind === "integer" && typeof value === "bigint") {
      const number = Number(value);
      if (Number.isSafeInteger(number)) return number;
      throw outOfRange(
        this.#target.scene,
        this.#attempt,
        to,
        `${value} does not fit \`${to.name}\` of \`${to.table}\``,
      );
    }
    return to.accept(value);
  }

  #checkParent(reference: Reference, key: Key): void {
    const index = this.#parentIndex(reference);
    if (index?.has(key) === true) return;
    const { parentTable, parentColumn } = reference;
    const why = index !== undefined
      ? null
      : this.#database.find(parentTable) === undefined
      ? `there is no table \`${parentTable}\`; create it first`
      : `\`${parentColumn}\` is neither its primary key nor unique; make it unique`;
    throw missingParent(this.#target.scene, this.#attempt, reference, why);
  }

  #parentIndex(reference: Reference): HashIndex | undefined {
    return this.#database.find(reference.parentTable)?.uniqueIndex(reference.parentColumn);
  }
}
