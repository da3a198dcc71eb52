import { MemoryDriver } from "../../drivers/memory.ts";
import {
  type BulkUpdate,
  type DriverConfig,
  type DriverMetadata,
  type DriverWhere,
  type IndexOptions,
  type QueryOptions,
  RinariError,
  type SyncDriver,
  type TableSchema,
} from "../../mod.ts";

type Data = Readonly<Record<string, unknown>>;

/** The sixteen methods of the memory driver, and nothing else: what the broken drivers are made of. */
export class SoundDriver implements SyncDriver {
  protected readonly store: MemoryDriver = new MemoryDriver();
  readonly metadata: DriverMetadata = this.store.metadata;

  connect(config: DriverConfig): void {
    this.store.connect(config);
  }

  disconnect(): void {
    this.store.disconnect();
  }

  createTable(dbName: string, tableName: string, schema: TableSchema): void {
    this.store.createTable(dbName, tableName, schema);
  }

  dropTable(dbName: string, tableName: string): void {
    this.store.dropTable(dbName, tableName);
  }

  tableExists(dbName: string, tableName: string): boolean {
    return this.store.tableExists(dbName, tableName);
  }

  findOne<T>(dbName: string, tableName: string, options: QueryOptions): T | null {
    return this.findAll<T>(dbName, tableName, { ...options, limit: Math.min(1, options.limit ?? 1) })[0] ??
      null;
  }

  findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    const where = this.where(options.where ?? {});
    return this.store.findAll<Data>(dbName, tableName, { ...options, where }).map((row) =>
      this.row(row)
    ) as T[];
  }

  count(dbName: string, tableName: string, where: DriverWhere = {}): number {
    return this.store.count(dbName, tableName, this.where(where));
  }

  insert<T>(dbName: string, tableName: string, data: Data): T {
    return this.row(this.store.insert<Data>(dbName, tableName, data)) as T;
  }

  bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): T[] {
    return this.store.bulkInsert<Data>(dbName, tableName, records).map((row) => this.row(row)) as T[];
  }

  update(dbName: string, tableName: string, data: Data, where: DriverWhere): number {
    return this.store.update(dbName, tableName, data, this.where(where));
  }

  bulkUpdate(dbName: string, tableName: string, updates: readonly BulkUpdate[]): number {
    const each = updates.map(({ data, where }) => ({ data, where: this.where(where) }));
    return this.store.bulkUpdate(dbName, tableName, each);
  }

  delete(dbName: string, tableName: string, where: DriverWhere): number {
    return this.store.delete(dbName, tableName, this.where(where));
  }

  createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): void {
    this.store.createIndex(dbName, tableName, indexName, options);
  }

  dropIndex(dbName: string, tableName: string, indexName: string): void {
    this.store.dropIndex(dbName, tableName, indexName);
  }

  transaction<T>(fn: () => T): T {
    return this.store.transaction(fn);
  }

  /** What becomes of a condition. */
  protected where(where: DriverWhere): DriverWhere {
    return where;
  }

  /** What becomes of a row on its way out. */
  protected row(row: Data): Data {
    return row;
  }
}

/** Of several conditions, only the first is applied. */
export class DropsAPredicate extends SoundDriver {
  protected override where(where: DriverWhere): DriverWhere {
    const [[key, value] = ["$and", []]] = Object.entries(where);
    return { [key]: key === "$and" ? (value as DriverWhere[]).slice(0, 1) : value };
  }
}

/** Rows come in whatever order they are found in. */
export class IgnoresOrderBy extends SoundDriver {
  override findAll<T>(dbName: string, tableName: string, { orderBy: _, ...options }: QueryOptions): T[] {
    return super.findAll<T>(dbName, tableName, options);
  }
}

/** Times are kept in seconds. */
export class LosesMilliseconds extends SoundDriver {
  protected override row(row: Data): Data {
    return eachValue(
      row,
      (value) => value instanceof Date ? new Date(Math.floor(value.getTime() / 1000) * 1000) : value,
    );
  }
}

/** Integers of 64 bit go through a floating-point number. */
export class RoundsLargeIntegers extends SoundDriver {
  protected override row(row: Data): Data {
    return eachValue(row, (value) => typeof value === "bigint" ? BigInt(Number(value)) : value);
  }
}

/** A bulk insert is a loop, and what went in before an error stays. */
export class BulkInsertsInALoop extends SoundDriver {
  override bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): T[] {
    return records.map((record) => this.insert<T>(dbName, tableName, record));
  }
}

/** Rows that had the new values already are not counted. */
export class CountsChangedRows extends SoundDriver {
  override update(dbName: string, tableName: string, data: Data, where: DriverWhere): number {
    const isNew = (row: Data) => Object.keys(data).some((name) => !Object.is(row[name], data[name]));
    const changed = this.findAll<Data>(dbName, tableName, { where }).filter(isNew).length;
    super.update(dbName, tableName, data, where);
    return changed;
  }
}

/** A transaction that fails is committed like any other. */
export class KeepsFailedTransactions extends SoundDriver {
  override transaction<T>(fn: () => T): T {
    const transaction = this.store.begin();
    try {
      return fn();
    } finally {
      transaction.commit();
    }
  }
}

/** What is thrown is looked at as a condition, so that `throw undefined` commits. */
export class TakesAFalsyThrowForNone extends SoundDriver {
  override transaction<T>(fn: () => T): T {
    const transaction = this.store.begin();
    let result: T | undefined;
    let failure: unknown;
    try {
      result = fn();
    } catch (error) {
      failure = error;
    }
    if (failure) {
      transaction.rollback();
      throw failure;
    }
    transaction.commit();
    return result as T;
  }
}

/** One method of a sync driver is async. */
export class DisconnectsLater extends SoundDriver {
  override async disconnect(): Promise<void> {
    await null;
    super.disconnect();
  }
}

/** The high end of `$between` is left out. */
export class ExcludesTheHighEnd extends SoundDriver {
  protected override where(where: DriverWhere): DriverWhere {
    return rewrite(where, (operand) => {
      if (!Object.hasOwn(operand, "$between")) return null;
      const [low, high] = operand["$between"] as readonly unknown[];
      return (column) => ({ $and: [{ [column]: { $gte: low } }, { [column]: { $lt: high } }] });
    });
  }
}

/** `$like` matches anywhere in the text. */
export class MatchesLikeAnywhere extends SoundDriver {
  protected override where(where: DriverWhere): DriverWhere {
    return rewrite(where, (operand) => {
      if (!Object.hasOwn(operand, "$like")) return null;
      return (column) => ({ [column]: { $like: `%${operand["$like"]}%` } });
    });
  }
}

/** Null comes last ascending, as on some servers. */
export class OrdersNullLast extends SoundDriver {
  override findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    const { orderBy = [], limit, offset = 0, select, ...rest } = options;
    const [[column, direction] = []] = orderBy;
    if (column === undefined) return super.findAll<T>(dbName, tableName, options);
    const rows = super.findAll<Data>(dbName, tableName, { ...rest, orderBy });
    const isNull = (row: Data): number => Number(row[column] === null);
    const sign = direction === "DESC" ? -1 : 1;
    const ordered = rows.sort((a, b) => sign * (isNull(a) - isNull(b)));
    const names = select ?? Object.keys(ordered[0] ?? {});
    return ordered.slice(offset, limit === undefined ? undefined : offset + limit).map((row) =>
      Object.fromEntries(names.map((name) => [name, row[name]]))
    ) as T[];
  }
}

/** A search that is cut forgets its condition. */
export class IgnoresWhereWithLimit extends SoundDriver {
  override findAll<T>(dbName: string, tableName: string, options: QueryOptions): T[] {
    return super.findAll<T>(
      dbName,
      tableName,
      options.limit === undefined ? options : { ...options, where: {} },
    );
  }
}

/** An index whose name one of another table has is taken to be there. */
export class SharesIndexNames extends SoundDriver {
  readonly #owners: Map<string, string> = new Map();

  override createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): void {
    const name = `${dbName}/${indexName}`;
    if ((this.#owners.get(name) ?? tableName) !== tableName) return;
    this.#owners.set(name, tableName);
    super.createIndex(dbName, tableName, indexName, options);
  }

  override dropIndex(dbName: string, tableName: string, indexName: string): void {
    this.#owners.delete(`${dbName}/${indexName}`);
    super.dropIndex(dbName, tableName, indexName);
  }
}

/** An index of a name that is taken is taken to be the same. */
export class KeepsTheFirstIndex extends SoundDriver {
  override createIndex(dbName: string, tableName: string, indexName: string, options: IndexOptions): void {
    try {
      super.createIndex(dbName, tableName, indexName, options);
    } catch (error) {
      if (!(error instanceof RinariError) || error.code !== "INDEX_MISMATCH") throw error;
    }
  }
}

/** A row is kept under its composite key, joined with a character that a value may hold. */
export class JoinsKeys extends SoundDriver {
  readonly #keys: Map<string, readonly string[]> = new Map();

  override createTable(dbName: string, tableName: string, schema: TableSchema): void {
    super.createTable(dbName, tableName, schema);
    const key = Object.keys(schema).filter((column) => schema[column]?.primaryKey === true);
    this.#keys.set(`${dbName}/${tableName}`, key);
  }

  override bulkInsert<T>(dbName: string, tableName: string, records: readonly Data[]): T[] {
    const key = this.#keys.get(`${dbName}/${tableName}`) ?? [];
    const inserted = super.bulkInsert<T>(dbName, tableName, records);
    const joined = (row: Data): string => key.map((column) => row[column]).join("|");
    const rows = this.store.findAll<Data>(dbName, tableName, {});
    const kept = new Map(rows.map((row) => [joined(row), row]));
    for (const row of rows) {
      if (kept.get(joined(row)) === row) continue;
      this.store.delete(dbName, tableName, Object.fromEntries(key.map((column) => [column, row[column]])));
    }
    return inserted;
  }
}

/** Databases are files, and what is no letter, digit or `_` in their names becomes `_`. */
export class SimplifiesDatabaseNames extends SoundDriver {
  protected override readonly store: MemoryDriver = new Proxy(new MemoryDriver(), {
    get(store, key) {
      const member = Reflect.get(store, key, store) as unknown;
      if (typeof member !== "function") return member;
      return (first: unknown, ...rest: unknown[]) =>
        member.call(store, typeof first === "string" ? first.replace(/\W/g, "_") : first, ...rest);
    },
  });
}

function eachValue(row: Data, change: (value: unknown) => unknown): Data {
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, change(value)]));
}

/** Replaces operators wherever they stand. */
function rewrite(where: DriverWhere, change: Change): DriverWhere {
  const parts = Object.entries(where).map(([key, value]): DriverWhere => {
    if (key === "$and" || key === "$or") {
      return { [key]: (value as DriverWhere[]).map((item) => rewrite(item, change)) };
    }
    if (key === "$not") return { $not: rewrite(value as DriverWhere, change) };
    const isOperand = typeof value === "object" && value !== null &&
      Object.keys(value)[0]?.startsWith("$") === true;
    return (isOperand ? change(value as DriverWhere)?.(key) : null) ?? { [key]: value };
  });
  return parts.length === 1 ? parts[0] as DriverWhere : { $and: parts };
}

/** What stands for a column's operator; null where it stays. */
type Change = (operand: DriverWhere) => ((column: string) => DriverWhere) | null;
