import { ValidationError } from "../../src/errors/mod.ts";
import { corruptStore, isCorrupt } from "./corrupt.ts";
import { below, partText, type Place, placeOf, rangeBelow, textPart } from "./key.ts";
import type { KVKey } from "./kv.ts";
import { NAME } from "./limits.ts";
import type { Store } from "./store.ts";
import { readRecord, type TableRecord } from "./table_record.ts";
import { type StoredReference, StoredTable } from "./stored_table.ts";
import { decodeTagged } from "./tagged_json.ts";
import { type Found, foundOf } from "./work.ts";

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
      } of \`${this.name}\`: it does not exist; another ORM or program may have dropped it: a new ORM makes it again`,
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

/** What is wrong with the description of a table, by the table. */
export type CatalogDamage = (table: string, key: KVKey, error: unknown) => void;

/**
 * Reads the catalog of a database: all of it is of one version.
 *
 * @param damaged Told of each table that cannot be read, which is then left out. Without it the first one is thrown.
 * @throws {CorruptValueError} When the description of a table cannot be read (`CORRUPT_VALUE`).
 */
export async function readCatalog(store: Store, name: string, damaged?: CatalogDamage): Promise<Catalog> {
  const empty = new Catalog(databasePlace(store, name), name, null, 1, new Map());
  for (;;) {
    const before = await store.get(empty.place.key);
    const entries = await store.list(rangeBelow(empty.records), 10_000, false);
    const after = await store.get(empty.place.key);
    if (before.versionstamp !== after.versionstamp) continue;
    if (before.versionstamp === null && entries.length === 0) return empty;
    const tables = readTables(empty, entries.map(foundOf), damaged);
    const ids = tables.map(({ record }) => Number.parseInt(record.id, 36));
    // The number may lag behind the tables, where the store was copied beside a writer.
    const next = Math.max(nextOf(empty, foundOf(before)) ?? 1, 1 + Math.max(0, ...ids));
    const byName = tables.map((table) => [table.table.name, table] as const);
    return new Catalog(empty.root, name, before.versionstamp, next, new Map(byName));
  }
}

/** The number of the next table, as it is written down; null when it is not. */
export function nextOf({ name, place }: Catalog, { value }: Found): number | null {
  if (value === null) return null;
  try {
    const { next } = decodeTagged<{ next?: unknown } | null>(value, name, place.key) ?? {};
    return Number.isSafeInteger(next) && next as number > 0 ? next as number : null;
  } catch {
    return null;
  }
}

/** The tables, in the order in which they were made. */
function readTables(catalog: Catalog, entries: readonly Found[], damaged?: CatalogDamage): StoredTable[] {
  const tables: StoredTable[] = [];
  const ids = new Set<string>();
  for (const { key, value } of entries) {
    const part = key.at(-1);
    const name = typeof part === "string" ? partText(part) : String(part);
    try {
      const record = readRecord(decodeTagged(value as Uint8Array, name, key), name, key);
      if (ids.size === ids.add(record.id).size) {
        throw corruptStore(name, key, "a table whose rows are those of another one");
      }
      tables.push(new StoredTable(catalog.root, name, record));
    } catch (error) {
      const typed = isCorrupt(error)
        ? error
        : corruptStore(name, key, "what is no description of a table", { cause: error });
      if (damaged === undefined) throw typed;
      damaged(name, key, typed);
    }
  }
  return tables.sort((a, b) => Number.parseInt(a.record.id, 36) - Number.parseInt(b.record.id, 36));
}
