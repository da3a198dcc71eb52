import { setImmediate } from "node:timers";
import type {
  AsyncDriver,
  BulkUpdate,
  Capabilities,
  DriverMetadata,
  DriverWhere,
  IndexOptions,
  QueryOptions,
  SyncDriver,
  TableSchema,
} from "../../src/contract/mod.ts";
import { requireSameSchema, ValidationError } from "../../mod.ts";

type Data = Readonly<Record<string, unknown>>;

/** A call of a method of the driver, as a test looks at it. */
export interface NaiveCall {
  readonly method: string;
  readonly table: string;
  /** The arguments after the table's name. */
  readonly given: readonly unknown[];
}

export interface NaiveOptions {
  /** Take a copy of everything before a transaction and put it back when it fails. Otherwise `fn` is only called. */
  readonly snapshots?: boolean;
  /** What is declared. By default nothing is, not even that transactions work. */
  readonly capabilities?: Capabilities;
}

interface NaiveTable {
  readonly schema: TableSchema;
  /** The autoIncrement column. */
  readonly number: string | undefined;
  rows: string[];
  last: number;
}

/**
 * A driver as a person writes it who knows only the list of methods: rows are JSON text, a condition is a comparison with
 * `===`, and whatever else a search asks for is ignored. It declares nothing and enforces nothing.
 */
export class NaiveDriver implements SyncDriver {
  readonly metadata: DriverMetadata;
  /** Every call made, for tests that count them. */
  readonly calls: NaiveCall[] = [];
  /** Throws for the calls that a test wants to fail. */
  fail: (call: NaiveCall) => void = () => {};
  readonly #snapshots: boolean;
  readonly #tables: Map<string, NaiveTable> = new Map();

  constructor({ snapshots = false, capabilities }: NaiveOptions = {}) {
    this.#snapshots = snapshots;
    this.metadata = { name: "naive", version: "1.0.0", ...(capabilities && { capabilities }) };
  }

  connect(): void {}

  disconnect(): void {}

  createTable(dbName: string, tableName: string, schema: TableSchema): void {
    this.#called("createTable", tableName, schema);
    const name = `${dbName}/${tableName}`;
    const table = this.#tables.get(name);
    if (table !== undefined) {
      const place = { driver: this.metadata.name, database: dbName, table: tableName };
      return requireSameSchema(table.schema, schema, place);
    }
    const number = Object.keys(schema).find((column) => schema[column]?.autoIncrement === true);
    this.#tables.set(name, { schema, number, rows: [], last: 0 });
  }

  dropTable(dbName: string, tableName: string): void {
    this.#called("dropTable", tableName);
    this.#tables.delete(`${dbName}/${tableName}`);
  }

  tableExists(dbName: string, tableName: string): boolean {
    this.#called("tableExists", tableName);
    return this.#tables.has(`${dbName}/${tableName}`);
  }

  findOne<T>(dbName: string, tableName: string, options: QueryOptions): T | null {
    this.#called("findOne", tableName, options);
    return this.#find<T>(dbName, tableName, options.where)[0] ?? null;
  }

  findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    this.#called("findAll", tableName, options);
    return this.#find<T>(dbName, tableName, options.where);
  }

  count(dbName: string, tableName: string, where?: DriverWhere): number {
    this.#called("count", tableName, where);
    return this.#find(dbName, tableName, where).length;
  }

  insert<T>(dbName: string, tableName: string, data: Data): T {
    this.#called("insert", tableName, data);
    return this.#add<T>(dbName, tableName, data);
  }

  bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): T[] {
    this.#called("bulkInsert", tableName, records);
    return records.map((record) => this.#add<T>(dbName, tableName, record));
  }

  update(dbName: string, tableName: string, data: Data, where: DriverWhere): number {
    this.#called("update", tableName, data, where);
    return this.#change(dbName, tableName, where, (row) => ({ ...row, ...data }));
  }

  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): number {
    this.#called("bulkUpdate", tableName, updates);
    let matched = 0;
    for (const { where, data } of updates) {
      matched += this.#change(dbName, tableName, where, (row) => ({ ...row, ...data }));
    }
    return matched;
  }

  delete(dbName: string, tableName: string, where: DriverWhere): number {
    this.#called("delete", tableName, where);
    return this.#change(dbName, tableName, where, () => null);
  }

  createIndex(_dbName: string, tableName: string, indexName: string, options: IndexOptions): void {
    this.#called("createIndex", tableName, indexName, options);
  }

  dropIndex(_dbName: string, tableName: string, indexName: string): void {
    this.#called("dropIndex", tableName, indexName);
  }

  transaction<T>(fn: () => T): T {
    const restore = this.snapshot();
    try {
      return fn();
    } catch (error) {
      restore();
      throw error;
    }
  }

  /** Copies everything, when it was asked to. @returns What puts it back. */
  snapshot(): () => void {
    if (!this.#snapshots) return () => {};
    const copy = new Map(
      [...this.#tables].map(([name, table]) => [name, { ...table, rows: [...table.rows] }]),
    );
    return () => {
      this.#tables.clear();
      for (const [name, table] of copy) this.#tables.set(name, table);
    };
  }

  /** The rows of a table as they are stored, for tests. */
  stored(dbName: string, tableName: string): Data[] {
    return this.#table(dbName, tableName).rows.map((text) => JSON.parse(text) as Data);
  }

  #called(method: string, table: string, ...given: readonly unknown[]): void {
    const call = { method, table, given };
    this.calls.push(call);
    this.fail(call);
  }

  #table(dbName: string, tableName: string): NaiveTable {
    const table = this.#tables.get(`${dbName}/${tableName}`);
    if (table !== undefined) return table;
    throw new ValidationError(`Cannot use \`${tableName}\`: it does not exist; create it first`, {
      code: "UNKNOWN_TABLE",
      driver: this.metadata.name,
      table: tableName,
    });
  }

  #find<T>(dbName: string, tableName: string, where: DriverWhere = {}): T[] {
    return this.#table(dbName, tableName).rows
      .map((text) => JSON.parse(text) as Data)
      .filter((row) => matches(row, where)) as T[];
  }

  #add<T>(dbName: string, tableName: string, data: Data): T {
    const table = this.#table(dbName, tableName);
    const row: Record<string, unknown> = { ...data };
    if (table.number !== undefined) row[table.number] ??= table.last + 1;
    const text = JSON.stringify(row);
    table.rows.push(text);
    remember(table, row);
    return JSON.parse(text) as T;
  }

  #change(dbName: string, tableName: string, where: DriverWhere, next: (row: Data) => Data | null): number {
    const table = this.#table(dbName, tableName);
    let matched = 0;
    table.rows = table.rows.flatMap((text) => {
      const row = JSON.parse(text) as Data;
      if (!matches(row, where)) return [text];
      matched++;
      const changed = next(row);
      if (changed === null) return [];
      remember(table, changed);
      return [JSON.stringify(changed)];
    });
    return matched;
  }
}

/** The naive driver over a network: an answer takes no time, a moment or a millisecond, never the same for two calls. */
export class SlowNaiveDriver implements AsyncDriver {
  readonly metadata: DriverMetadata;
  /** The driver behind the network, for tests that look at it. */
  readonly inner: NaiveDriver;
  #seed: number;

  constructor(options: NaiveOptions = {}, seed = 1) {
    this.inner = new NaiveDriver(options);
    this.metadata = { ...this.inner.metadata, name: "slow-naive" };
    this.#seed = seed;
  }

  connect(): Promise<void> {
    return this.#later(() => this.inner.connect());
  }

  disconnect(): Promise<void> {
    return this.#later(() => this.inner.disconnect());
  }

  createTable(dbName: string, tableName: string, schema: TableSchema): Promise<void> {
    return this.#later(() => this.inner.createTable(dbName, tableName, schema));
  }

  dropTable(dbName: string, tableName: string): Promise<void> {
    return this.#later(() => this.inner.dropTable(dbName, tableName));
  }

  tableExists(dbName: string, tableName: string): Promise<boolean> {
    return this.#later(() => this.inner.tableExists(dbName, tableName));
  }

  findOne<T>(dbName: string, tableName: string, options: QueryOptions): Promise<T | null> {
    return this.#later(() => this.inner.findOne<T>(dbName, tableName, options));
  }

  findAll<T>(dbName: string, tableName: string, options: QueryOptions): Promise<T[]> {
    return this.#later(() => this.inner.findAll<T>(dbName, tableName, options));
  }

  count(dbName: string, tableName: string, where?: DriverWhere): Promise<number> {
    return this.#later(() => this.inner.count(dbName, tableName, where));
  }

  insert<T>(dbName: string, tableName: string, data: Data): Promise<T> {
    return this.#later(() => this.inner.insert<T>(dbName, tableName, data));
  }

  bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): Promise<T[]> {
    return this.#later(() => this.inner.bulkInsert<T>(dbName, tableName, records));
  }

  update(dbName: string, tableName: string, data: Data, where: DriverWhere): Promise<number> {
    return this.#later(() => this.inner.update(dbName, tableName, data, where));
  }

  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): Promise<number> {
    return this.#later(() => this.inner.bulkUpdate(dbName, tableName, updates));
  }

  delete(dbName: string, tableName: string, where: DriverWhere): Promise<number> {
    return this.#later(() => this.inner.delete(dbName, tableName, where));
  }

  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): Promise<void> {
    return this.#later(() => this.inner.createIndex(dbName, tableName, indexName, options));
  }

  dropIndex(dbName: string, tableName: string, indexName: string): Promise<void> {
    return this.#later(() => this.inner.dropIndex(dbName, tableName, indexName));
  }

  async transaction<T>(fn: () => Promise<T>): Promise<T> {
    const restore = await this.#later(() => this.inner.snapshot());
    try {
      return await fn();
    } catch (error) {
      await this.#later(restore);
      throw error;
    }
  }

  /** Does the work after a while; what it is given is sent at once, as text. */
  #later<T>(work: () => T): Promise<T> {
    this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0;
    const wait = WAITS[(this.#seed >>> 16) % WAITS.length] as Wait;
    return new Promise((resolve, reject) => {
      wait(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
    });
  }
}

type Wait = (work: () => void) => void;

/** From the shortest to the longest. Timers are few: they would be most of the time that the tests take. */
const WAITS: readonly Wait[] = [
  ...Array.from({ length: 7 }, () => queueMicrotask),
  (work) => queueMicrotask(() => queueMicrotask(work)),
  setImmediate,
  (work) => setImmediate(() => setImmediate(work)),
  (work) => setTimeout(work, 1),
];

/** The largest number of an autoIncrement column is never assigned again. */
function remember(table: NaiveTable, row: Data): void {
  if (table.number !== undefined) table.last = Math.max(table.last, Number(row[table.number]));
}

function matches(row: Data, where: DriverWhere): boolean {
  return Object.keys(where).every((column) => row[column] === where[column]);
}
