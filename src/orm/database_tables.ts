import { ValidationError } from "../errors/mod.ts";
import { foldCase } from "../schema/identifiers.ts";
import type { Table } from "../schema/table.ts";
import type { TableEntry } from "./table_entry.ts";

/** The tables of one database, by name. */
export class DatabaseTables extends Map<string, TableEntry> {
  /** Fulfilled when the table that is being made is done. */
  creating: Promise<void> | null = null;

  /**
   * Takes no second table of a name, in any case of letters: not every store tells them apart.
   *
   * @throws {ValidationError} When there is one.
   */
  refuseTwin(database: string, { name, storeName }: Table): void {
    const twin = [...this].find(([known, { table }]) =>
      foldCase(known) === foldCase(name) || foldCase(table.storeName) === foldCase(storeName)
    )?.[0];
    if (twin === undefined) return;
    throw new ValidationError(
      `Cannot define \`${name}\` of \`${database}\`: \`${twin}\` is defined already; use orm.model("${database}", "${twin}")`,
      { code: "ALREADY_DEFINED", table: name },
    );
  }
}
