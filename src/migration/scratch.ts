import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { SyncDriver, TableSchema } from "../contract/mod.ts";
import { Connection } from "../orm/connection.ts";
import { Database, ReferenceDriver, UndoLog } from "../reference/mod.ts";
import { toAsyncDriver } from "../transaction/to_async_driver.ts";
import { MigrationStore } from "./store.ts";

/**
 * The tables of a store, without a row, in memory: what steps make of them is seen there, and nobody is kept from the store.
 *
 * @param recorded The names of tables that no model may have any more.
 */
export function scratchOf(store: MigrationStore, recorded: readonly string[]): Maybe<MigrationStore> {
  const names = [...new Set([...store.entries.map(({ table }) => table.storeName), ...recorded])];
  const driver = emptyDriver(store.driverName);
  const given = store.connection.mode === "async" ? toAsyncDriver(driver) : driver;
  const scratch = MigrationStore.over(Connection.of(given, {}, undefined), store.database, store.entries);
  const copy = (name: string): Maybe<void> =>
    chain(store.columns(name), (columns) => driver.createTable(store.database, name, columns as TableSchema));
  return chain(
    scratch.connection.opened(),
    () => chain(store.look(names), () => chain(chainAll(store.tables, copy), () => scratch)),
  );
}

function emptyDriver(name: string): SyncDriver {
  const log = new UndoLog();
  const databases = new Map<string, Database>();
  return new ReferenceDriver({
    name,
    version: "0.1.0",
    log,
    configure: () => null,
    database(each) {
      let database = databases.get(each);
      if (database === undefined) databases.set(each, database = new Database(name, each, log));
      return database;
    },
    readonly: () => false,
    close: () => undefined,
  });
}
