import type { NoParent, Scene } from "../errors/violations.ts";
import type { Column } from "../schema/column.ts";
import type { Database } from "./database.ts";
import type { Entry, HashIndex } from "./hash_index.ts";
import { keyOf } from "./keys.ts";
import type { Reference } from "./reference.ts";
import type { Row } from "./row.ts";
import type { StatementRows } from "./statement.ts";
import type { TableStore } from "./table_store.ts";

/** The rows of a database in memory, for its statements. */
export class DatabaseRows implements StatementRows<TableStore, Entry, Reference> {
  readonly #database: Database;

  /** Those of one database. */
  constructor(database: Database) {
    this.#database = database;
  }

  /** A table, for errors. */
  scene({ scene }: TableStore): Scene {
    return scene;
  }

  /** A column of a table. */
  column({ table }: TableStore, name: string): Column | undefined {
    return table.get(name);
  }

  /** The foreign keys of a table. */
  of({ references }: TableStore): readonly Reference[] {
    return references;
  }

  /** The foreign keys that refer to a table. */
  to({ table }: TableStore): readonly Reference[] {
    return this.#database.referrers(table.name);
  }

  /** An entry, while its row is there. */
  current(entry: Entry): Entry | null {
    return entry.live ? entry : null;
  }

  /** Changes columns of a row. */
  change(store: TableStore, entry: Entry, values: Row): Entry {
    store.update(entry, values);
    return entry;
  }

  /** Removes a row. */
  remove(store: TableStore, entry: Entry): void {
    store.remove(entry);
  }

  /** The rows that have a value in the column that refers. */
  children({ index, column }: Reference, value: unknown): Entry[] {
    return index.get(keyOf(column.kind, value));
  }

  /** Whether there are any. */
  hasChildren({ index, column }: Reference, value: unknown): boolean {
    return index.has(keyOf(column.kind, value));
  }

  /** Whether a row has the value that is referred to. */
  hasParent(reference: Reference, value: unknown): boolean {
    return this.#parentIndex(reference)?.has(keyOf(reference.column.kind, value)) === true;
  }

  /** Why no row can be referred to. */
  noParent(reference: Reference): NoParent | null {
    if (this.#parentIndex(reference) !== undefined) return null;
    return this.#database.find(reference.parentTable) === undefined ? "no table" : "not unique";
  }

  #parentIndex({ parentTable, parentColumn }: Reference): HashIndex | undefined {
    return this.#database.find(parentTable)?.uniqueIndex(parentColumn);
  }
}
