import { ValidationError } from "../../src/errors/mod.ts";
import { below, partText, type Place, placeOf, rangeBelow, textPart } from "./key.ts";
import { NAME } from "./limits.ts";
import type { Store } from "./store.ts";
import { type StoredReference, StoredTable, type TableRecord } from "./stored_table.ts";
import { decodeTagged } from "./tagged_json.ts";

/** The tables of one database, as they were at one version of its catalog. */
export class Catalog {
  /** The database's name. */
  readonly name: string;
  /** What all keys of the database begin with. */
  readonly root: Place;
  /** Changes whenever a table or index does; every commit checks it. */
  readonly place: Place;
  /** Where the tables are described. */
  readonly records: Place;
  /** Where it is written down what is being removed. */
  readonly removals: Place;
  /** The version; null when the database is empty. */
  readonly versionstamp: string | null;
  /** The number of the next table. */
  readonly next: number;
  /** The tables by name. */
  readonly tables: ReadonlyMap<string, StoredTable>;
  #referrers: Map<string, readonly StoredReference[]> = new Map();

  /** Makes the catalog of some version. */
  constructor(
    root: Place,
    name: string,
    versionstamp: string | null,
    next: number,
    tables: ReadonlyMap<string, StoredTable>,
  ) {
    this.name = name;
    this.root = root;
    this.place = below(root, "!c");
    this.records = below(root, "!t");
    this.removals = below(root, "!d");
    this.versionstamp = versionstamp;
    this.next = next;
    this.tables = tables;
  }

  /**
   * The table of this name.
   *
   * @throws {ValidationError} When there is none (`UNKNOWN_TABLE`).
   */
  table(name: string): StoredTable {
    const table = this.tables.get(name);
    if (table !== undefined) return table;
    throw new ValidationError(
      `Cannot use table ${
        JSON.stringify(String(name).slice(0, 80))
      } of \`${this.name}\`: it does not exist; create it first`,
      { code: "UNKNOWN_TABLE", driver: NAME, table: name },
    );
  }

  /** The foreign keys that refer to a table. */
  referrers(table: string): readonly StoredReference[] {
    let found = this.#referrers.get(table);
    if (found === undefined) {
      found = [...this.tables.values()].flatMap(({ references }) => references)
        .filter(({ parentTable }) => parentTable === table);
      this.#referrers.set(table, found);
    }
    return found;
  }

  /** The catalog with another table in the place of one, or without it. */
  with(name: string, record: TableRecord | null, next: number = this.next): Catalog {
    const tables = new Map(this.tables);
    if (record === null) tables.delete(name);
    else tables.set(name, new StoredTable(this.root, name, record));
    return new Catalog(this.root, this.name, this.versionstamp, next, tables);
  }
}

/** Where a database is. */
function databasePlace(store: Store, name: string): Place {
  return placeOf([...store.prefix, textPart(name)]);
}

/** Reads the catalog of a database: all of it is of one version. */
export async function readCatalog(store: Store, name: string): Promise<Catalog> {
  const empty = new Catalog(databasePlace(store, name), name, null, 1, new Map());
  for (;;) {
    const before = await store.get(empty.place.key);
    const entries = await store.list(rangeBelow(empty.records), 10_000, false);
    const after = await store.get(empty.place.key);
    if (before.versionstamp !== after.versionstamp) continue;
    if (before.versionstamp === null) return empty;
    const { next } = decodeTagged<{ next: number }>(before.value as Uint8Array);
    const records = entries.map(({ key, value }) =>
      [partText(key.at(-1) as string), decodeTagged<TableRecord>(value as Uint8Array)] as const
    )
      .sort(([, a], [, b]) => Number.parseInt(a.id, 36) - Number.parseInt(b.id, 36));
    const tables = records.map(([table, record]) =>
      [table, new StoredTable(empty.root, table, record)] as const
    );
    return new Catalog(empty.root, name, before.versionstamp, next, new Map(tables));
  }
}
