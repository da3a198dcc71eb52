import type { ColumnReference, ReferenceAction } from "../../contract/mod.ts";
import type { ColumnKind, SqlColumnDescription, SqlTableDescription } from "../sql_description.ts";
import { quoteSqlite } from "./quote.ts";

/** Begins the name of the check that keeps an integer column within what a number holds; the column's name follows. */
export const SAFE_INTEGER_CHECK = "safe integer: ";

const TYPES: Readonly<Record<ColumnKind, string>> = {
  text: "TEXT",
  integer: "INTEGER",
  bigint: "INTEGER",
  real: "REAL",
  boolean: "INTEGER",
  date: "TEXT",
  datetime: "TEXT",
  json: "TEXT",
  blob: "BLOB",
};

/**
 * Writes CREATE TABLE for SQLite. The table is STRICT, so that no writer stores a value of another type; a comment in each column
 * keeps its kind, of which SQLite's four types do not tell. SQLite keeps it when columns or the table are renamed, and with one
 * that is added.
 */
export function sqliteTableSQL({ name, columns, primaryKey }: SqlTableDescription): string {
  const [first] = primaryKey;
  const rowid = primaryKey.length === 1 && first !== undefined && isInteger(first) ? first.name : undefined;
  const lines = columns.map((column) => sqliteColumnSQL(column, column.name === rowid));
  if (rowid === undefined) lines.push(`PRIMARY KEY (${primaryKey.map(({ quoted }) => quoted).join(", ")})`);
  const options = rowid === undefined ? "STRICT, WITHOUT ROWID" : "STRICT";
  return `CREATE TABLE ${quoteSqlite(name)} (\n  ${lines.join(",\n  ")}\n) ${options}`;
}

/** Writes a column as CREATE TABLE and ADD COLUMN have it. */
export function sqliteColumnSQL(column: SqlColumnDescription, rowid: boolean): string {
  const { name, quoted, kind, stored, nullable, autoIncrement, references, defaultSQL } = column;
  const counted = stored === "milliseconds" || stored === "seconds";
  const note = stored === null || stored === "iso" ? kind : `${kind} ${stored}`;
  const parts = [quoted, `/* rinari: ${note} */`, counted ? "INTEGER" : TYPES[kind]];
  if (rowid) parts.push("PRIMARY KEY");
  if (autoIncrement) parts.push("AUTOINCREMENT");
  if (!nullable) parts.push("NOT NULL");
  if (column.unique && !rowid) parts.push("UNIQUE");
  if (defaultSQL !== null) parts.push(`DEFAULT ${defaultSQL}`);
  if (kind === "integer" && (autoIncrement || references?.onUpdate === "CASCADE")) {
    const max = Number.MAX_SAFE_INTEGER;
    const check = quoteSqlite(SAFE_INTEGER_CHECK + name);
    parts.push(`CONSTRAINT ${check} CHECK (${quoted} BETWEEN -${max} AND ${max})`);
  }
  if (references !== null) parts.push(referenceSQL(references));
  return parts.join(" ");
}

function referenceSQL({ table, column, onDelete, onUpdate }: ColumnReference): string {
  return `REFERENCES ${quoteSqlite(table)} (${quoteSqlite(column)}) ON DELETE ${action(onDelete)} ON UPDATE ${
    action(onUpdate)
  }`;
}

/** RESTRICT would be checked row by row; what is promised is a check at the end of the statement. */
function action(name: ReferenceAction | undefined): string {
  return name === undefined || name === "RESTRICT" ? "NO ACTION" : name;
}

function isInteger({ kind }: SqlColumnDescription): boolean {
  return kind === "integer" || kind === "bigint";
}
