import type { ColumnDefinition, TableSchema } from "../contract/mod.ts";

/** The schema as far as storage goes: OBJECT and ARRAY are JSON, and what only the model applies is left out. */
export function storageSchema(schema: TableSchema): TableSchema {
  const result: Record<string, ColumnDefinition> = {};
  for (const name of Object.keys(schema)) {
    const definition = copyDefinition(schema[name] as ColumnDefinition);
    const json = definition.type === "OBJECT" || definition.type === "ARRAY";
    Object.defineProperty(result, name, {
      value: json ? { ...definition, type: "JSON" } : definition,
      enumerable: true,
    });
  }
  return result;
}

/** The columns of a table as `introspect` tells them. */
export function describeSchema(schema: TableSchema): Record<string, ColumnDefinition> {
  const result: Record<string, ColumnDefinition> = {};
  for (const name of Object.keys(schema)) result[name] = copyDefinition(schema[name] as ColumnDefinition);
  return result;
}

function copyDefinition(
  { type, primaryKey, autoIncrement, notNull, unique, references, bigint, sensitive }: ColumnDefinition,
): ColumnDefinition {
  return {
    type,
    ...(primaryKey && { primaryKey }),
    ...(autoIncrement && { autoIncrement }),
    ...(notNull && { notNull }),
    ...(unique && { unique }),
    ...(references && { references: { ...references } }),
    ...(bigint && { bigint }),
    ...(sensitive && { sensitive }),
  };
}
