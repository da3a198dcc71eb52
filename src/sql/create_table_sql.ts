import type { ReferenceAction } from "../contract/mod.ts";
import type { Column, ColumnKind } from "../schema/column.ts";
import type { SqlDialect } from "./sql_dialect.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlTable } from "./sql_table.ts";

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

/** Every kind of column. */
export const KINDS: readonly string[] = Object.keys(TYPES);

/** The SQLite type that stores a kind of value. */
export function storageType(kind: ColumnKind): string {
  return TYPES[kind];
}

/**
 * Writes CREATE TABLE for SQLite. The table is STRICT, so that no writer stores a value of another type; a comment keeps the
 * kinds of the columns, of which SQLite's four types do not tell.
 */
export function createTableSQL(table: SqlTable): string {
  const { dialect } = table.traits;
  const { primaryKey } = table.table;
  const rowid = primaryKey.length === 1 && isInteger(primaryKey[0] as Column) ? primaryKey[0] : undefined;
  const lines = table.columns.map((column) => columnSQL(dialect, column, column.column === rowid));
  if (rowid === undefined) {
    lines.push(`PRIMARY KEY (${primaryKey.map(({ name }) => dialect.quote(name)).join(", ")})`);
  }
  const options = rowid === undefined ? "STRICT, WITHOUT ROWID" : "STRICT";
  return `${createTablePrefix(dialect, table.name)}${kindsComment(table)} (\n  ${
    lines.join(",\n  ")
  }\n) ${options}`;
}

/** What a CREATE TABLE written here begins with, before the kinds of the columns. */
export function createTablePrefix(dialect: SqlDialect, name: string): string {
  return `CREATE TABLE ${dialect.quote(name)} /* rinari: `;
}

/** The kinds of the columns, in order, as the comment in CREATE TABLE lists them. */
function kindsComment(table: SqlTable): string {
  return `${table.columns.map(({ kind }) => kind).join(" ")} */`;
}

function columnSQL(
  dialect: SqlDialect,
  { quoted, kind, nullable, column, encode }: SqlColumn,
  rowid: boolean,
): string {
  const parts = [quoted, TYPES[kind]];
  if (rowid) parts.push("PRIMARY KEY");
  if (column.autoIncrement) parts.push("AUTOINCREMENT");
  if (!nullable) parts.push("NOT NULL");
  if (column.definition.unique === true && !rowid) parts.push("UNIQUE");
  const value = column.definition.default;
  if (value !== undefined && value !== null && typeof value !== "function") {
    const accepted = column.accept(value);
    parts.push(`DEFAULT ${dialect.literal(encode === null ? accepted : encode(accepted))}`);
  }
  if (kind === "integer" && (column.autoIncrement || column.references?.onUpdate === "CASCADE")) {
    const max = Number.MAX_SAFE_INTEGER;
    parts.push(
      `CONSTRAINT ${
        dialect.quote(SAFE_INTEGER_CHECK + column.name)
      } CHECK (${quoted} BETWEEN -${max} AND ${max})`,
    );
  }
  if (column.references !== null) parts.push(referenceSQL(dialect, column.references));
  return parts.join(" ");
}

function referenceSQL(
  dialect: SqlDialect,
  { table, column, onDelete, onUpdate }: NonNullable<Column["references"]>,
): string {
  return `REFERENCES ${dialect.quote(table)} (${dialect.quote(column)}) ON DELETE ${
    action(onDelete)
  } ON UPDATE ${action(onUpdate)}`;
}

/** RESTRICT would be checked row by row; what is promised is a check at the end of the statement. */
function action(name: ReferenceAction | undefined): string {
  return name === undefined || name === "RESTRICT" ? "NO ACTION" : name;
}

function isInteger({ kind }: Column): boolean {
  return kind === "integer" || kind === "bigint";
}
