import type { SchemaDifference, TableSchema } from "../../src/contract/mod.ts";
import { describeSchema } from "../../src/reference/mod.ts";
import { differencesOf } from "../../src/reference/same_schema.ts";
import type { Work } from "./work.ts";

/** The columns of a table; null when it is absent. */
export function describeTable({ catalog }: Work, name: string): Promise<TableSchema | null> {
  const table = catalog.tables.get(name);
  return Promise.resolve(table === undefined ? null : describeSchema(table.record.schema));
}

/** In what a table is not what a schema says; null when it is absent. */
export function tableDifferences(
  { catalog }: Work,
  name: string,
  schema: TableSchema,
): Promise<SchemaDifference[] | null> {
  const table = catalog.tables.get(name);
  return Promise.resolve(table === undefined ? null : differencesOf(name, table.record.schema, schema));
}
