import type { IndexOptions, ReferenceAction, TableSchema } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import { Table } from "../schema/table.ts";
import { AutoIncrement } from "./auto_increment.ts";
import {
  type Attempt,
  notNullViolation,
  outOfRange,
  type Scene,
  uniqueViolation,
} from "../errors/violations.ts";
import { type Entry, HashIndex } from "./hash_index.ts";
import type { Key } from "./keys.ts";
import { NamedIndex } from "./named_index.ts";
import type { Reference } from "./reference.ts";
import { copyValue, type Row, type RowCopier, rowCopier } from "./row.ts";
import { storageSchema } from "./storage_schema.ts";
import type { UndoLog } from "./undo_log.ts";

/** The rows of one table with everything that looks only at this table: null, uniqueness, indexes, the next number. */
export class TableStore {
  /** The table. OBJECT and ARRAY are JSON here: what a model asks beyond what is stored is the model's to check. */
  readonly table: Table;
  /** The schema as it was given. */
  readonly schema: TableSchema;
  /** For errors. */
  readonly scene: Scene;
  /** The foreign keys. */
  readonly references: readonly Reference[];
  /** The numbers of the autoIncrement column, or null. */
  readonly autoIncrement: AutoIncrement | null;
  /** Copies a row out. */
  readonly copy: RowCopier;
  readonly #log: UndoLog;
  readonly #entries: Set<Entry> = new Set();
  readonly #keys: readonly HashIndex[];
  #named: ReadonlyMap<string, NamedIndex> = new Map();
  #indexes: readonly HashIndex[] = [];
  #fullIndexes: readonly HashIndex[] = [];

  /**
   * Makes an empty table.
   *
   * @throws {ValidationError} When the schema makes no sense.
   */
  constructor(driver: string, name: string, schema: TableSchema, log: UndoLog) {
    this.table = new Table(name, storageSchema(schema));
    this.schema = schema;
    this.scene = { driver, table: name };
    this.copy = rowCopier(this.table);
    this.#log = log;
    const { columns, primaryKey, autoIncrement } = this.table;
    this.autoIncrement = autoIncrement === null ? null : new AutoIncrement(autoIncrement);
    const unique = columns.filter((column) =>
      column.unique && !(column.primaryKey && primaryKey.length === 1)
    );
    this.#keys = [primaryKey, ...unique.map((column) => [column])].map((each) => new HashIndex(each, true));
    this.references = columns.flatMap((column) =>
      column.references === null ? [] : [this.#reference(column)]
    );
    this.#collectIndexes();
  }

  /** The rows, oldest first. */
  get entries(): ReadonlySet<Entry> {
    return this.#entries;
  }

  /** The indexes made by name. */
  get named(): ReadonlyMap<string, NamedIndex> {
    return this.#named;
  }

  /** Every index that holds all rows: those of keys first, then those made by name, then those of foreign keys. */
  get fullIndexes(): readonly HashIndex[] {
    return this.#fullIndexes;
  }

  /** The index that makes a column unique in all rows, if there is one. */
  uniqueIndex(column: string): HashIndex | undefined {
    return this.#fullIndexes.find(({ unique, columns }) =>
      unique && columns.length === 1 && columns[0]?.name === column
    );
  }

  /**
   * Stores a new row. An absent column is null, an absent autoIncrement column the next number. Foreign keys are not
   * looked at.
   *
   * @returns Its entry.
   */
  insert(data: Readonly<Record<string, unknown>>): Entry {
    const restore = this.autoIncrement?.save();
    this.#log.record(() => restore?.());
    const row = this.#newRow(data);
    const keys = this.#indexes.map((index) => index.keyOf(row));
    this.#checkUnique(keys, [], "insert into");
    const entry: Entry = { row, live: false };
    this.#attach(entry, keys);
    this.#log.record(() => this.#detach(entry, keys));
    return entry;
  }

  /**
   * Puts in a row as it was stored: every column has its value, and it belongs to the table from now on. No rollback takes it
   * out, and foreign keys are not looked at.
   *
   * @throws {RinariError} When a column that takes no null has none, or another row has the same values in unique columns.
   */
  restore(row: Row): void {
    const missing = this.table.columns.find(({ name, nullable }) => row[name] === null && !nullable);
    if (missing !== undefined) throw notNullViolation(this.scene, "insert into", missing);
    const keys = this.#indexes.map((index) => index.keyOf(row));
    this.#checkUnique(keys, [], "insert into");
    this.#attach({ row, live: false }, keys);
  }

  /** Changes columns of a row. Foreign keys are not looked at. */
  update(entry: Entry, values: Readonly<Record<string, unknown>>): void {
    const before = entry.row;
    const after = this.#changed(before, values);
    const oldKeys = this.#indexes.map((index) => index.keyOf(before));
    const newKeys = this.#indexes.map((index) => index.keyOf(after));
    this.#checkUnique(newKeys, oldKeys, "update");
    const restore = this.autoIncrement?.save();
    if (this.autoIncrement !== null && Object.hasOwn(values, this.autoIncrement.column.name)) {
      this.autoIncrement.moved = true;
    }
    this.#move(entry, oldKeys, newKeys);
    entry.row = after;
    this.#log.record(() => {
      this.#move(entry, newKeys, oldKeys);
      entry.row = before;
      restore?.();
    });
  }

  /** Removes a row. Foreign keys are not looked at. */
  remove(entry: Entry): void {
    const keys = this.#indexes.map((index) => index.keyOf(entry.row));
    this.#detach(entry, keys);
    this.#log.record(() => this.#attach(entry, keys));
  }

  /**
   * Makes an index over the rows there are.
   *
   * @throws {ValidationError} When the columns or condition make no sense, or another index has the name (`INDEX_MISMATCH`).
   * @throws {UniqueConstraintError} When rows already violate it.
   */
  createIndex(name: string, options: IndexOptions): void {
    const index = new NamedIndex(this.table, this.scene, name, options);
    const existing = this.#named.get(name);
    if (existing !== undefined) return existing.checkSame(index);
    for (const entry of this.#entries) {
      const key = index.keyOf(entry.row);
      if (key === null) continue;
      if (index.unique && index.has(key)) throw uniqueViolation(this.scene, "index", index.columns);
      index.add(key, entry);
    }
    this.#setNamed(new Map([...this.#named, [name, index]]));
  }

  /** Removes an index, if there is one of that name. */
  dropIndex(name: string): void {
    if (!this.#named.has(name)) return;
    const rest = new Map(this.#named);
    rest.delete(name);
    this.#setNamed(rest);
  }

  #reference(column: Column): Reference {
    const { table, column: parentColumn, onDelete, onUpdate } = column.references as NonNullable<
      Column["references"]
    >;
    const action: ReferenceAction = "NO ACTION";
    return {
      child: this,
      column,
      index: new HashIndex([column], false),
      parentTable: table,
      parentColumn,
      onDelete: onDelete ?? action,
      onUpdate: onUpdate ?? action,
    };
  }

  #newRow(data: Readonly<Record<string, unknown>>): Row {
    for (const name of Object.keys(data)) this.table.column(name);
    const row: Record<string, unknown> = {};
    for (const column of this.table.columns) {
      const given = Object.hasOwn(data, column.name) ? data[column.name] ?? null : null;
      const value = column.autoIncrement ? this.#number(column, given) : copyValue(column.kind, given);
      if (value === null && !column.nullable) throw notNullViolation(this.scene, "insert into", column);
      row[column.name] = value;
    }
    return row;
  }

  #number(column: Column, given: unknown): unknown {
    const numbers = this.autoIncrement as AutoIncrement;
    const value = given ?? numbers.next(this.#entries);
    if (value === null) {
      throw outOfRange(
        this.scene,
        "insert into",
        column,
        `no number is left for \`${column.name}\`; give the row one yourself`,
      );
    }
    numbers.note(value as number | bigint);
    return value;
  }

  #changed(row: Row, values: Readonly<Record<string, unknown>>): Row {
    const changed: Record<string, unknown> = { ...row };
    for (const name of Object.keys(values)) {
      const column = this.table.column(name);
      if (values[name] === undefined) continue;
      if (values[name] === null && !column.nullable) throw notNullViolation(this.scene, "update", column);
      changed[name] = copyValue(column.kind, values[name]);
    }
    return changed;
  }

  #checkUnique(keys: readonly (Key | null)[], oldKeys: readonly (Key | null)[], attempt: Attempt): void {
    for (let i = 0; i < keys.length; i++) {
      const index = this.#indexes[i] as HashIndex;
      const key = keys[i] as Key | null;
      if (index.unique && key !== null && key !== oldKeys[i] && index.has(key)) {
        throw uniqueViolation(this.scene, attempt, index.columns);
      }
    }
  }

  #attach(entry: Entry, keys: readonly (Key | null)[]): void {
    this.#entries.add(entry);
    entry.live = true;
    this.#move(entry, [], keys);
  }

  #detach(entry: Entry, keys: readonly (Key | null)[]): void {
    this.#entries.delete(entry);
    entry.live = false;
    this.#move(entry, keys, []);
  }

  #move(entry: Entry, from: readonly (Key | null)[], to: readonly (Key | null)[]): void {
    for (let i = 0; i < this.#indexes.length; i++) {
      const before = from[i] ?? null;
      const after = to[i] ?? null;
      if (before === after) continue;
      if (before !== null) this.#indexes[i]?.remove(before, entry);
      if (after !== null) this.#indexes[i]?.add(after, entry);
    }
  }

  /** Puts another Map in the place of the old one, which a rollback brings back with its order: keys are kept by position. */
  #setNamed(named: ReadonlyMap<string, NamedIndex>): void {
    const before = this.#named;
    this.#log.record(() => {
      this.#named = before;
      this.#collectIndexes();
    });
    this.#named = named;
    this.#collectIndexes();
  }

  #collectIndexes(): void {
    this.#indexes = [...this.#keys, ...this.#named.values(), ...this.references.map(({ index }) => index)];
    this.#fullIndexes = this.#indexes.filter(({ filter }) => filter === null);
  }
}
