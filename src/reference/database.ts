import { tellRow } from "../errors/tell_row.ts";
import type { RowChange } from "./computed_values.ts";
import type {
  AggregateTerm,
  GroupPlan,
  IndexOptions,
  TableChange,
  TableSchema,
  UpsertOptions,
} from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { alteredTable, followedSchema } from "./altered_table.ts";
import { aggregateRows, groupRows } from "./aggregate.ts";
import { type Attempt, missingParent, orphans } from "../errors/violations.ts";
import type { Entry } from "./hash_index.ts";
import { type Key, rowKey } from "./keys.ts";
import type { Reference } from "./reference.ts";
import { type Row, rowCopier } from "./row.ts";
import { requireSameSchema } from "./same_schema.ts";
import { type Filter, findRows, matchEntries, type Search } from "./search.ts";
import { DatabaseRows } from "./database_rows.ts";
import { Statement } from "./statement.ts";
import { TableStore } from "./table_store.ts";
import type { UndoLog } from "./undo_log.ts";

type MemoryStatement = Statement<TableStore, Entry, Reference>;

/** A relational database in memory. Each writing method is one statement: it does all it says, or nothing and throws. */
export class Database {
  /** The name, for messages. */
  readonly name: string;
  readonly #driver: string;
  readonly #log: UndoLog;
  readonly #rows: DatabaseRows = new DatabaseRows(this);
  readonly #tables: Map<string, TableStore> = new Map();
  readonly #referrers: Map<string, Reference[]> = new Map();

  /**
   * Makes an empty database.
   *
   * @param driver The name errors give as their driver.
   * @param log Where it records how to take back what it does; several databases may share one.
   */
  constructor(driver: string, name: string, log: UndoLog) {
    this.#driver = driver;
    this.name = name;
    this.#log = log;
  }

  /** The tables, in the order they were made. */
  get tables(): Iterable<TableStore> {
    return this.#tables.values();
  }

  /** The table of this name, or undefined. */
  find(table: string): TableStore | undefined {
    return this.#tables.get(table);
  }

  /**
   * The table of this name.
   *
   * @throws {ValidationError} When there is none (`UNKNOWN_TABLE`).
   */
  table(name: string): TableStore {
    const store = this.#tables.get(name);
    if (store !== undefined) return store;
    throw new ValidationError(
      `Cannot use table ${
        JSON.stringify(String(name).slice(0, 80))
      } of \`${this.name}\`: it does not exist; another ORM or program may have dropped it: a new ORM makes it again`,
      { code: "UNKNOWN_TABLE", driver: this.#driver, table: name },
    );
  }

  /** The foreign keys that refer to a table. */
  referrers(table: string): readonly Reference[] {
    let referrers = this.#referrers.get(table);
    if (referrers === undefined) {
      referrers = [...this.#tables.values()].flatMap(({ references }) => references)
        .filter(({ parentTable }) => parentTable === table);
      this.#referrers.set(table, referrers);
    }
    return referrers;
  }

  /**
   * Makes a table when it is absent.
   *
   * @throws {ValidationError} When it exists and differs (`SCHEMA_MISMATCH`), or the schema makes no sense.
   */
  createTable(name: string, schema: TableSchema): void {
    const existing = this.#tables.get(name);
    if (existing === undefined) {
      this.#put(name, new TableStore(this.#driver, name, schema, this.#log));
      return;
    }
    requireSameSchema(existing.schema, schema, { driver: this.#driver, database: this.name, table: name });
  }

  /**
   * Removes a table with its rows and indexes, when it exists.
   *
   * @throws {ForeignKeyConstraintError} When rows of another table refer to it.
   */
  dropTable(name: string): void {
    const store = this.#tables.get(name);
    if (store === undefined) return;
    for (const reference of this.referrers(name)) {
      if (reference.child !== store && reference.index.size > 0) {
        throw orphans(store.scene, "drop", reference, [reference.parentColumn]);
      }
    }
    this.#put(name, undefined);
  }

  /**
   * Changes a table to what a schema says, with its rows; references of other tables follow new names.
   *
   * @throws {RinariError} When a row does not fit the new schema.
   */
  alterTable(name: string, schema: TableSchema, change: TableChange): void {
    const before = this.table(name);
    this.#log.atomically(() => {
      const after = alteredTable(this.#driver, before, schema, change, this.#log);
      this.#replace(name, after);
      for (const { child } of this.referrers(name)) {
        if (child === before || child === after) continue;
        const followed = followedSchema(child.schema, name, after.table.name, change.renamed ?? {});
        this.#replace(child.table.name, alteredTable(this.#driver, child, followed, {}, this.#log));
      }
      this.#checkReferencesOf(after);
    });
  }

  /** Puts a table in the place of one, where that stands. */
  #replace(name: string, store: TableStore): void {
    const before = [...this.#tables];
    this.#tables.clear();
    for (const [each, table] of before) {
      if (each === name) this.#tables.set(store.table.name, store);
      else this.#tables.set(each, table);
    }
    this.#referrers.clear();
    this.#log.record(() => {
      this.#tables.clear();
      for (const [each, table] of before) this.#tables.set(each, table);
      this.#referrers.clear();
    });
  }

  /**
   * Checks the references of rows that were put back as they were stored.
   *
   * @throws {ForeignKeyConstraintError} When a row refers to one that does not exist.
   */
  checkReferences(): void {
    for (const table of this.#tables.values()) this.#checkReferencesOf(table);
  }

  #checkReferencesOf({ references, scene }: TableStore): void {
    for (const reference of references) {
      const parent = this.find(reference.parentTable);
      const index = parent?.uniqueIndex(reference.parentColumn);
      // Without an index nothing can be looked up: it was dropped after the rows were stored.
      if (parent !== undefined && index === undefined) continue;
      for (const key of reference.index.keys) {
        if (index?.has(key) !== true) throw missingParent(scene, "insert into", reference, null);
      }
    }
  }

  /** Makes an index. See {@linkcode TableStore.createIndex}. */
  createIndex(table: string, index: string, options: IndexOptions): void {
    const store = this.table(table);
    this.#log.atomically(() => store.createIndex(index, options));
  }

  /** Removes an index, when it exists. */
  dropIndex(table: string, index: string): void {
    const store = this.table(table);
    this.#log.atomically(() => store.dropIndex(index));
  }

  /** The rows that match, in order: the table's own, not to be changed or given away. */
  search(table: string, search: Search): Row[] {
    return findRows(this.table(table), search);
  }

  /** Copies of the rows that match, in order. */
  select(table: string, search: Search, columns?: readonly string[]): Record<string, unknown>[] {
    const store = this.table(table);
    return findRows(store, search).map(columns === undefined ? store.copy : rowCopier(store.table, columns));
  }

  /** How many rows match. */
  count(table: string, filter: Filter): number {
    const store = this.table(table);
    return filter.where === null ? store.entries.size : matchEntries(store, filter).length;
  }

  /** Stores rows, in order. @returns Copies of them as stored. */
  insert(table: string, records: readonly Row[]): Record<string, unknown>[] {
    const store = this.table(table);
    return this.#statement(
      store,
      "insert into",
      (statement) =>
        records.map((record, i) => {
          const row = storedRow(store, record, records.length > 1 ? i : null);
          // Rows in memory are waited for by nobody.
          statement.inserted(row);
          return store.copy(row);
        }),
    );
  }

  /** Changes columns of the rows that match. @returns How many matched. */
  update(table: string, values: Row | RowChange, filter: Filter): number {
    const store = this.table(table);
    const of = typeof values === "function" ? values : () => values;
    return this.#onEach(
      store,
      "update",
      filter,
      (statement, entry) => void statement.update(entry, of(entry.row)),
    );
  }

  /** Makes several updates, in order, as one. @returns How many rows matched in total. */
  updateEach(table: string, updates: readonly { readonly values: Row; readonly filter: Filter }[]): number {
    return this.#log.atomically(() =>
      updates.reduce((total, { values, filter }) => total + this.update(table, values, filter), 0)
    );
  }

  /** Removes the rows that match. @returns How many matched. */
  delete(table: string, filter: Filter): number {
    return this.#onEach(
      this.table(table),
      "delete from",
      filter,
      (statement, entry) => void statement.delete(entry),
    );
  }

  /** Inserts a row or, when one is equal to it in the conflict columns, changes that one. @returns A copy of it as stored. */
  upsert(table: string, record: Row, { conflict, set }: UpsertOptions): Record<string, unknown> {
    const store = this.table(table);
    const existing = equalEntry(store, record, conflict);
    if (existing === undefined) return this.insert(table, [record])[0] as Record<string, unknown>;
    const values = ownValues(record, set);
    return this.#statement(store, "update", (statement) => {
      if (set.length > 0) statement.update(existing, values);
      return store.copy(existing.row);
    });
  }

  /** Aggregates by group. */
  group(table: string, plan: GroupPlan): Record<string, unknown>[] {
    const store = this.table(table);
    return groupRows(store.table, plan, matchEntries(store, plan).map(({ row }) => row));
  }

  /** One aggregate of the rows that match. */
  aggregate(table: string, term: Omit<AggregateTerm, "as">, filter: Filter): unknown {
    const store = this.table(table);
    return aggregateRows(store.table, term, matchEntries(store, filter).map(({ row }) => row));
  }

  #onEach(
    store: TableStore,
    attempt: Attempt,
    filter: Filter,
    change: (statement: MemoryStatement, entry: Entry) => void,
  ): number {
    const entries = matchEntries(store, filter);
    this.#statement(store, attempt, (statement) => {
      for (const entry of entries) change(statement, entry);
    });
    return entries.length;
  }

  #statement<T>(store: TableStore, attempt: Attempt, work: (statement: MemoryStatement) => T): T {
    return this.#log.atomically(() => {
      const statement = new Statement(this.#rows, store, attempt);
      const result = work(statement);
      statement.finish();
      return result;
    });
  }

  /** Puts a table in, or takes it out. A rollback brings back the order of the tables too. */
  #put(name: string, store: TableStore | undefined): void {
    const before = [...this.#tables];
    this.#log.atomically(() => {
      if (store === undefined) this.#tables.delete(name);
      else this.#tables.set(name, store);
      this.#referrers.clear();
      this.#log.record(() => {
        this.#tables.clear();
        for (const [each, table] of before) this.#tables.set(each, table);
        this.#referrers.clear();
      });
    });
  }
}

/** The row that is equal in some columns, none of them null. */
function equalEntry(store: TableStore, record: Row, names: readonly string[]): Entry | undefined {
  const columns = names.map((name) => store.table.column(name));
  const key: Key | null = rowKey(columns, ownValues(record, names));
  if (key === null) return undefined;
  const index = store.fullIndexes.find((each) =>
    each.columns.length === columns.length && each.columns.every((column, i) => column === columns[i])
  );
  if (index !== undefined) return index.get(key)[0];
  for (const entry of store.entries) {
    if (rowKey(columns, entry.row) === key) return entry;
  }
  return undefined;
}

function ownValues(record: Row, names: readonly string[]): Row {
  return Object.fromEntries(
    names.map((name) => [name, Object.hasOwn(record, name) ? record[name] : undefined]),
  );
}

/** Stores a row; what refuses it says which of several it is. */
function storedRow(store: TableStore, record: Row, place: number | null): Row {
  try {
    return store.insert(record).row;
  } catch (error) {
    throw place === null ? error : tellRow(error, place);
  }
}
