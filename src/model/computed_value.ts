import { Expression, refuseExpression } from "../query/expression.ts";
import { readRowValue } from "../query/row_function.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";

/** What columns take besides their own kind. */
const FITS: Readonly<Record<string, readonly string[]>> = {
  real: ["integer"],
  bigint: ["integer"],
  datetime: ["date"],
};

/**
 * Reads a function of the row that gives a column's new value.
 *
 * @throws {ValidationError} When it gives no expression, or one of another kind, or the column is a key, unique or a reference
 * (`INVALID_EXPRESSION`).
 */
export function readComputed(table: Table, column: Column, given: unknown): Expression {
  const { name, kind } = column;
  if (column.primaryKey || column.unique || column.references !== null) {
    refuseExpression(
      table,
      `\`${name}\` is a key, unique or a reference, whose new values would meet those of rows that are not changed yet; read the ` +
        "rows and write them by key, in a transaction",
    );
  }
  const made = readRowValue(table, given);
  const type = Expression.type(made);
  if (type !== null && type !== kind && FITS[kind]?.includes(type) !== true) {
    const remedy = kind === "integer" && type === "real" ? "; `.round()` makes an integer of it" : "";
    refuseExpression(table, `\`${name}\` is ${column.type}, and a function gives ${type} for it${remedy}`);
  }
  return column.coarse && type === "datetime" ? made.startOf("second") : made;
}
