import type { TableEntry } from "../orm/table_entry.ts";
import { asksForRelations, readLoad, tablesOf } from "../relations/levels.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";

/**
 * The tables that a search reads, or null when it may be any of the database: its own, those of what comes with its rows, and of a
 * condition that asks more than its own columns, any.
 */
export function watchedTables(entry: TableEntry, options: unknown): ReadonlySet<string> | null {
  const tables = new Set([entry.table.name]);
  if (entry.base !== entry || entry.isView) return null;
  if (typeof options !== "object" || options === null) return tables;
  if (!readsColumnsOnly(entry.table, (options as { where?: unknown }).where)) return null;
  if (!asksForRelations(options)) return tables;
  const given = options as { readonly with?: unknown; readonly aggregates?: unknown };
  if (hasWhere(given.with) || hasWhere(given.aggregates)) return null;
  const { levels, order } = readLoad(entry, options, false);
  for (const other of tablesOf([...levels, ...order?.levels ?? []])) {
    if (other.base !== other || other.isView) return null;
    tables.add(other.table.name);
  }
  return tables;
}

function readsColumnsOnly(table: Table, where: unknown): boolean {
  if (where === undefined) return true;
  if (typeof where !== "object" || where === null || !isPlain(where)) return false;
  return Object.entries(where).every(([name, value]) => {
    if (name === "$and" || name === "$or") {
      return Array.isArray(value) && value.every((each) => readsColumnsOnly(table, each));
    }
    if (name === "$not") return readsColumnsOnly(table, value);
    return table.get(name) !== undefined && isData(value);
  });
}

/** Whether a value holds nothing but data: no function, and nothing that another part of this library made. */
function isData(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (value instanceof Date || value instanceof Uint8Array) return true;
  if (Array.isArray(value)) return value.every(isData);
  return isPlain(value) && Object.values(value).every(isData);
}

function hasWhere(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.hasOwn(value, "where") || Object.values(value).some(hasWhere);
}
