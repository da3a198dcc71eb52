import type { Predicate, TableIndex } from "../../src/contract/mod.ts";
import { readWhere } from "../../src/query/where_reader.ts";
import type { Link, Row, RowTest } from "../../src/reference/mod.ts";
import { NamedIndex } from "../../src/reference/named_index.ts";
import { storageSchema } from "../../src/reference/storage_schema.ts";
import type { Scene } from "../../src/errors/violations.ts";
import type { Column } from "../../src/schema/column.ts";
import { Table } from "../../src/schema/table.ts";
import { below, type Place, toPart } from "./key.ts";
import type { KVKeyPart } from "./kv.ts";
import { sectionPlace, SECTIONS } from "./layout.ts";
import { NAME } from "./limits.ts";
import { RowCodec } from "./row_codec.ts";
import type { IndexRecord, TableRecord } from "./table_record.ts";

/** The entries of a table by some columns. */
export interface StoredIndex {
  /** The name it was made by; null for the index of a unique column or a reference. */
  readonly name: string | null;
  /** Where its entries are. */
  readonly place: Place;
  /** The columns. */
  readonly columns: readonly Column[];
  /** Whether two rows equal in all columns, none null, are refused. */
  readonly unique: boolean;
  /** Whether every row has its entry. */
  readonly ready: boolean;
  /** Which rows have an entry; null for all. */
  readonly filter: RowTest | null;
  /** The condition of the filter. */
  readonly where: { readonly predicate: Predicate; readonly params: readonly unknown[] } | null;
}

/** A foreign key. */
export interface StoredReference extends Link<StoredTable> {
  /** The index that finds the rows that refer. */
  readonly index: StoredIndex;
}

/** A table as the store keeps it: where its rows and entries are. */
export class StoredTable {
  /** What is stored of it. */
  readonly record: TableRecord;
  /** The table. */
  readonly table: Table;
  /** For errors. */
  readonly scene: Scene;
  /** How rows are stored. */
  readonly codec: RowCodec;
  /** The database's place. */
  readonly database: Place;
  /** Where the rows are, by primary key. */
  readonly rows: Place;
  /** Where the segments of large rows are. */
  readonly segments: Place;
  /** The number of rows; every write to the table changes its version. */
  readonly counter: Place;
  /** The last number given to the autoIncrement column. */
  readonly sequence: Place;
  /** Where the entries of rows that expire are, by time. */
  readonly expiries: Place;
  /** All indexes: of unique columns, then those made by name, then those of references. */
  readonly indexes: readonly StoredIndex[];
  /** The foreign keys. */
  readonly references: readonly StoredReference[];

  /** Reads what is stored. */
  constructor(database: Place, name: string, record: TableRecord) {
    this.record = record;
    this.table = new Table(name, storageSchema(record.schema));
    this.scene = { driver: NAME, table: name };
    this.codec = new RowCodec(this.table, record);
    this.database = database;
    this.rows = this.#section(SECTIONS.rows);
    this.segments = this.#section(SECTIONS.segments);
    this.counter = this.#section(SECTIONS.counter);
    this.sequence = this.#section(SECTIONS.sequence);
    this.expiries = this.#section(SECTIONS.expiries);
    const { columns, primaryKey } = this.table;
    const isKey = (column: Column): boolean => column.primaryKey && primaryKey.length === 1;
    const automatic = (column: Column, unique: boolean): StoredIndex => ({
      name: null,
      place: this.#section(this.columnPlace(column, unique ? SECTIONS.unique : SECTIONS.reference)),
      columns: [column],
      unique,
      ready: true,
      filter: null,
      where: null,
    });
    const unique = columns.filter((column) => column.unique && !isKey(column)).map((column) =>
      automatic(column, true)
    );
    const named = record.indexes.map((index) => this.#named(index));
    this.references = columns.flatMap((column) => {
      if (column.references === null) return [];
      const { table, column: parentColumn, onDelete, onUpdate } = column.references;
      return [{
        child: this,
        column,
        index: unique.find((index) => index.columns[0] === column) ?? automatic(column, false),
        parentTable: table,
        parentColumn,
        onDelete: onDelete ?? "NO ACTION",
        onUpdate: onUpdate ?? "NO ACTION",
      }];
    });
    const referring = this.references.map(({ index }) => index).filter((index) => !index.unique);
    this.indexes = [...unique, ...named, ...referring];
  }

  /** Where a row is. */
  rowPlace(row: Row): Place {
    return below(this.rows, ...this.keyParts(row));
  }

  /** The parts of a row's key. */
  keyParts(row: Row): KVKeyPart[] {
    return this.table.primaryKey.map(({ name, kind }) => toPart(kind, row[name]));
  }

  /** What keys of the entries of a unique or referring column have after the table. */
  columnPlace({ name, index }: Column, section: string): string {
    return this.record.columnPlaces?.[name] ?? `${section}${index}`;
  }

  /** Where the progress of building an index is kept. */
  progressPlace(index: IndexRecord): Place {
    return below(this.#section(SECTIONS.progress), index.id);
  }

  #section(section: string): Place {
    return sectionPlace(this.database, this.record.id, section);
  }

  /** What is told of the indexes. */
  get described(): readonly TableIndex[] {
    return this.record.indexes.map((index) => this.namedIndex(index).description);
  }

  /** The index made by this name as it is now, checked anew. */
  namedIndex(record: IndexRecord): NamedIndex {
    return new NamedIndex(this.table, this.scene, record.name, record.options);
  }

  #named(record: IndexRecord): StoredIndex {
    const { columns, unique, filter } = this.namedIndex(record);
    const where = record.options.where === undefined
      ? null
      : readWhere(this.table, record.options.where, false);
    return {
      name: record.name,
      place: this.#section(record.id),
      columns,
      unique,
      ready: record.state === "ready",
      filter,
      where: where === null || where.predicate === null
        ? null
        : { predicate: where.predicate, params: where.params },
    };
  }
}

/** Where the entry of a row in an index is, or null when it has none. */
export function entryPlace(table: StoredTable, index: StoredIndex, row: Row): Place | null {
  if (index.filter !== null && !index.filter(row)) return null;
  const parts = index.columns.map(({ name, kind }) => toPart(kind, row[name]));
  return isUniqueEntry(index, row)
    ? below(index.place, ...parts)
    : below(index.place, ...parts, ...table.keyParts(row));
}

/** Whether the entry of a row excludes others: in a unique index, and no column is null. Its value is the row's key. */
export function isUniqueEntry(index: StoredIndex, row: Row): boolean {
  return index.unique && index.columns.every(({ name }) => (row[name] ?? null) !== null);
}
