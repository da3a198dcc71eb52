import { chain, type Maybe } from "../chain/chain.ts";
import { type Attempt, uniqueViolation } from "../errors/violations.ts";
import { type Entry, HashIndex } from "../reference/hash_index.ts";
import { type Key, rowKey } from "../reference/keys.ts";
import type { Column } from "../schema/column.ts";
import type { Row } from "./any_driver.ts";
import { type EqualRows, findEqual } from "./equal_rows.ts";
import type { StoredTable } from "./stored_table.ts";

/** A row as a statement leaves it, beside the row as the driver has it. */
export interface WorkingEntry extends Entry {
  /** The stored row, or null when the statement inserts it. */
  readonly before: Row | null;
}

/** An index over the rows read so far. */
export interface WorkingIndex {
  /** The rows. */
  readonly hash: HashIndex;
  /** The columns whose change can matter to it. */
  readonly reads: ReadonlySet<string>;
  /** The keys of which all rows have been read. */
  readonly known: Set<Key>;
}

/** The part of a table that a statement looks at: rows are read when they are needed, and changed here first. */
export class WorkingTable {
  /** Where the rows come from. */
  readonly stored: StoredTable;
  /** What must be unique and is enforced here. */
  readonly unique: readonly WorkingIndex[];
  readonly #entries: Map<Key, WorkingEntry> = new Map();
  readonly #inserted: WorkingEntry[] = [];
  readonly #columns: Map<string, WorkingIndex> = new Map();
  #whole = false;

  /** Begins with no row. */
  constructor(stored: StoredTable) {
    this.stored = stored;
    this.unique = stored.rules.map(({ columns, filter, reads }) => ({
      hash: new HashIndex(columns, true, filter),
      reads,
      known: new Set(),
    }));
  }

  /** The index over one column. */
  column(column: Column): WorkingIndex {
    let index = this.#columns.get(column.name);
    if (index === undefined) {
      index = { hash: new HashIndex([column], false), reads: new Set([column.name]), known: new Set() };
      for (const entry of [...this.#entries.values(), ...this.#inserted]) {
        if (entry.live) put(index, entry, entry.row);
      }
      this.#columns.set(column.name, index);
    }
    return index;
  }

  /** Takes up stored rows that were read, unless they are known. */
  take(rows: readonly Row[]): WorkingEntry[] {
    return rows.map((row) => {
      const key = rowKey(this.stored.table.primaryKey, row) as Key;
      let entry = this.#entries.get(key);
      if (entry === undefined) {
        entry = { before: row, row, live: true };
        this.#entries.set(key, entry);
        for (const index of this.#indexes()) put(index, entry, row);
      }
      return entry;
    });
  }

  /** Reads the rows that are equal to the given ones in the columns of an index, unless they are known. */
  load(index: WorkingIndex, wanted: readonly Row[]): Maybe<void> {
    if (this.#whole) return;
    const { hash: { columns }, known } = index;
    const keys = new Map<Key, Row>();
    for (const row of wanted) {
      const key = rowKey(columns, row);
      if (key !== null && !known.has(key)) keys.set(key, row);
    }
    if (keys.size === 0) return;
    return chain(findEqual(this.stored, columns, [...keys.values()]), ({ rows, whole }: EqualRows) => {
      this.take(rows);
      this.#whole = whole;
      for (const key of keys.keys()) known.add(key);
    });
  }

  /** Reads what new rows may conflict with. */
  loadUnique(rows: readonly Row[], changed: readonly string[] | null): Maybe<void> {
    const indexes = this.#concerned(changed);
    const from = (start: number): Maybe<void> => {
      const index = indexes[start];
      if (index === undefined) return;
      const wanted = rows.filter((row) => index.hash.keyOf(row) !== null);
      return chain(this.load(index, wanted), () => from(start + 1));
    };
    return from(0);
  }

  /**
   * Adds a row; what it may conflict with has been read.
   *
   * @throws {UniqueConstraintError} When another row is equal.
   */
  insert(row: Row, attempt: Attempt): WorkingEntry {
    const entry: WorkingEntry = { before: null, row, live: true };
    this.#checkUnique(row, null, attempt);
    this.#inserted.push(entry);
    for (const index of this.#indexes()) put(index, entry, row);
    return entry;
  }

  /**
   * Changes a row; what it may conflict with has been read.
   *
   * @throws {UniqueConstraintError} When another row is equal.
   */
  update(entry: WorkingEntry, row: Row, attempt: Attempt): void {
    this.#checkUnique(row, entry.row, attempt);
    for (const index of this.#indexes()) {
      remove(index, entry);
      put(index, entry, row);
    }
    entry.row = row;
  }

  /** Removes a row. */
  remove(entry: WorkingEntry): void {
    for (const index of this.#indexes()) remove(index, entry);
    entry.live = false;
  }

  #checkUnique(row: Row, before: Row | null, attempt: Attempt): void {
    for (const { hash } of this.unique) {
      const key = hash.keyOf(row);
      if (key === null || (before !== null && hash.keyOf(before) === key)) continue;
      if (hash.has(key)) throw uniqueViolation(this.stored.scene, attempt, hash.columns);
    }
  }

  /** The uniqueness that a change of some columns, or of all, can break. */
  #concerned(changed: readonly string[] | null): readonly WorkingIndex[] {
    return changed === null
      ? this.unique
      : this.unique.filter(({ reads }) => changed.some((name) => reads.has(name)));
  }

  #indexes(): WorkingIndex[] {
    return [...this.unique, ...this.#columns.values()];
  }
}

function put({ hash }: WorkingIndex, entry: WorkingEntry, row: Row): void {
  const key = hash.keyOf(row);
  if (key !== null) hash.add(key, entry);
}

function remove({ hash }: WorkingIndex, entry: WorkingEntry): void {
  const key = hash.keyOf(entry.row);
  if (key !== null) hash.remove(key, entry);
}
