import type { ModelSchema } from "../schema/model_schema.ts";
import type { Table } from "../schema/table.ts";

/** The schema of a table, as a copy that its owner may change. */
export function schemaOf(table: Table): ModelSchema {
  return Object.fromEntries(table.columns.map(({ name, definition: { ...definition } }) => {
    const { references } = definition;
    return [name, references === undefined ? definition : { ...definition, references: { ...references } }];
  }));
}
