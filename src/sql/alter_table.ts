import { chain, type Maybe } from "../chain/chain.ts";
import type { TableChange, TableSchema } from "../contract/mod.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import { adoptedColumns } from "./adopted_columns.ts";
import type { StoredTable } from "./sql_catalog.ts";
import type { SqlConnection } from "./sql_connection.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { SqlTable } from "./sql_table.ts";
import { forget, useTable } from "./table_definition.ts";

/**
 * Changes a table to what a schema says, with its rows.
 *
 * @throws {UnsupportedError} When the database cannot.
 */
export function alterTable(
  connection: SqlConnection,
  database: SqlDatabase,
  name: string,
  schema: TableSchema,
  { name: newName = name, renamed = {} }: TableChange,
): Maybe<void> {
  return chain(database.enterToWrite("create", name), (session) => {
    const { dialect, rows, integers, tellsRowNumber } = database.engine;
    const { alter } = dialect;
    const { driver } = database;
    if (alter === undefined) {
      throw new UnsupportedError(
        `Cannot change table \`${name}\`: ${dialect.name} has no way to; change it with SQL`,
        {
          driver,
          table: name,
        },
      );
    }
    if (!connection.transactions.open) {
      throw new UnsupportedError(`Cannot change table \`${name}\` outside of a transaction; begin one`, {
        driver,
        table: name,
      });
    }
    const traits = { driver, dialect, rows, integers, tellsRowNumber };
    const plain = new SqlTable(newName, schema, traits);
    return database.guard("create", name, () =>
      chain(dialect.catalog.table(session, name), (stored) => {
        if (stored === null) {
          throw new ValidationError(
            `Cannot change table \`${name}\` of \`${database.name}\`: it is not there`,
            {
              code: "UNKNOWN_TABLE",
              driver,
              table: name,
            },
          );
        }
        const altered = {
          driver,
          name: newName,
          renamed,
          wantedOf: (found: StoredTable) =>
            chain(adoptedColumns(database, session, plain, found), (adopted) => {
              const storage = { checked: false, triggers: false, adopted };
              return { adopted, wanted: new SqlTable(newName, schema, traits, storage) };
            }),
        };
        return chain(alter.alter(session, stored, altered), () => {
          if (newName !== name) forget(connection, database, name);
          if (newName !== name || Object.keys(renamed).length > 0) {
            // What is known of the tables that refer to it has the old names.
            for (const { table } of [...database.tables.values()]) {
              const refers = table.columns.some(({ references }) => references?.table === name);
              if (refers && table.name !== newName) forget(connection, database, table.name);
            }
          }
          return chain(dialect.catalog.table(session, newName), (now) => {
            if (now !== null) return useTable(connection, database, session, plain, now);
          });
        });
      }));
  });
}

/**
 * Ends the enforcement of foreign keys for the open transaction.
 *
 * @throws {UnsupportedError} When the database cannot, or no transaction is open.
 */
export function suspendReferences(connection: SqlConnection, database: SqlDatabase): Maybe<void> {
  const { driver, name } = database;
  return chain(database.open(), (engine) => {
    if (engine.dialect.alter === undefined || !connection.transactions.open) {
      throw new UnsupportedError(
        `Cannot suspend the foreign keys of \`${name}\`: ${
          connection.transactions.open ? `${engine.dialect.name} has no way to` : "no transaction is open"
        }`,
        { driver },
      );
    }
    return chain(connection.transactions.suspendReferences(database), () => database.leave());
  });
}
