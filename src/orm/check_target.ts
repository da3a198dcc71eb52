import type { ColumnReference } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";
import type { DatabaseTables } from "./database_tables.ts";

/**
 * Checks that a column can be referred to.
 *
 * @param table The name of the table that refers.
 * @throws {ValidationError} When it is not unique, or is not as the column that refers is (`INVALID_SCHEMA`).
 */
export function checkTarget(table: string, column: Column, reference: ColumnReference, target: Column): void {
  const refuse = (reason: string): never => {
    throw new ValidationError(
      `Cannot use \`${table}\`: column \`${column.name}\` refers to \`${reference.table}.${reference.column}\`, which ${reason}`,
      { code: "INVALID_SCHEMA", table, columns: [column.name] },
    );
  };
  if (!target.unique) refuse("is neither the primary key nor unique");
  if (target.kind !== column.kind) refuse(`is ${target.type}, not ${column.type}`);
  if (target.stored !== column.stored) {
    refuse(`is stored as ${JSON.stringify(target.stored)}; give it the same \`stored\``);
  }
}

/** Throws the error for a column that refers to a table which no model defines. */
export function refuseParent(table: string, column: Column, parent: string, database: string): never {
  throw new ValidationError(
    `Cannot use \`${table}\`: column \`${column.name}\` refers to table \`${parent}\`, which no model ` +
      `of database \`${database}\` defines; define it before the first operation`,
    { code: "INVALID_SCHEMA", table, columns: [column.name] },
  );
}

/** Throws the error for a column that refers to a view: no foreign key can. */
export function refuseView(table: string, column: Column, view: string): never {
  throw new ValidationError(
    `Cannot use \`${table}\`: column \`${column.name}\` refers to \`${view}\`, which is a view, and no foreign key leads to one; ` +
      "give the view's column the reference to this table instead, and a relation by it",
    { code: "INVALID_SCHEMA", table, columns: [column.name] },
  );
}

/** A reference with the names of the store. */
export function storedReference(siblings: DatabaseTables, reference: ColumnReference): ColumnReference {
  const table = siblings.get(reference.table)?.table;
  // A table that no model defines is refused where the table is made.
  if (table === undefined) return reference;
  return { ...reference, table: table.storeName, column: table.column(reference.column).storeName };
}
