import type { DifferenceKind, ReferenceAction, SchemaDifference } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import {
  columnDifference,
  columnWords,
  keyDifference,
  lonelyColumn,
  tableDifference,
} from "../schema/schema_mismatch.ts";
import type { AdoptedColumns } from "./adopted_columns.ts";
import type { AdoptedColumn } from "./sql_column.ts";
import type { SqlTable } from "./sql_table.ts";
import type { StoredColumn, StoredReference, StoredTable } from "./sql_catalog.ts";

/** The name that SQLite has for the number of a row. It has others, but answers with this one. */
export const ROW_NUMBER = "rowid";

/** A table without a primary key, with the number of the row as one when the schema asks for it. */
function withRowNumber(stored: StoredTable, wanted: SqlTable): StoredTable {
  const [key, ...more] = wanted.primaryKey;
  if (stored.numbered !== true || key === undefined || more.length > 0) return stored;
  const named = stored.columns.some(({ name }) => name.toLowerCase() === key.name);
  if (named || key.name !== ROW_NUMBER) return stored;
  const column: StoredColumn = {
    name: key.name,
    type: "INTEGER",
    kinds: ["integer", "bigint"],
    exact: false,
    notNull: true,
    generated: false,
    rowNumber: true,
  };
  return { ...stored, columns: [column, ...stored.columns], primaryKey: [key.name] };
}

/** What keeps a stored table from serving a schema; empty when nothing does. */
export function schemaDifferences(
  given: StoredTable,
  described: SqlTable,
  adopted: AdoptedColumns,
): SchemaDifference[] {
  const { table: wanted } = described;
  const stored = withRowNumber(given, described);
  if (stored.view === true) return [tableDifference(`${stored.oddity}: read it with orm.view`)];
  const differences: SchemaDifference[] = [];
  if (stored.oddity !== null) differences.push(tableDifference(stored.oddity));
  if (stored.name !== wanted.name) {
    differences.push(tableDifference(`its name is \`${stored.name}\` in the store`, stored.name));
  }
  for (const column of stored.columns) {
    const other = wanted.get(column.name);
    if (other === undefined) {
      if (stored.foreign === true) differences.push(...neededColumn(stored, column));
      else differences.push(lonelyColumn(column.name, "store", storedWords(stored, column)));
    } else differences.push(...columnDifferences(stored, column, other, adopted.get(column.name)));
  }
  for (const column of wanted.columns) {
    if (!stored.columns.some(({ name }) => column.name === name)) {
      differences.push(lonelyColumn(column.name, "schema", columnWords(traitsOf(column))));
    }
  }
  return [...differences, ...keyDifference(stored.primaryKey, wanted.primaryKey.map(({ name }) => name))];
}

/** What keeps a view from serving a schema. Whether it gives null is seen when it is read. */
export function viewDifferences(
  stored: StoredTable,
  { table: wanted }: SqlTable,
  adopted: AdoptedColumns,
): SchemaDifference[] {
  if (stored.view !== true) return [tableDifference("it is a table and no view: use `define`")];
  return wanted.columns.flatMap((column) => {
    const found = stored.columns.find(({ name }) => name === column.name);
    if (found === undefined) return lonelyColumn(column.name, "schema", columnWords(traitsOf(column)));
    return found.kinds.includes(column.kind)
      ? formDifference(found, column, adopted.get(column.name))
      : columnDifference("type", column.name, storedTypeText(found), typeText(column));
  });
}

/** A column of others is left alone, unless no row could be stored without it. */
function neededColumn(table: StoredTable, column: StoredColumn): SchemaDifference[] {
  const { name, notNull, hasDefault, generated, rowNumber } = column;
  if (!notNull || hasDefault === true || generated || rowNumber === true) return [];
  const [difference] = [lonelyColumn(name, "store", storedWords(table, column))];
  return [{ ...difference, text: `${difference.text}, and takes no null: add it` }];
}

function columnDifferences(
  table: StoredTable,
  stored: StoredColumn,
  wanted: Column,
  adopted: AdoptedColumn | undefined,
): SchemaDifference[] {
  const { name } = stored;
  const differences: SchemaDifference[] = [];
  const differ = (kind: DifferenceKind, a: string, b: string): void => {
    differences.push(...columnDifference(kind, name, a, b));
  };
  differences.push(...byStoreDifference(stored, wanted));
  if (stored.oddity !== undefined) {
    const text = `column \`${name}\` ${stored.oddity}`;
    differences.push({ kind: "type", columns: [name], stored: stored.oddity, wanted: null, text });
  }
  if (!stored.kinds.includes(wanted.kind)) differ("type", storedTypeText(stored), typeText(wanted));
  else differences.push(...formDifference(stored, wanted, adopted));
  differ("notNull", stored.notNull ? "not null" : "nullable", wanted.nullable ? "nullable" : "not null");
  if (!wanted.primaryKey) {
    const unique = table.unique.includes(name) || (wanted.unique && table.uniqueIndexed.includes(name));
    if (table.foreign !== true || wanted.unique) {
      differ("unique", unique ? "unique" : "not unique", wanted.unique ? "unique" : "not unique");
    }
  }
  // A table of others numbers its rows as it does, and a model need not ask it to.
  const assigned = table.foreign === true
    ? wanted.autoIncrement && stored.rowNumber === true
    : table.autoIncrement && table.primaryKey.includes(name);
  differ(
    "autoIncrement",
    assigned ? "autoIncrement" : "not autoIncrement",
    wanted.autoIncrement ? "autoIncrement" : "not autoIncrement",
  );
  const reference = table.references.find(({ column }) => column === name);
  // A reference of others may be to a table that no model defines.
  if (table.foreign !== true || wanted.references !== null) {
    differ("references", storedReferenceText(reference, wanted), referenceText(wanted));
  }
  return differences;
}

/** The difference of what gives a column its value, with the line to write. */
function byStoreDifference(
  { name, generated, hasDefault }: StoredColumn,
  { byStore }: Column,
): SchemaDifference[] {
  const differ = (stored: string | null, text: string): SchemaDifference[] => [
    { kind: "generated", columns: [name], stored, wanted: byStore, text: `column \`${name}\` ${text}` },
  ];
  if (generated && byStore !== "always") {
    return differ("computed", 'is computed by the store: write `generated: "always"`');
  }
  if (!generated && byStore === "always") {
    return differ(null, "is not computed by the store: leave `generated` away");
  }
  if (byStore === "default" && hasDefault !== true) {
    return differ(null, 'has no default in the store: leave `default: "store"` away');
  }
  return [];
}

/** The difference of how dates are stored, with the line to write. */
function formDifference(
  stored: StoredColumn,
  wanted: Column,
  adopted: AdoptedColumn | undefined,
): SchemaDifference[] {
  if (wanted.kind === "boolean") {
    if (wanted.stored === null || adopted?.stored === "letters") return [];
    const text = `column \`${stored.name}\` has 0 and 1 in the store: leave \`stored\` away`;
    return [{ kind: "stored", columns: [stored.name], stored: "0 and 1", wanted: wanted.stored, text }];
  }
  const form = adopted?.stored ?? wanted.stored;
  if (form === null || stored.forms === undefined || stored.forms.includes(form)) return [];
  const choices = stored.forms.map((each) => `\`stored: ${JSON.stringify(each)}\``).join(" or ");
  return [{
    kind: "stored",
    columns: [stored.name],
    stored: stored.forms.join(" or "),
    wanted: form,
    text:
      `column \`${stored.name}\` is ${storedTypeText(stored)} in the store and ${wanted.type} stored as ` +
      `${JSON.stringify(form)} in the schema, where it needs ${choices}`,
  }];
}

function traitsOf(column: Column): { type: string; nullable: boolean; unique: boolean } {
  const { nullable, unique, primaryKey } = column;
  return { type: typeText(column), nullable, unique: unique && !primaryKey };
}

function storedWords(table: StoredTable, column: StoredColumn): string {
  const unique = table.unique.includes(column.name);
  return columnWords({ type: storedTypeText(column), nullable: !column.notNull, unique });
}

function storedTypeText({ exact, kinds: [kind], type }: StoredColumn): string {
  return exact && kind !== undefined ? kindText(kind) : type === "" ? "without a type" : type;
}

function typeText({ kind }: Column): string {
  return kindText(kind);
}

function kindText(kind: Column["kind"]): string {
  return kind === "bigint" ? "INTEGER of 64 bit" : kind.toUpperCase();
}

function storedReferenceText(reference: StoredReference | undefined, wanted: Column): string {
  if (reference === undefined) return "no reference";
  // Without a column, the primary key is meant.
  const to = reference.to === "" ? wanted.references?.column ?? "" : reference.to;
  return describeReference(reference.table, to, reference.onDelete, reference.onUpdate);
}

function referenceText({ references }: Column): string {
  if (references === null) return "no reference";
  return describeReference(references.table, references.column, references.onDelete, references.onUpdate);
}

function describeReference(
  table: string,
  column: string,
  onDelete?: ReferenceAction,
  onUpdate?: ReferenceAction,
): string {
  return `a reference to \`${table}\`.\`${column}\` (on delete ${action(onDelete)}, on update ${
    action(onUpdate)
  })`;
}

/** RESTRICT and NO ACTION mean the same. */
function action(name: ReferenceAction | undefined): string {
  return name === undefined || name === "RESTRICT" ? "NO ACTION" : name;
}
