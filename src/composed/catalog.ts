import { chain, type Maybe } from "../chain/chain.ts";
import type { NamedIndex, TableSchema } from "../contract/mod.ts";
import { toDriverWhere } from "../query/driver_where.ts";
import { RESERVED_TABLE } from "../schema/identifiers.ts";
import { driverSchema } from "../store/driver_schema.ts";
import type { AnyDriver } from "../store/any_driver.ts";
import { enforcesReferences } from "../store/foreign_keys.ts";
import type { StoredTable } from "../store/stored_table.ts";
import { isEnforcedHere } from "../store/unique_rules.ts";
import type { ComposedTransactions } from "./composed_transactions.ts";
import { decodeTagged, encodeTagged } from "./tagged_json.ts";

const CATALOG = RESERVED_TABLE;

const SCHEMA: TableSchema = {
  name: { type: "TEXT", primaryKey: true, notNull: true },
  data: { type: "TEXT", notNull: true },
};

/** What is kept of a table. */
export interface TableRecord {
  /** The schema. */
  readonly schema: TableSchema;
  /** The unique indexes. */
  readonly indexes: readonly NamedIndex[];
}

/**
 * The unique indexes and foreign keys that the core enforces for a driver, as rows of a table: so they hold for whoever opens
 * the store next, whatever models that program defines.
 */
export class Catalog {
  readonly #driver: AnyDriver;
  readonly #database: string;
  readonly #transactions: ComposedTransactions;
  /** What is stored, by table. */
  readonly #stored: Map<string, string> = new Map();
  #exists = false;

  /** Makes the catalog of a database, which was not read yet. */
  constructor(driver: AnyDriver, database: string, transactions: ComposedTransactions) {
    this.#driver = driver;
    this.#database = database;
    this.#transactions = transactions;
  }

  /** What is kept, by table. */
  read(): Maybe<ReadonlyMap<string, TableRecord>> {
    const driver = this.#driver;
    const rows = chain(driver.tableExists(this.#database, CATALOG), (exists) => {
      this.#exists = exists === true;
      if (!this.#exists) return [];
      return chain(
        driver.createTable(this.#database, CATALOG, SCHEMA),
        () => driver.findAll(this.#database, CATALOG, {}),
      );
    });
    return chain(rows, (found) => {
      for (const { name, data } of found) this.#stored.set(name as string, data as string);
      return new Map([...this.#stored].map(([name, data]) => [name, decodeTagged<TableRecord>(data)]));
    });
  }

  /** What has to be kept of a table; null when nothing is enforced here. */
  recordOf(stored: StoredTable): TableRecord | null {
    const refers = enforcesReferences(stored) &&
      stored.table.columns.some(({ references }) => references !== null);
    const indexes = [...stored.indexes.values()].filter((index) => isEnforcedHere(stored, index));
    if (!refers && indexes.length === 0) return null;
    return {
      schema: driverSchema(stored.table),
      indexes: indexes.map(({ name, columns, unique, where }) => ({
        name,
        columns,
        unique,
        ...(where === null ? null : { where: toDriverWhere(where.predicate, where.params) }),
      })),
    };
  }

  /** Keeps what is known of a table, or that nothing is. */
  write(name: string, record: TableRecord | null): Maybe<void> {
    const data = record === null ? undefined : encodeTagged(record);
    const before = this.#stored.get(name);
    if (data === before) return;
    return chain(this.#store(name, data), () => {
      this.#transactions.record({ kind: "call", undo: () => this.#store(name, before) });
      this.#transactions.onUndo(() => this.#remember(name, before));
    });
  }

  #store(name: string, data: string | undefined): Maybe<void> {
    const [driver, database, known] = [this.#driver, this.#database, this.#stored.has(name)];
    const write = (): Maybe<unknown> => {
      if (data === undefined) return known ? driver.delete(database, CATALOG, { name }) : undefined;
      return known
        ? driver.update(database, CATALOG, { data }, { name })
        : driver.insert(database, CATALOG, { name, data });
    };
    return chain(this.#make(), () => chain(write(), () => this.#remember(name, data)));
  }

  #remember(name: string, data: string | undefined): void {
    if (data === undefined) this.#stored.delete(name);
    else this.#stored.set(name, data);
  }

  #make(): Maybe<void> {
    if (this.#exists) return;
    return chain(this.#driver.createTable(this.#database, CATALOG, SCHEMA), () => {
      this.#exists = true;
      this.#transactions.onUndo(() => this.#exists = false);
    });
  }
}
