import type { StoredForm } from "../../contract/mod.ts";
import type { ColumnKind } from "../../schema/column.ts";

/** What a column takes that turns no value into another: any kind. */
const ANY: readonly ColumnKind[] = [
  "text",
  "integer",
  "bigint",
  "real",
  "boolean",
  "datetime",
  "date",
  "json",
  "blob",
];

/**
 * The kinds of our columns that a declared type of SQLite can hold, by SQLite's own rules of affinity: every value of such a kind comes
 * back as it was given.
 *
 * @returns The likeliest first.
 */
export function sqliteKinds(type: string): readonly ColumnKind[] {
  const name = type.toUpperCase();
  if (name.includes("INT")) return ["integer", "bigint", "boolean", "datetime", "date", "real"];
  if (/CHAR|CLOB|TEXT/.test(name)) return ["text", "date", "datetime", "json"];
  if (name === "") return ANY;
  if (name.includes("BLOB")) return likeliest("blob", ANY);
  if (/REAL|FLOA|DOUB/.test(name)) return ["real", "integer"];
  // Numeric affinity: it turns texts that look like numbers, and floats that are whole, into integers. So texts are not safe in it,
  // yet dates are, which look like none, and JSON, where a number is a number.
  const kinds: readonly ColumnKind[] = ["real", "integer", "bigint", "boolean", "datetime", "date", "json"];
  if (name.startsWith("BOOL")) return likeliest("boolean", kinds);
  if (name.startsWith("DATETIME") || name.startsWith("TIMESTAMP")) return likeliest("datetime", kinds);
  if (name.startsWith("DATE")) return likeliest("date", kinds);
  return name.startsWith("JSON") ? likeliest("json", kinds) : kinds;
}

function likeliest(kind: ColumnKind, kinds: readonly ColumnKind[]): readonly ColumnKind[] {
  return [kind, ...kinds.filter((each) => each !== kind)];
}

/** The forms of dates that a declared type of SQLite can hold. */
export function sqliteForms(type: string): readonly StoredForm[] {
  const name = type.toUpperCase();
  if (name.includes("INT")) return ["milliseconds", "seconds"];
  return /CHAR|CLOB|TEXT/.test(name) ? ["iso", "sql"] : ["iso", "milliseconds", "seconds", "sql"];
}
