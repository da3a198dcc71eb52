import type { Column } from "../schema/column.ts";
import type { RowTest } from "./evaluate.ts";
import { type Key, rowKey } from "./keys.ts";
import type { Row } from "./row.ts";

/** A row in a table. An update puts another row in its place, so whoever holds the old row keeps what it saw. */
export interface Entry {
  /** The row as it is now, or was last. */
  row: Row;
  /** Whether it is in the table. */
  live: boolean;
}

/** The entries of a table by their values in some columns. Rows with null in one of the columns are not in it. */
export class HashIndex {
  /** The columns. */
  readonly columns: readonly Column[];
  /** Whether two entries with one key are refused by the table. */
  readonly unique: boolean;
  /** Which rows are in the index; null for all. */
  readonly filter: RowTest | null;
  readonly #entries: Map<Key, Entry | Set<Entry>> = new Map();

  /** Makes an empty index. */
  constructor(columns: readonly Column[], unique: boolean, filter: RowTest | null = null) {
    this.columns = columns;
    this.unique = unique;
    this.filter = filter;
  }

  /** How many different keys there are. */
  get size(): number {
    return this.#entries.size;
  }

  /** The keys there are. */
  get keys(): Iterable<Key> {
    return this.#entries.keys();
  }

  /** The key of a row, or null when it is not in the index. */
  keyOf(row: Row): Key | null {
    return this.filter === null || this.filter(row) ? rowKey(this.columns, row) : null;
  }

  /** The entries of a key, as they are now. */
  get(key: Key): Entry[] {
    const found = this.#entries.get(key);
    return found === undefined ? [] : found instanceof Set ? [...found] : [found];
  }

  /** Whether there is an entry of a key. */
  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  /** Puts an entry in under a key. */
  add(key: Key, entry: Entry): void {
    const found = this.#entries.get(key);
    if (found === undefined) this.#entries.set(key, entry);
    else if (found instanceof Set) found.add(entry);
    else this.#entries.set(key, new Set([found, entry]));
  }

  /** Takes an entry out from under a key. */
  remove(key: Key, entry: Entry): void {
    const found = this.#entries.get(key);
    if (found === entry) {
      this.#entries.delete(key);
    } else if (found instanceof Set) {
      found.delete(entry);
      if (found.size === 0) this.#entries.delete(key);
    }
  }
}
