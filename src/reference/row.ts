import { cloneJSON } from "../schema/json_value.ts";
import type { ColumnKind } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";

/** A row with native values: string, number, bigint, boolean, Date, Uint8Array, structured JSON, null. */
export type Row = Readonly<Record<string, unknown>>;

/** Makes a row that shares nothing with the one it is given. */
export type RowCopier = (row: Row) => Record<string, unknown>;

/** Copies a value so that a change of one does not show in the other. */
export function copyValue(kind: ColumnKind, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (kind === "json") return cloneJSON(value);
  if (value instanceof Date) return new Date(value.getTime());
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

/**
 * Makes the function that copies a table's rows out.
 *
 * @param select The columns of the copy, in this order; all when absent.
 */
export function rowCopier(table: Table, select?: readonly string[]): RowCopier {
  const columns = select === undefined ? table.columns : select.map((name) => table.column(name));
  const mutable = columns.filter(({ kind }) => MUTABLE.includes(kind));
  const patch = (copy: Record<string, unknown>): Record<string, unknown> => {
    for (const { name, kind } of mutable) copy[name] = copyValue(kind, copy[name]);
    return copy;
  };
  if (select === undefined) return (row) => patch({ ...row });
  return (row) => {
    const copy: Record<string, unknown> = {};
    for (const { name } of columns) copy[name] = row[name];
    return patch(copy);
  };
}

const MUTABLE: readonly ColumnKind[] = ["json", "date", "datetime", "blob"];
