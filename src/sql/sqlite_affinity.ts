import type { ColumnKind } from "../schema/column.ts";

/**
 * The kinds of our columns that a declared type of SQLite can hold, by SQLite's own rules of affinity.
 *
 * @returns The likeliest first; empty when there is none.
 */
export function sqliteKinds(type: string): readonly ColumnKind[] {
  const name = type.toUpperCase();
  if (name.includes("INT")) return ["integer", "bigint", "boolean"];
  if (/CHAR|CLOB|TEXT/.test(name)) return ["text", "date", "datetime", "json"];
  if (name === "" || name.includes("BLOB")) return ["blob"];
  if (/REAL|FLOA|DOUB/.test(name)) return ["real"];
  // Numeric affinity: it turns texts that look like numbers, and floats that are whole, into integers.
  if (name.startsWith("BOOL")) return ["boolean", "integer", "bigint"];
  if (name.startsWith("DATETIME") || name.startsWith("TIMESTAMP")) return ["datetime"];
  return name.startsWith("DATE") ? ["date"] : [];
}
