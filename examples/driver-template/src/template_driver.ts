import {
  type BulkUpdate,
  ConnectionError,
  type DriverConfig,
  type DriverMetadata,
  type DriverWhere,
  type IndexOptions,
  type QueryOptions,
  requireSameSchema,
  type SyncDriver,
  type TableSchema,
  ValidationError,
} from "@rinari/orm";
import { type Row, Store, type StoredTable } from "./store.ts";

/**
 * The sixteen methods, and nothing declared. It is handed JSON-safe values and equality alone; order, limits, operators,
 * constraints and undo are the work of the ORM. Declare in `metadata.capabilities` what your store does better, one member
 * at a time, and run the tests after each.
 */
export class TemplateDriver implements SyncDriver {
  /** The name stands in error messages. */
  readonly metadata: DriverMetadata = { name: "template", version: "0.1.0" };
  readonly #store: Store = new Store();
  #connected = false;

  /** Opens the store. A second call does nothing. */
  connect(_config: DriverConfig): void {
    this.#connected = true;
  }

  /** Closes the store. A second call does nothing, and `connect` may follow. */
  disconnect(): void {
    this.#connected = false;
  }

  /** Makes the table when it is absent. */
  createTable(dbName: string, tableName: string, schema: TableSchema): void {
    const table = this.#open("createTable").find(dbName, tableName);
    if (table === undefined) return this.#store.add(dbName, tableName, schema);
    requireSameSchema(table.schema, schema, {
      driver: this.metadata.name,
      database: dbName,
      table: tableName,
    });
  }

  /** Removes the table with its rows. */
  dropTable(dbName: string, tableName: string): void {
    this.#open("dropTable").remove(dbName, tableName);
  }

  /** Whether the table exists. */
  tableExists(dbName: string, tableName: string): boolean {
    return this.#open("tableExists").find(dbName, tableName) !== undefined;
  }

  /** A row that matches, or null. */
  findOne<T>(dbName: string, tableName: string, options: QueryOptions): T | null {
    return this.findAll<T>(dbName, tableName, options)[0] ?? null;
  }

  /** The rows that match. */
  findAll<T>(dbName: string, tableName: string, { where = {} }: QueryOptions): T[] {
    return this.#table("findAll", dbName, tableName).rows
      .map((text) => JSON.parse(text) as Row)
      .filter((row) => matches(row, where)) as T[];
  }

  /** How many rows match. */
  count(dbName: string, tableName: string, where?: DriverWhere): number {
    return this.findAll(dbName, tableName, where === undefined ? {} : { where }).length;
  }

  /** Stores a row and returns it, its number assigned. */
  insert<T>(dbName: string, tableName: string, data: Row): T {
    const table = this.#table("insert", dbName, tableName);
    const row: Record<string, unknown> = { ...data };
    if (table.number !== undefined) row[table.number] ??= table.last + 1;
    table.rows.push(JSON.stringify(row));
    remember(table, row);
    return row as T;
  }

  /** Stores all the rows, in order. Nothing here refuses a row, so that none can be left out. */
  bulkInsert<T>(dbName: string, tableName: string, records: readonly Row[]): T[] {
    return records.map((record) => this.insert<T>(dbName, tableName, record));
  }

  /** Changes the rows that match, and tells how many. */
  update(dbName: string, tableName: string, data: Row, where: DriverWhere): number {
    const table = this.#table("update", dbName, tableName);
    return change(table, where, (row) => ({ ...row, ...data }));
  }

  /** Makes all the updates, in order, and tells how many rows matched in all. */
  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): number {
    const counts = updates.map(({ data, where }) => this.update(dbName, tableName, data, where));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Removes the rows that match, and tells how many. */
  delete(dbName: string, tableName: string, where: DriverWhere): number {
    return change(this.#table("delete", dbName, tableName), where, () => null);
  }

  /** An index makes a store faster; this one reads all rows whatever there is. What is unique is kept by the ORM. */
  createIndex(dbName: string, tableName: string, _indexName: string, _options: IndexOptions): void {
    this.#table("createIndex", dbName, tableName);
  }

  /** Removes the index, when there is one. */
  dropIndex(dbName: string, tableName: string, _indexName: string): void {
    this.#table("dropIndex", dbName, tableName);
  }

  /** Runs `fn`. With no `transactions` declared, the ORM undoes the work when it throws. */
  transaction<T>(fn: () => T): T {
    return fn();
  }

  #open(operation: string): Store {
    if (this.#connected) return this.#store;
    throw new ConnectionError(`Cannot ${operation}: the driver is not connected; call connect first`, {
      code: "NOT_CONNECTED",
      driver: this.metadata.name,
    });
  }

  #table(operation: string, dbName: string, tableName: string): StoredTable {
    const table = this.#open(operation).find(dbName, tableName);
    if (table !== undefined) return table;
    throw new ValidationError(
      `Cannot ${operation} on \`${tableName}\` of \`${dbName}\`: it does not exist; create it first`,
      { code: "UNKNOWN_TABLE", driver: this.metadata.name, table: tableName },
    );
  }
}

/** All columns of the condition are equal. A driver that declares no operator is given nothing else. */
function matches(row: Row, where: DriverWhere): boolean {
  return Object.keys(where).every((column) => row[column] === where[column]);
}

/** Gives the rows that match new values, or removes them. */
function change(table: StoredTable, where: DriverWhere, next: (row: Row) => Row | null): number {
  let matched = 0;
  table.rows = table.rows.flatMap((text) => {
    const row = JSON.parse(text) as Row;
    if (!matches(row, where)) return [text];
    matched++;
    const changed = next(row);
    if (changed === null) return [];
    remember(table, changed);
    return [JSON.stringify(changed)];
  });
  return matched;
}

/** The largest number of an autoIncrement column is never assigned again. */
function remember(table: StoredTable, row: Row): void {
  if (table.number !== undefined) table.last = Math.max(table.last, Number(row[table.number]));
}
