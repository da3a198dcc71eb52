import { chain, type Maybe } from "../chain/chain.ts";
import { UPDATE_EACH } from "../orm/operation.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { updateOf } from "../query/changes.ts";
import { Expression, refuseExpression } from "../query/expression.ts";
import { type Call, keepPlan, keyOrder, type SelectPlan, type UpdatePlan } from "../query/plans.ts";
import { readRowValue } from "../query/row_function.ts";
import { readWhere } from "../query/where_reader.ts";
import { rowChange } from "../reference/computed_values.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import type { StoreIndex } from "../store/table_store.ts";
import { storedValue } from "./row_input.ts";

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
  return made;
}

/**
 * Checks the computed values of an update against the indexes of the table.
 *
 * @throws {ValidationError} When one is of a unique index.
 */
export function checkComputed(table: Table, values: Row, indexes: readonly StoreIndex[]): void {
  for (const { name, columns, unique } of indexes) {
    const column = unique ? columns.find((each) => Expression.is(values[each])) : undefined;
    if (column === undefined) continue;
    refuseExpression(
      table,
      `\`${column}\` is of the unique index \`${name}\`, whose values would meet those of rows that are not changed yet; read the rows ` +
        "and write them by key, in a transaction",
    );
  }
}

/** Whether a computed value has to be looked at before it is stored, because the store does not know what the column takes. */
export function needsLook(table: Table, { set }: UpdatePlan): boolean {
  return set.some((term) => {
    if ("slot" in term) return false;
    const { definition, type } = table.column(term.column);
    return definition.validate !== undefined || definition.values !== undefined || type === "ARRAY" ||
      type === "OBJECT";
  });
}

/** Makes an update whose computed values have to be looked at: reads the rows, computes, checks and writes by key. */
export function updateLooked(entry: TableEntry, { plan, params }: Call<UpdatePlan>): Maybe<number> {
  const { table } = entry;
  const orderBy = keyOrder(table);
  const find = keepPlan<SelectPlan>(table, {
    kind: "select",
    where: plan.where,
    orderBy,
    limit: undefined,
    offset: undefined,
    select: undefined,
  });
  const change = rowChange(table, plan.set, params, {
    driver: entry.connection.driver.metadata.name,
    table: table.name,
  });
  return chain(entry.execute(find, params), (rows) => {
    const calls = rows.map((row) => {
      const values: Record<string, unknown> = { ...change(row) };
      for (const name of Object.keys(values)) {
        const value = values[name];
        if (value !== null) values[name] = storedValue(table.column(name), value);
      }
      const key = Object.fromEntries(table.primaryKey.map(({ name }) => [name, row[name]]));
      return updateOf(table, values, readWhere(table, key, false));
    });
    return chain(entry.execute(UPDATE_EACH, calls), () => rows.length);
  });
}
