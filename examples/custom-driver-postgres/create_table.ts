import type { SqlColumnDescription, SqlTableDescription } from "../../src/sql/mod.ts";
import { tableComment } from "./description.ts";
import { quoteName, quoteText } from "./names.ts";
import { identity, numberTriggers } from "./numbers.ts";
import { addReferences, linkReferences, releaseReferences } from "./references.ts";
import { TYPES } from "./values.ts";

/** Begins the name of the check that keeps an integer column within what a number holds; the column's name follows. */
export const SAFE_INTEGER = "rinari: safe integer ";

/** Tables are made and dropped one at a time: two that refer to each other would wait for one another, or miss each other. */
const ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('rinari: tables'))";

/** Makes a table, with its comment, its numbers and its references. */
export function createTable(table: SqlTableDescription): string {
  const { name, quoted, columns, primaryKey } = table;
  const lines = [
    ...columns.map((column) => columnSQL(table, column)),
    `CONSTRAINT ${quoteName(`rinari: key of ${name}`)} PRIMARY KEY (${list(primaryKey)})`,
    ...columns.filter(({ unique }) => unique).filter((column) => !isWholeKey(column, primaryKey)).map((
      column,
    ) => `CONSTRAINT ${quoteName(`rinari: unique ${name}.${column.name}`)} UNIQUE (${column.quoted})`),
    ...columns.filter(isBounded).map((column) =>
      `CONSTRAINT ${
        quoteName(SAFE_INTEGER + column.name)
      } CHECK (${column.quoted} BETWEEN -${MAX} AND ${MAX})`
    ),
  ];
  return [
    ONE_AT_A_TIME,
    `CREATE TABLE ${quoted} (\n  ${lines.join(",\n  ")}\n)`,
    `COMMENT ON TABLE ${quoted} IS ${quoteText(tableComment(table))}`,
    ...numberTriggers(table),
    ...addReferences(table),
    linkReferences(name),
  ].join(";\n");
}

/** Removes a table. Rows refer to it no more, but constraints may: they wait until it is made again. */
export function dropTable(name: string): string {
  return [ONE_AT_A_TIME, releaseReferences(name), `DROP TABLE ${quoteName(name)}`].join(";\n");
}

const MAX = Number.MAX_SAFE_INTEGER;

function columnSQL(table: SqlTableDescription, column: SqlColumnDescription): string {
  const { quoted, kind, nullable, autoIncrement, defaultSQL } = column;
  const parts = [quoted, TYPES[kind]];
  if (!nullable) parts.push("NOT NULL");
  if (autoIncrement) parts.push(identity(table, column));
  else if (defaultSQL !== null) parts.push(`DEFAULT ${defaultSQL}`);
  return parts.join(" ");
}

/** Numbers that the store makes, itself or by a reference's action, have to stay safe integers. */
function isBounded({ kind, autoIncrement, references }: SqlColumnDescription): boolean {
  return kind === "integer" && (autoIncrement || references?.onUpdate === "CASCADE");
}

function isWholeKey({ name }: SqlColumnDescription, key: readonly SqlColumnDescription[]): boolean {
  return key.length === 1 && key[0]?.name === name;
}

function list(columns: readonly SqlColumnDescription[]): string {
  return columns.map(({ quoted }) => quoted).join(", ");
}
