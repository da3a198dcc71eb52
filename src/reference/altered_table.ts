import type { ColumnDefinition, IndexOptions, TableChange, TableSchema } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import type { Row } from "./row.ts";
import { TableStore } from "./table_store.ts";
import type { UndoLog } from "./undo_log.ts";

/** A table as it is after a change: with the rows and indexes of the old one. */
export function alteredTable(
  driver: string,
  before: TableStore,
  schema: TableSchema,
  { name = before.table.name, renamed = {} }: TableChange,
  log: UndoLog,
): TableStore {
  const after = new TableStore(driver, name, schema, log);
  const sources = after.table.columns.map((column) => ({
    column,
    from: before.table.get(renamed[column.name] ?? column.name)?.name,
  }));
  for (const { row } of before.entries) {
    const made: Record<string, unknown> = {};
    for (const { column, from } of sources) {
      made[column.name] = from === undefined
        ? initialValue(column, schema[column.name])
        : widenedValue(column, row[from]);
    }
    after.restore(made as Row);
  }
  if (before.autoIncrement !== null) {
    const { last } = before.autoIncrement;
    const bigint = after.autoIncrement?.column.kind === "bigint";
    after.autoIncrement?.resume(bigint ? BigInt(last) : Number(last));
  } else if (after.autoIncrement !== null) after.autoIncrement.moved = true;
  const names = new Map(Object.entries(renamed).map(([to, from]) => [from, to]));
  for (const index of before.named.values()) {
    const options = renamedIndex(index.options, names);
    const lost = Object.keys(renamed).some((column) =>
      before.table.get(column) && namesIn(options.where).has(column)
    );
    if (!lost && [...options.columns, ...namesIn(options.where)].every((column) => after.table.get(column))) {
      after.createIndex(index.name, options);
    }
  }
  return after;
}

/** The schema of a table that refers to another one, after that has changed its names. */
export function followedSchema(
  schema: TableSchema,
  parent: string,
  name: string,
  renamed: Readonly<Record<string, string>>,
): TableSchema {
  const names = new Map(Object.entries(renamed).map(([to, from]) => [from, to]));
  const follow = (definition: ColumnDefinition): ColumnDefinition => {
    const { references } = definition;
    if (references?.table !== parent) return definition;
    const column = names.get(references.column) ?? references.column;
    return { ...definition, references: { ...references, table: name, column } };
  };
  return Object.fromEntries(Object.entries(schema).map(([column, each]) => [column, follow(each)]));
}

/** The indexes that name no column which went, with the names that columns have now. */
export function keptIndexes(
  given: readonly IndexOptions[],
  names: ReadonlyMap<string, string>,
  isThere: (column: string) => boolean,
): IndexOptions[] {
  const named = ({ columns, where }: IndexOptions): string[] => [...columns, ...namesIn(where)];
  return given.filter((options) => named(options).every((column) => names.has(column)))
    .map((options) => renamedIndex(options, names))
    .filter((options) => named(options).every(isThere));
}

/** What rows have in a column that was not there when they were written: the default that is a value, or null. */
export function initialValue(column: Column, definition: ColumnDefinition | undefined): unknown {
  const literal = definition?.default ?? null;
  return literal === null || typeof literal === "function" ? null : column.accept(literal);
}

/** A value of a column that has become one of 64 bit, or stayed what it was. */
export function widenedValue({ kind }: Column, value: unknown): unknown {
  return kind === "bigint" && typeof value === "number" ? BigInt(value) : value;
}

function renamedIndex(options: IndexOptions, names: ReadonlyMap<string, string>): IndexOptions {
  const { columns, where } = options;
  return {
    ...options,
    columns: columns.map((column) => names.get(column) ?? column),
    ...(where && { where: renamedWhere(where, names) as NonNullable<IndexOptions["where"]> }),
  };
}

/** The columns that a condition names. */
function namesIn(where: unknown): Set<string> {
  if (Array.isArray(where)) return new Set(where.flatMap((each) => [...namesIn(each)]));
  if (typeof where !== "object" || where === null) return new Set();
  return new Set(
    Object.entries(where).flatMap(([key, value]) =>
      key === "$and" || key === "$or" || key === "$not" ? [...namesIn(value)] : [key.split(".")[0] as string]
    ),
  );
}

/** A condition whose columns have other names. */
function renamedWhere(where: unknown, names: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(where)) return where.map((each) => renamedWhere(each, names));
  if (typeof where !== "object" || where === null) return where;
  return Object.fromEntries(
    Object.entries(where).map(([key, value]) => {
      if (key === "$and" || key === "$or" || key === "$not") return [key, renamedWhere(value, names)];
      const [column = key, ...path] = key.split(".");
      return [[names.get(column) ?? column, ...path].join("."), value];
    }),
  );
}
