import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";

/**
 * What keeps a stored table from serving a schema.
 *
 * @returns One readable phrase a difference; empty when there is none.
 */
export function schemaDifferences(stored: Table, wanted: Table): string[] {
  const differences: string[] = [];
  for (const column of stored.columns) {
    const other = wanted.get(column.name);
    if (other === undefined) {
      differences.push(`column \`${column.name}\` is in the store and not in the schema`);
    } else differences.push(...columnDifferences(column, other));
  }
  for (const { name } of wanted.columns) {
    if (stored.get(name) === undefined) {
      differences.push(`column \`${name}\` is in the schema and not in the store`);
    }
  }
  const [storedKey, wantedKey] = [keyText(stored), keyText(wanted)];
  if (storedKey !== wantedKey) {
    differences.push(`the primary key is ${storedKey} in the store and ${wantedKey} in the schema`);
  }
  return differences;
}

function columnDifferences(stored: Column, wanted: Column): string[] {
  const compared: [string, string][] = [
    [typeText(stored), typeText(wanted)],
    [flagText(stored.nullable, "nullable", "not null"), flagText(wanted.nullable, "nullable", "not null")],
    [flagText(isUnique(stored), "unique", "not unique"), flagText(isUnique(wanted), "unique", "not unique")],
    [
      flagText(stored.autoIncrement, "autoIncrement", "not autoIncrement"),
      flagText(wanted.autoIncrement, "autoIncrement", "not autoIncrement"),
    ],
    [referenceText(stored), referenceText(wanted)],
  ];
  return compared.filter(([a, b]) => a !== b)
    .map(([a, b]) => `column \`${stored.name}\` is ${a} in the store and ${b} in the schema`);
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

function keyText(table: Table): string {
  return table.primaryKey.map(({ name }) => `\`${name}\``).join(", ");
}
