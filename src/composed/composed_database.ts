import { chain, chainAll, isPromise, type Maybe } from "../chain/chain.ts";
import { doesEverything } from "../contract/everything.ts";
import type { NamedIndex, TableSchema } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { Table } from "../schema/table.ts";
import type { AnyDriver } from "../store/any_driver.ts";
import { createIndex, createTable, dropIndex, dropTable } from "../store/composed_schema.ts";
import { type Home, type Referrer, type StoredIndex, StoredTable } from "../store/stored_table.ts";
import { Catalog, type TableRecord } from "./catalog.ts";
import { ComposedTable } from "./composed_table.ts";
import type { ComposedTransactions } from "./composed_transactions.ts";

/** The tables of one database: those that were made since the driver was opened, and those that the catalog tells of. */
export class ComposedDatabase implements Home {
  /** The name. */
  readonly name: string;
  /** The driver. */
  readonly driver: AnyDriver;
  /** The transactions of the driver. */
  readonly transactions: ComposedTransactions;
  readonly #tables: Map<string, ComposedTable> = new Map();
  readonly #catalog: Catalog;
  #referrers: Map<string, readonly Referrer[]> = new Map();
  #opened = false;
  #opening: Promise<void> | null = null;

  /** Makes a database of which nothing is known yet. */
  constructor(driver: AnyDriver, name: string, transactions: ComposedTransactions) {
    this.driver = driver;
    this.name = name;
    this.transactions = transactions;
    this.#catalog = new Catalog(driver, name, transactions);
  }

  /**
   * The table of a name.
   *
   * @throws {ValidationError} When it is not known (`UNKNOWN_TABLE`).
   */
  table(name: string): ComposedTable {
    const table = this.#tables.get(name);
    if (table !== undefined) return table;
    throw new ValidationError(
      `Cannot use table \`${name}\` of \`${this.name}\`: it is not known; call createTable first`,
      { code: "UNKNOWN_TABLE", driver: this.driver.metadata.name, table: name },
    );
  }

  /** The table of a name, or null. */
  find(name: string): StoredTable | null {
    return this.#tables.get(name)?.stored ?? null;
  }

  /** The columns that refer to a table. */
  referrers(tableName: string): readonly Referrer[] {
    let referrers = this.#referrers.get(tableName);
    if (referrers === undefined) {
      referrers = [...this.#tables.values()].flatMap(({ stored }) =>
        stored.table.columns
          .filter(({ references }) => references?.table === tableName)
          .map((column) => ({ stored, column }))
      );
      this.#referrers.set(tableName, referrers);
    }
    return referrers;
  }

  /** Makes a table and its indexes, what is absent of them. */
  createTable(name: string, schema: TableSchema, indexes: readonly NamedIndex[]): Maybe<void> {
    return chain(this.#open(), () => {
      const known = this.#tables.get(name);
      const stored = new StoredTable(this, new Table(name, schema), known?.stored.indexes.values());
      return chain(createTable(stored), () => {
        this.#know(name, stored);
        return chain(
          chainAll(indexes, (index) => this.#createIndex(this.table(name), index)),
          () => this.#record(stored),
        );
      });
    });
  }

  /** Looks for a view of a driver that has some. It is kept nowhere: who reads it looks for it. */
  useView(name: string, schema: TableSchema): Maybe<void> {
    return chain(this.#open(), () =>
      chain(
        this.driver.useView?.(this.name, name, schema),
        () => this.#know(name, new StoredTable(this, new Table(name, schema))),
      ));
  }

  /** Removes a table. */
  dropTable(name: string): Maybe<void> {
    return chain(this.#open(), () => {
      const stored = this.find(name);
      if (stored === null) return this.driver.dropTable(this.name, name);
      return chain(dropTable(stored), () => {
        this.#know(name, null);
        return this.#catalog.write(name, null);
      });
    });
  }

  /** Makes an index. */
  createIndex(tableName: string, index: NamedIndex): Maybe<void> {
    const table = this.table(tableName);
    return chain(this.#createIndex(table, index), () => this.#record(table.stored));
  }

  /** Removes an index. */
  dropIndex(tableName: string, name: string): Maybe<void> {
    const { stored } = this.table(tableName);
    return chain(dropIndex(stored, name), () => {
      this.#setIndex(stored, name, undefined);
      return this.#record(stored);
    });
  }

  #createIndex(table: ComposedTable, named: NamedIndex): Maybe<void> {
    const { stored } = table;
    const index = table.readIndex(named);
    return chain(createIndex(stored, index), () => this.#setIndex(stored, index.name, index));
  }

  #setIndex(stored: StoredTable, name: string, index: StoredIndex | undefined): void {
    const before = stored.indexes.get(name);
    stored.setIndex(name, index);
    this.transactions.onUndo(() => stored.setIndex(name, before));
  }

  #know(name: string, stored: StoredTable | null): void {
    const before = this.#tables.get(name);
    this.#set(name, stored === null ? undefined : new ComposedTable(stored));
    // A table that is made stays when a transaction is undone: a driver need not undo that.
    if (stored === null) this.transactions.onUndo(() => this.#set(name, before));
  }

  #set(name: string, table: ComposedTable | undefined): void {
    if (table === undefined) this.#tables.delete(name);
    else this.#tables.set(name, table);
    this.#referrers = new Map();
  }

  #record(stored: StoredTable): Maybe<void> {
    return this.#catalog.write(stored.table.name, this.#catalog.recordOf(stored));
  }

  /** Reads the catalog, once. */
  #open(): Maybe<void> {
    if (this.#opened || doesEverything(this.driver.metadata.capabilities ?? {})) return;
    if (this.#opening !== null) return this.#opening;
    const opened = chain(
      this.#catalog.read(),
      (records) =>
        chain(chainAll([...records], ([name, record]) => this.#restore(name, record)), () => {
          this.#opened = true;
        }),
    );
    if (!isPromise(opened)) return;
    return this.#opening = opened.finally(() => this.#opening = null);
  }

  /** Takes up a table that somebody made before: the driver is told of it, as it has to be before a table is used. */
  #restore(name: string, { schema, indexes }: TableRecord): Maybe<void> {
    return chain(this.driver.tableExists(this.name, name), (exists) => {
      if (!exists || this.#tables.has(name)) return;
      const stored = new StoredTable(this, new Table(name, schema));
      const table = new ComposedTable(stored);
      for (const index of indexes) stored.setIndex(index.name, table.readIndex(index));
      return chain(createTable(stored), () => this.#set(name, table));
    });
  }
}
