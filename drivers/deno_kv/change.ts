import type { SetTerm } from "../../src/contract/mod.ts";
import { computesValues, givenValues, type Row, type RowChange, rowChange } from "../../src/reference/mod.ts";
import { NAME } from "./limits.ts";
import type { StoredTable } from "./stored_table.ts";

/** What an update does to a row. */
export interface Change {
  /** The columns that change, with the values that are the same for every row. */
  readonly columns: Row;
  /** The new values of a row of a table, of the row as it was. */
  of(table: StoredTable): RowChange;
}

/** A change to values that are the same for every row. */
export function givenChange(values: Row): Change {
  return { columns: values, of: () => () => values };
}

/** What a plan's terms do to a row. */
export function changeOf(set: readonly SetTerm[], params: readonly unknown[]): Change {
  const values = givenValues(set, params);
  if (!computesValues({ set })) return givenChange(values);
  return {
    columns: Object.fromEntries(set.map(({ column }) => [column, values[column]])),
    of: ({ table }) => rowChange(table, set, params, { driver: NAME, table: table.name }),
  };
}
