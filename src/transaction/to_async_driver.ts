import { promised } from "../chain/chain.ts";
import type {
  AsyncDriver,
  AsyncTransaction,
  DriverMetadata,
  SyncDriver,
  SyncTransaction,
} from "../contract/mod.ts";
import { isBusy, Patience } from "./waiting.ts";

/**
 * Gives a sync driver the face of an async one: the way to `await` inside a transaction on a local SQLite file. Operations of
 * other flows wait until the transaction has ended, because there is one connection. Locks of other processes are waited for
 * without keeping the event loop, which gets its turn in a loop of awaited calls too.
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
    alterTable,
    suspendReferences,
    dataVersion,
    indexes,
    useView,
    copyDatabase,
    query,
  } = driver;
  const patience = new Patience(driver);
  const run = <T>(work: () => T): Promise<T> => patience.run(work);
  return {
    metadata: metadataOf(driver),
    connect: (config) => {
      patience.takeOver();
      return run(() => driver.connect(config));
    },
    disconnect: () => run(() => driver.disconnect()),
    createTable: (...args) => run(() => driver.createTable(...args)),
    dropTable: (...args) => run(() => driver.dropTable(...args)),
    tableExists: (...args) => run(() => driver.tableExists(...args)),
    findOne: (...args) => run(() => driver.findOne(...args)),
    findAll: (...args) => run(() => driver.findAll(...args)),
    count: (...args) => run(() => driver.count(...args)),
    insert: (...args) => run(() => driver.insert(...args)),
    bulkInsert: (...args) => run(() => driver.bulkInsert(...args)),
    update: (...args) => run(() => driver.update(...args)),
    bulkUpdate: (...args) => run(() => driver.bulkUpdate(...args)),
    delete: (...args) => run(() => driver.delete(...args)),
    createIndex: (...args) => run(() => driver.createIndex(...args)),
    dropIndex: (...args) => run(() => driver.dropIndex(...args)),
    transaction: begin === undefined
      ? promised
      : (fn) => run(() => begin.call(driver)).then((transaction) => finish(patience, transaction, fn)),
    ...(createTableWithIndexes && {
      createTableWithIndexes: (...args) => run(() => createTableWithIndexes.apply(driver, args)),
    }),
    ...(begin &&
      {
        begin: () =>
          run(() => begin.call(driver)).then((transaction) => asyncTransaction(patience, transaction)),
      }),
    ...(aggregate && { aggregate: (...args) => run(() => aggregate.apply(driver, args)) }),
    ...(upsert && { upsert: (...args) => run(() => upsert.apply(driver, args)) }),
    ...(group && { group: (...args) => run(() => group.apply(driver, args)) }),
    ...(explain && { explain: (...args) => run(() => explain.apply(driver, args)) }),
    ...(query && { query: (...args) => run(() => query.apply(driver, args)) }),
    ...(introspect && { introspect: (...args) => run(() => introspect.apply(driver, args)) }),
    ...(differences && { differences: (...args) => run(() => differences.apply(driver, args)) }),
    ...(alterTable && { alterTable: (...args) => run(() => alterTable.apply(driver, args)) }),
    ...(suspendReferences &&
      { suspendReferences: (...args) => run(() => suspendReferences.apply(driver, args)) }),
    ...(dataVersion && { dataVersion: (...args) => run(() => dataVersion.apply(driver, args)) }),
    ...(useView && { useView: (...args) => run(() => useView.apply(driver, args)) }),
    ...(copyDatabase && { copyDatabase: (...args) => run(() => copyDatabase.apply(driver, args)) }),
    ...(indexes && { indexes: (...args) => run(() => indexes.apply(driver, args)) }),
    ...(prepare && {
      prepare: (...args) => {
        const query = prepare.apply(driver, args);
        return {
          all: (params) => run(() => query.all(params)),
          number: (params) => run(() => query.number(params)),
        };
      },
    }),
    ...(iterate && {
      iterate: <T>(...args: Parameters<NonNullable<SyncDriver["iterate"]>>) => {
        const search = (): IterableIterator<T> => iterate.apply(driver, args) as IterableIterator<T>;
        let rows = search();
        let begun = false;
        const next = (): IteratorResult<T> => {
          try {
            const item = rows.next();
            begun = true;
            return item;
          } catch (error) {
            // An iterator that has thrown is at its end: as long as it gave nothing, another can take its place.
            if (!begun) rows = search();
            throw error;
          }
        };
        return {
          next: () => begun ? patience.once(next) : run(next),
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

function finish<T>(patience: Patience, transaction: SyncTransaction, fn: () => Promise<T>): Promise<T> {
  const { commit, rollback } = asyncTransaction(patience, transaction);
  return promised(fn).then(
    (result) => commit().then(() => result),
    (error) =>
      rollback().then(() => {
        throw error;
      }),
  );
}

function asyncTransaction(patience: Patience, transaction: SyncTransaction): AsyncTransaction {
  const ended = patience.opened();
  return {
    commit: () =>
      patience.run(() => transaction.commit()).then(ended, (error) => {
        ended();
        // One that was waited for in vain is still open; another was undone when it failed.
        if (isBusy(error)) transaction.rollback();
        throw error;
      }),
    rollback: () => promised(() => transaction.rollback()).finally(ended),
  };
}
