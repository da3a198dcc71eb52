import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { indexMismatch } from "../schema/schema_mismatch.ts";
import { type AnyEngine, command } from "./any_engine.ts";
import { refuseToMake } from "./insert_given.ts";
import { describeIndex, isSameIndex, storedIndexName } from "./index_sql.ts";
import type { SqlConnection } from "./sql_connection.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { readonlyError } from "./sql_error.ts";
import { SqlTable } from "./sql_table.ts";
import { useTable } from "./table_definition.ts";
import { takeView } from "./view_definition.ts";

/**
 * Makes the tables and indexes that are known in a file that was opened in the place of another one, or checks that those there
 * serve.
 */
export function remakeTables(
  connection: SqlConnection,
  database: SqlDatabase,
  engine: AnyEngine,
): Maybe<void> {
  const tables = [...database.tables.values()];
  let prepared = false;
  const make = (table: SqlTable, sql: string): Maybe<void> => {
    if (engine.readonly) {
      throw readonlyError(`Cannot create \`${table.name}\``, { driver: database.driver, table: table.name });
    }
    const ready = prepared ? undefined : engine.prepareWrite();
    prepared = true;
    return chain(ready, () => chain(engine.run(command(sql), []), () => undefined));
  };
  const { dialect } = engine;
  const { catalog } = dialect;
  const remakeIndexes = (table: SqlTable): Maybe<unknown> =>
    chainAll([...table.indexes], ([name, options]) => {
      const wanted = describeIndex(table, name, options);
      const stored = storedIndexName(table.name, name);
      return chain(catalog.index(engine, stored), (found) => {
        if (found === null) return make(table, dialect.createIndex(wanted));
        if (isSameIndex(found, table, wanted)) return;
        throw indexMismatch({ driver: database.driver, table: table.name }, name, options.columns, stored);
      });
    });
  const remake = (table: SqlTable): Maybe<unknown> => {
    const made = chain(catalog.table(engine, table.name), (found) => {
      if (table.storage.view === true) return takeView(connection, database, engine, table, found);
      if (found === null) {
        refuseToMake(table);
        return make(table, dialect.createTable(table));
      }
      const wanted = new SqlTable(table.name, table.schema, table.traits);
      return useTable(connection, database, engine, wanted, found);
    });
    return chain(made, () => remakeIndexes(database.table(table.name)));
  };
  return chain(chainAll(tables, remake), () => undefined);
}
