import { promised } from "../chain/chain.ts";
import type {
  AsyncDriver,
  AsyncTransaction,
  DriverMetadata,
  SyncDriver,
  SyncTransaction,
} from "../contract/mod.ts";

/**
 * Gives a sync driver the face of an async one: the way to `await` inside a transaction on a local SQLite file. Operations of
 * other flows wait until the transaction has ended, because there is one connection.
 *
 * @param driver The driver. When it offers no `begin`, the core undoes the work of a failed transaction itself.
 * @returns An async driver on the same store.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM, toAsyncDriver } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: toAsyncDriver(new MemoryDriver()) });
 * const Note = orm.define("app", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true } });
 * await orm.transaction(async () => {
 *   await Note.create({ id: 1 });
 *   await Promise.resolve("anything that takes time");
 *   await Note.create({ id: 2 });
 * });
 * ```
 */
export function toAsyncDriver(driver: SyncDriver): AsyncDriver {
  const {
    createTableWithIndexes,
    prepare,
    iterate,
    begin,
    aggregate,
    upsert,
    group,
    explain,
    introspect,
    differences,
    indexes,
    query,
  } = driver;
  return {
    metadata: metadataOf(driver),
    connect: (config) => promised(() => driver.connect(config)),
    disconnect: () => promised(() => driver.disconnect()),
    createTable: (...args) => promised(() => driver.createTable(...args)),
    dropTable: (...args) => promised(() => driver.dropTable(...args)),
    tableExists: (...args) => promised(() => driver.tableExists(...args)),
    findOne: (...args) => promised(() => driver.findOne(...args)),
    findAll: (...args) => promised(() => driver.findAll(...args)),
    count: (...args) => promised(() => driver.count(...args)),
    insert: (...args) => promised(() => driver.insert(...args)),
    bulkInsert: (...args) => promised(() => driver.bulkInsert(...args)),
    update: (...args) => promised(() => driver.update(...args)),
    bulkUpdate: (...args) => promised(() => driver.bulkUpdate(...args)),
    delete: (...args) => promised(() => driver.delete(...args)),
    createIndex: (...args) => promised(() => driver.createIndex(...args)),
    dropIndex: (...args) => promised(() => driver.dropIndex(...args)),
    transaction: begin === undefined
      ? promised
      : (fn) => promised(() => begin.call(driver)).then((transaction) => finish(transaction, fn)),
    ...(createTableWithIndexes && {
      createTableWithIndexes: (...args) => promised(() => createTableWithIndexes.apply(driver, args)),
    }),
    ...(begin && { begin: () => promised(() => asyncTransaction(begin.call(driver))) }),
    ...(aggregate && { aggregate: (...args) => promised(() => aggregate.apply(driver, args)) }),
    ...(upsert && { upsert: (...args) => promised(() => upsert.apply(driver, args)) }),
    ...(group && { group: (...args) => promised(() => group.apply(driver, args)) }),
    ...(explain && { explain: (...args) => promised(() => explain.apply(driver, args)) }),
    ...(query && { query: (...args) => promised(() => query.apply(driver, args)) }),
    ...(introspect && { introspect: (...args) => promised(() => introspect.apply(driver, args)) }),
    ...(differences && { differences: (...args) => promised(() => differences.apply(driver, args)) }),
    ...(indexes && { indexes: (...args) => promised(() => indexes.apply(driver, args)) }),
    ...(prepare && {
      prepare: (...args) => {
        const query = prepare.apply(driver, args);
        return {
          all: (params) => promised(() => query.all(params)),
          number: (params) => promised(() => query.number(params)),
        };
      },
    }),
    ...(iterate && {
      iterate: <T>(...args: Parameters<NonNullable<SyncDriver["iterate"]>>) => {
        const rows = iterate.apply(driver, args) as IterableIterator<T>;
        return {
          next: () => promised(() => rows.next()),
          return: () => promised(() => rows.return?.() ?? { done: true, value: undefined }),
          [Symbol.asyncIterator]() {
            return this;
          },
        };
      },
    }),
  } as AsyncDriver;
}

/** Without `begin` nothing can be rolled back across an await: the core, which is told so, undoes the work itself. */
function metadataOf({ metadata, begin }: SyncDriver): DriverMetadata {
  if (begin !== undefined || metadata.capabilities === undefined) return metadata;
  const { transactions: _transactions, savepoints: _savepoints, ...capabilities } = metadata.capabilities;
  return { ...metadata, capabilities };
}

function finish<T>(transaction: SyncTransaction, fn: () => Promise<T>): Promise<T> {
  return promised(fn).then(
    (result) => {
      transaction.commit();
      return result;
    },
    (error) => {
      transaction.rollback();
      throw error;
    },
  );
}

function asyncTransaction(transaction: SyncTransaction): AsyncTransaction {
  return {
    commit: () => promised(() => transaction.commit()),
    rollback: () => promised(() => transaction.rollback()),
  };
}
