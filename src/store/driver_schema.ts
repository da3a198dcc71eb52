import type { ColumnDefinition, TableSchema } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";

/** What a driver is told of a table: the schema without what only the model uses. */
export function driverSchema(table: Table): TableSchema {
  const schema: Record<string, ColumnDefinition> = {};
  for (const { name, definition, storedDefault } of table.columns) {
    const { type, primaryKey, autoIncrement, notNull, unique, references, bigint, sensitive, stored } =
      definition;
    const given = typeof definition.default === "function" ? undefined : definition.default;
    const literal = storedDefault === undefined ? given : storedDefault;
    schema[name] = {
      type,
      ...(primaryKey ? { primaryKey } : null),
      ...(autoIncrement ? { autoIncrement } : null),
      ...(notNull || primaryKey ? { notNull: true } : null),
      ...(unique ? { unique } : null),
      ...(literal === undefined ? null : { default: literal }),
      ...(references ? { references: { ...references } } : null),
      ...(bigint ? { bigint } : null),
      ...(stored ? { stored } : null),
      ...(sensitive ? { sensitive } : null),
    };
  }
  return schema;
}
