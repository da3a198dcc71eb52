import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type { NamedIndex, TableSchema } from "../contract/mod.ts";
import { TimeoutError } from "../errors/mod.ts";
import { command } from "./any_engine.ts";
import { describeIndex, storedIndexName } from "./index_sql.ts";
import type { SqlConnection } from "./sql_connection.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlStatement } from "./sql_engine.ts";
import { SqlTable } from "./sql_table.ts";
import { createIndex, createTable, know } from "./table_definition.ts";

/**
 * Makes a table and its indexes, or checks that those there are the same. A store that is far away is asked once: in one
 * batch each statement is refused when another one has made what is there, and does nothing when the same has. Only when that
 * fails, the table is compared and made step by step, which also finds out what to report.
 */
export function createTableWithIndexes(
  connection: SqlConnection,
  database: SqlDatabase,
  name: string,
  schema: TableSchema,
  indexes: readonly NamedIndex[],
): Maybe<void> {
  const inSteps = (): Maybe<void> =>
    chain(createTable(connection, database, name, schema), () =>
      chain(
        chainAll(indexes, (index) => createIndex(database, database.table(name), index.name, index)),
        () => undefined,
      ));
  return chain(database.open(), (engine) => {
    const { dialect, rows, integers, tellsRowNumber } = engine;
    const { unlessMade } = dialect;
    if (engine.batch === undefined || engine.distant !== true || unlessMade === undefined) return inSteps();
    if (engine.readonly) return inSteps();
    if (connection.transactions.open) return inSteps();
    const traits = { driver: database.driver, dialect, rows, integers, tellsRowNumber };
    const table = new SqlTable(name, schema, traits);
    if (table.columns.some(({ column, stored }) => column.byStore !== null || stored === "letters")) {
      return inSteps();
    }
    const make = (type: "table" | "index", stored: string, sql: string): SqlStatement[] => [
      unlessMade.refuseOther(type, stored, sql),
      { query: command(unlessMade.create(sql)), params: [] },
    ];
    const statements = [
      ...make("table", name, dialect.createTable(table)),
      ...indexes.flatMap((index) =>
        make(
          "index",
          storedIndexName(name, index.name),
          dialect.createIndex(describeIndex(table, index.name, index)),
        )
      ),
    ];
    const { batch } = engine;
    return settle(() => batch.call(engine, statements), () => know(connection, database, table), (error) => {
      if (error instanceof TimeoutError) throw error;
      return inSteps();
    });
  });
}
