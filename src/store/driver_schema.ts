import type { ColumnDefinition, ColumnReference, TableSchema } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";

/**
 * What a driver is told of a table: the schema with the names of the store, without what only the model uses.
 *
 * @param named Gives a reference the names of the store.
 */
export function driverSchema(
  table: Table,
  named: (reference: ColumnReference) => ColumnReference = (reference) => ({ ...reference }),
): TableSchema {
  const schema: Record<string, ColumnDefinition> = {};
  for (const { storeName, definition, storedDefault, byStore } of table.columns) {
    const { type, primaryKey, autoIncrement, notNull, unique, references, bigint, sensitive, stored } =
      definition;
    const given = typeof definition.default === "function" ? undefined : definition.default;
    const literal = storedDefault === undefined ? given : storedDefault;
    schema[storeName] = {
      type,
      ...(primaryKey ? { primaryKey } : null),
      ...(autoIncrement ? { autoIncrement } : null),
      ...(notNull || primaryKey ? { notNull: true } : null),
      ...(unique ? { unique } : null),
      ...(literal === undefined ? null : { default: literal }),
      ...(byStore === "always" ? { generated: "always" } : null),
      ...(references ? { references: named(references) } : null),
      ...(bigint ? { bigint } : null),
      ...(stored ? { stored } : null),
      ...(sensitive ? { sensitive } : null),
    };
  }
  return schema;
}
