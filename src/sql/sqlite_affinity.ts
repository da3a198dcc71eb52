import type { StoredForm } from "../contract/mod.ts";
import type { ColumnKind } from "../schema/column.ts";

/**
 * The kinds of our columns that a declared type of SQLite can hold, by SQLite's own rules of affinity.
 *
 * @returns The likeliest first; empty when there is none.
 */
export function sqliteKinds(type: string): readonly ColumnKind[] {
  const name = type.toUpperCase();
  if (name.includes("INT")) return ["integer", "bigint", "boolean", "datetime", "date"];
  if (/CHAR|CLOB|TEXT/.test(name)) return ["text", "date", "datetime", "json"];
  if (name === "" || name.includes("BLOB")) return ["blob"];
  if (/REAL|FLOA|DOUB/.test(name)) return ["real"];
  // Numeric affinity: it turns texts that look like numbers, and floats that are whole, into integers.
  if (name.startsWith("BOOL")) return ["boolean", "integer", "bigint"];
  if (name.startsWith("DATETIME") || name.startsWith("TIMESTAMP")) return ["datetime", "date"];
  return name.startsWith("DATE") ? ["date", "datetime"] : [];
}

/** The forms of dates that a declared type of SQLite can hold. */
export function sqliteForms(type: string): readonly StoredForm[] {
  const name = type.toUpperCase();
  if (name.includes("INT")) return ["milliseconds", "seconds"];
  return /CHAR|CLOB|TEXT/.test(name) ? ["iso", "sql"] : ["iso", "milliseconds", "seconds", "sql"];
}
