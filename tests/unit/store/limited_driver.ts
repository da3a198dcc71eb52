import { MemoryDriver } from "../../../drivers/memory.ts";
import type {
  BulkUpdate,
  Capabilities,
  ColumnDefinition,
  DriverMetadata,
  DriverWhere,
  IndexOptions,
  NativeType,
  OperatorName,
  QueryOptions,
  SyncDriver,
  TableSchema,
} from "../../../src/contract/mod.ts";
import { UniqueConstraintError } from "../../../src/errors/mod.ts";

type Data = Readonly<Record<string, unknown>>;

const NATIVE: Partial<Record<ColumnDefinition["type"], NativeType>> = {
  DATE: "date",
  DATETIME: "date",
  BLOB: "bytes",
};

/**
 * A driver that does what it is told to declare, on values in the form that goes with it, and throws when it is asked for
 * anything else.
 */
export class LimitedDriver implements SyncDriver {
  readonly metadata: DriverMetadata;
  readonly aggregate?: SyncDriver["aggregate"];
  readonly #declared: Capabilities;
  readonly #inner: MemoryDriver = new MemoryDriver();
  #depth = 0;

  constructor(declared: Capabilities, aggregates = false) {
    this.metadata = { name: "limited", version: "1.0.0", capabilities: declared };
    this.#declared = declared;
    if (!aggregates) return;
    this.aggregate = (dbName, tableName, operation, field, where) =>
      this.#inner.aggregate(dbName, tableName, operation, field, this.#where(where));
  }

  connect(): void {
    this.#inner.connect({});
  }

  disconnect(): void {
    this.#inner.disconnect();
  }

  createTable(dbName: string, tableName: string, schema: TableSchema): void {
    this.#inner.createTable(dbName, tableName, this.#schema(schema));
  }

  dropTable(dbName: string, tableName: string): void {
    this.#inner.dropTable(dbName, tableName);
  }

  tableExists(dbName: string, tableName: string): boolean {
    return this.#inner.tableExists(dbName, tableName);
  }

  findOne<T>(dbName: string, tableName: string, options: QueryOptions): T | null {
    return this.#inner.findOne<T>(dbName, tableName, this.#options(options));
  }

  findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    return this.#inner.findAll<T>(dbName, tableName, this.#options(options));
  }

  count(dbName: string, tableName: string, where?: DriverWhere): number {
    return this.#inner.count(dbName, tableName, this.#where(where));
  }

  insert<T>(dbName: string, tableName: string, data: Data): T {
    return this.#unique(() => this.#inner.insert<T>(dbName, tableName, this.#data(data)));
  }

  bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): T[] {
    return this.#unique(() =>
      this.#inner.bulkInsert<T>(dbName, tableName, records.map((each) => this.#data(each)))
    );
  }

  update(dbName: string, tableName: string, data: Data, where: DriverWhere): number {
    return this.#unique(() =>
      this.#inner.update(dbName, tableName, this.#data(data), this.#where(where) ?? {})
    );
  }

  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): number {
    const checked = updates.map(({ data, where }) => ({
      data: this.#data(data),
      where: this.#where(where) ?? {},
    }));
    return this.#unique(() => this.#inner.bulkUpdate(dbName, tableName, checked));
  }

  delete(dbName: string, tableName: string, where: DriverWhere): number {
    return this.#inner.delete(dbName, tableName, this.#where(where) ?? {});
  }

  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): void {
    const { columns, unique, where } = options;
    if (where !== undefined && this.#declared.partialIndexes !== true) {
      throw new Error("got an index with a condition");
    }
    this.#inner.createIndex(dbName, tableName, indexName, {
      columns,
      unique: unique === true && this.#declared.uniqueIndexes === true,
      ...(where && { where: this.#where(where) ?? {} }),
    });
  }

  dropIndex(dbName: string, tableName: string, indexName: string): void {
    this.#inner.dropIndex(dbName, tableName, indexName);
  }

  transaction<T>(fn: () => T): T {
    const { transactions, savepoints } = this.#declared;
    if (transactions === undefined) return fn();
    if (this.#depth > 0 && savepoints !== true) throw new Error("got a transaction inside a transaction");
    this.#depth++;
    try {
      return this.#inner.transaction(fn);
    } finally {
      this.#depth--;
    }
  }

  /** The schema with the types the values then have, and without the constraints that are not declared. */
  #schema(schema: TableSchema): TableSchema {
    return Object.fromEntries(
      Object.entries(schema).map(([name, { references, unique, bigint, ...rest }]) => {
        const isText = rest.autoIncrement !== true &&
          (bigint === true ? !this.#isNative("bigint") : this.#isText(rest.type));
        return [name, {
          ...rest,
          ...(isText && { type: "TEXT" as const }),
          ...(bigint && !isText && { bigint }),
          ...(unique && this.#declared.unique && { unique }),
          ...(references && this.#declared.references && { references }),
        }];
      }),
    );
  }

  #isText(type: ColumnDefinition["type"]): boolean {
    const native = NATIVE[type];
    return native !== undefined && !this.#isNative(native);
  }

  #isNative(type: NativeType): boolean {
    return this.#declared.nativeTypes?.includes(type) === true;
  }

  #options(options: QueryOptions): QueryOptions {
    const { orderBy, limit, select } = this.#declared;
    if (options.orderBy !== undefined && orderBy !== true) throw new Error("got an order");
    if ((options.limit ?? options.offset) !== undefined && limit !== true) throw new Error("got a limit");
    if (options.select !== undefined && select !== true) throw new Error("got columns to select");
    const { where, ...rest } = options;
    return where === undefined ? rest : { ...rest, where: this.#where(where) ?? {} };
  }

  /** Checks that a condition has only what is declared. */
  #where(where: DriverWhere | undefined): DriverWhere | undefined {
    for (const [key, value] of Object.entries(where ?? {})) {
      if (key.startsWith("$")) {
        if (this.#declared.logic !== true) throw new Error(`got ${key}`);
        for (const each of Array.isArray(value) ? value : [value]) this.#where(each as DriverWhere);
      } else {
        if (key.includes(".") && this.#declared.jsonPaths !== true) throw new Error(`got path ${key}`);
        this.#comparison(value);
      }
    }
    return where;
  }

  #comparison(value: unknown): void {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return;
    const [operator, ...more] = Object.keys(value as object);
    if (
      operator === undefined || more.length > 0 ||
      !this.#declared.operators?.includes(operator as OperatorName)
    ) {
      throw new Error(`got ${JSON.stringify(value)}`);
    }
    const operand = (value as Record<string, unknown>)[operator];
    for (const each of Array.isArray(operand) ? operand : [operand]) this.#value(each);
  }

  #data(data: Data): Data {
    for (const value of Object.values(data)) this.#value(value);
    return data;
  }

  #value(value: unknown): void {
    const native = value instanceof Date
      ? "date"
      : value instanceof Uint8Array
      ? "bytes"
      : typeof value === "bigint"
      ? "bigint"
      : null;
    if (native !== null && !this.#isNative(native)) throw new Error(`got a value of type ${native}`);
  }

  /** The memory driver always enforces its keys: where that is not declared, the core must not rely on it. */
  #unique<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      if (this.#declared.unique === true || !(error instanceof UniqueConstraintError)) throw error;
      throw new Error("the core let a duplicate through", { cause: error });
    }
  }
}
