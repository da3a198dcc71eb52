import type { TableSchema } from "@rinari/orm";

/** A row as the driver is given it: strings, numbers, booleans, null and plain structures. */
export type Row = Readonly<Record<string, unknown>>;

/** One table of the store. */
export interface StoredTable {
  /** The schema the table was made with. */
  readonly schema: TableSchema;
  /** The autoIncrement column, when there is one. */
  readonly number: string | undefined;
  /** The largest number that column has had. */
  last: number;
  /** The rows, each as text, so that nobody who has one can change what is stored. */
  rows: string[];
}

/**
 * Where the rows are. This one is a Map in memory, so that the tests pass before you have written a line: put the client of
 * your store in its place.
 */
export class Store {
  readonly #tables: Map<string, StoredTable> = new Map();

  /** The table of a database, or undefined. */
  find(database: string, table: string): StoredTable | undefined {
    return this.#tables.get(key(database, table));
  }

  /** Makes a table without rows. */
  add(database: string, table: string, schema: TableSchema): void {
    const number = Object.keys(schema).find((column) => schema[column]?.autoIncrement === true);
    this.#tables.set(key(database, table), { schema, number, last: 0, rows: [] });
  }

  /** Removes a table. */
  remove(database: string, table: string): void {
    this.#tables.delete(key(database, table));
  }
}

/** Tables of one name in two databases have nothing in common. */
function key(database: string, table: string): string {
  return JSON.stringify([database, table]);
}
