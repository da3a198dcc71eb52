import type { Predicate } from "../../src/contract/mod.ts";
import { afterPredicate } from "../../src/query/keyset.ts";
import { isColumnOrder } from "../../src/query/order.ts";
import type { OrderTerms } from "../../src/reference/mod.ts";
import type { Table } from "../../src/schema/table.ts";
import { conjunctsOf, describePredicate } from "./conjuncts.ts";

/** The place of a row in an order, after which a page begins. */
export interface KeysetPlace {
  /** The row's values of the terms of the order. */
  readonly values: readonly unknown[];
  /** The condition that says "after this row". */
  readonly said: Predicate;
}

/**
 * Finds the condition by which a page begins after a row, which is an OR that hides one range of an index.
 *
 * @returns Null when none of the conditions is one for this order.
 */
export function findKeyset(
  table: Table,
  order: OrderTerms,
  conjuncts: readonly Predicate[],
  params: readonly unknown[],
): KeysetPlace | null {
  if (order.length < 2 || !isColumnOrder(order)) return null;
  for (const each of conjuncts) {
    if (each.kind !== "or" || each.items.length !== order.length) continue;
    const values = guessValues(order, each.items.at(-1) as Predicate, params);
    if (values === null) continue;
    const bound: unknown[] = [];
    const parts = conjunctsOf(afterPredicate(table, order, values, bound));
    const said = describePredicate(each, params);
    if (parts.some((part) => part.kind === "or" && describePredicate(part, bound) === said)) {
      return { values, said: each };
    }
  }
  return null;
}

/** The last alternative is equal in all terms but the last, and beyond in that. */
function guessValues(order: OrderTerms, last: Predicate, params: readonly unknown[]): unknown[] | null {
  const items = conjunctsOf(last);
  if (items.length !== order.length) return null;
  const values: unknown[] = [];
  for (const item of items) {
    if (item.kind === "null") values.push(null);
    else if (item.kind === "equal" || item.kind === "compare") values.push(params[item.slot]);
    else return null;
  }
  return values;
}
