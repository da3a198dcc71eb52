import type { Predicate } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";
import type { ReadFind } from "./find_options.ts";
import type { ColumnOrder } from "./order.ts";
import { changePlan } from "./plans.ts";

/**
 * Narrows a search to the rows that come after a given one in its order.
 *
 * @param order The order of the search.
 * @param values The given row's values of the columns of the order.
 */
export function findAfter(
  table: Table,
  { plan, params }: ReadFind,
  order: ColumnOrder,
  values: readonly unknown[],
): ReadFind {
  const bound = [...params];
  const after = afterPredicate(table, order, values, bound);
  const where: Predicate = plan.where === null ? after : { kind: "and", items: [plan.where, after] };
  return { plan: changePlan(table, plan, { where }), params: bound };
}

/**
 * The condition for the rows that come after a given one in an order.
 *
 * @param values The given row's values of the columns of the order.
 * @param params Takes the values of the condition; those that are there keep their slots.
 */
export function afterPredicate(
  table: Table,
  order: ColumnOrder,
  values: readonly unknown[],
  params: unknown[],
): Predicate {
  const slots = values.map((value) => value === null ? -1 : params.push(value) - 1);
  const target = (i: number) => ({ column: (order[i] as ColumnOrder[number])[0], path: null });
  const compare = (i: number, operator: ">" | ">=" | "<" | "<="): Predicate => ({
    kind: "compare",
    ...target(i),
    operator,
    slot: slots[i] as number,
    type: null,
  });
  const isNull = (i: number): Predicate => ({ kind: "null", ...target(i) });
  const equal = (i: number): Predicate =>
    values[i] === null ? isNull(i) : { kind: "equal", ...target(i), slot: slots[i] as number, type: null };
  const nullable = (i: number): boolean => table.column(target(i).column).nullable;
  const ascending = (i: number): boolean => (order[i] as ColumnOrder[number])[1] === "ASC";
  const beyond = (i: number): Predicate => {
    if (ascending(i)) return values[i] === null ? { kind: "not", item: isNull(i) } : compare(i, ">");
    if (values[i] === null) return { kind: "or", items: [] };
    return nullable(i) ? { kind: "or", items: [compare(i, "<"), isNull(i)] } : compare(i, "<");
  };
  const items = order.map((_, i): Predicate => ({
    kind: "and",
    items: [...order.slice(0, i).map((_, before) => equal(before)), beyond(i)],
  }));
  if (order.length === 1) return beyond(0);
  const any: Predicate = { kind: "or", items };
  // A plain range on the first column lets a store use an index, which the alternatives hide.
  if (values[0] === null || (!ascending(0) && nullable(0))) return any;
  return { kind: "and", items: [compare(0, ascending(0) ? ">=" : "<="), any] };
}
