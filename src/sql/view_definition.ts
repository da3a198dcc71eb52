import { chain, type Maybe } from "../chain/chain.ts";
import type { TableSchema } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { viewMismatch } from "../schema/schema_mismatch.ts";
import { adoptedColumns } from "./adopted_columns.ts";
import type { AnySession } from "./any_engine.ts";
import { viewDifferences } from "./schema_differences.ts";
import type { StoredTable } from "./sql_catalog.ts";
import type { SqlConnection } from "./sql_connection.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { SqlTable } from "./sql_table.ts";
import { know, withStored } from "./table_definition.ts";

/**
 * Looks for a view, and reads it from then on.
 *
 * @throws {ValidationError} When it is absent (`UNKNOWN_TABLE`), or serves the schema not (`SCHEMA_MISMATCH`).
 */
export function useView(
  connection: SqlConnection,
  database: SqlDatabase,
  name: string,
  schema: TableSchema,
): Maybe<void> {
  return withStored(
    database,
    "search",
    name,
    schema,
    (session, wanted, stored) => takeView(connection, database, session, wanted, stored),
  );
}

/** Takes what was found for a view, if it serves. */
export function takeView(
  connection: SqlConnection,
  database: SqlDatabase,
  session: AnySession,
  wanted: SqlTable,
  stored: StoredTable | null,
): Maybe<void> {
  const place = { driver: database.driver, database: database.name, table: wanted.name };
  if (stored === null || stored.name !== wanted.name) {
    throw new ValidationError(
      `Cannot use view \`${place.table}\` of \`${place.database}\`: ${
        stored === null
          ? "the store has none of that name, and views are not made here; make it with SQL by hand"
          : `its name is \`${stored.name}\` in the store; write it so`
      }`,
      { code: "UNKNOWN_TABLE", driver: place.driver, table: place.table },
    );
  }
  const lacking = viewDifferences(stored, wanted, new Map());
  if (lacking.length > 0) throw viewMismatch(place, lacking);
  return chain(adoptedColumns(database, session, wanted, stored), (adopted) => {
    const differences = viewDifferences(stored, wanted, adopted);
    if (differences.length > 0) throw viewMismatch(place, differences);
    const storage = { checked: true, triggers: false, view: true, adopted };
    know(connection, database, new SqlTable(wanted.name, wanted.schema, wanted.traits, storage));
  });
}
