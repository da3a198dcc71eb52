import type { DifferenceKind, SchemaDifference } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import { columnDifference, columnWords, keyDifference, lonelyColumn } from "../schema/schema_mismatch.ts";
import type { Table } from "../schema/table.ts";

/** What keeps a stored table from serving a schema; empty when nothing does. */
export function schemaDifferences(stored: Table, wanted: Table): SchemaDifference[] {
  const differences: SchemaDifference[] = [];
  for (const column of stored.columns) {
    const other = wanted.get(column.name);
    if (other === undefined) differences.push(lonelyColumn(column.name, "store", wordsOf(column)));
    else differences.push(...columnDifferences(column, other));
  }
  for (const column of wanted.columns) {
    if (stored.get(column.name) === undefined) {
      differences.push(lonelyColumn(column.name, "schema", wordsOf(column)));
    }
  }
  return [...differences, ...keyDifference(keyNames(stored), keyNames(wanted))];
}

function columnDifferences(stored: Column, wanted: Column): SchemaDifference[] {
  const compared: [DifferenceKind, string, string][] = [
    ["type", typeText(stored), typeText(wanted)],
    [
      "notNull",
      flagText(stored.nullable, "nullable", "not null"),
      flagText(wanted.nullable, "nullable", "not null"),
    ],
    [
      "unique",
      flagText(isUnique(stored), "unique", "not unique"),
      flagText(isUnique(wanted), "unique", "not unique"),
    ],
    [
      "autoIncrement",
      flagText(stored.autoIncrement, "autoIncrement", "not autoIncrement"),
      flagText(wanted.autoIncrement, "autoIncrement", "not autoIncrement"),
    ],
    ["references", referenceText(stored), referenceText(wanted)],
  ];
  return compared.flatMap(([kind, a, b]) => columnDifference(kind, stored.name, a, b));
}

function wordsOf(column: Column): string {
  return columnWords({ type: typeText(column), nullable: column.nullable, unique: isUnique(column) });
}

function typeText({ kind, type }: Column): string {
  switch (kind) {
    case "text":
      return "TEXT";
    case "bigint":
      return "INTEGER of 64 bit";
    case "real":
      return "REAL";
    case "json":
      return "JSON";
    default:
      return type;
  }
}

function flagText(flag: boolean, yes: string, no: string): string {
  return flag ? yes : no;
}

/** Being the primary key is compared for the whole table. */
function isUnique(column: Column): boolean {
  return column.unique && !column.primaryKey;
}

function referenceText({ references }: Column): string {
  if (references === null) return "no reference";
  const { table, column, onDelete, onUpdate } = references;
  return `a reference to \`${table}\`.\`${column}\` (on delete ${action(onDelete)}, on update ${
    action(onUpdate)
  })`;
}

/** RESTRICT and NO ACTION mean the same. */
function action(name: string | undefined): string {
  return name === undefined || name === "RESTRICT" ? "NO ACTION" : name;
}

function keyNames(table: Table): string[] {
  return table.primaryKey.map(({ name }) => name);
}
