import { chain, type Maybe } from "../chain/chain.ts";
import type { Predicate, QueryOptions } from "../contract/mod.ts";
import { isColumnOrder } from "../query/order.ts";
import type { SelectPlan } from "../query/plans.ts";
import { compilePredicate } from "../reference/evaluate.ts";
import { rowComparator } from "../reference/order.ts";
import type { Row } from "./any_driver.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Split } from "./pushdown.ts";

/** A search, divided between the driver and the core. */
export interface DividedSearch {
  /** What the driver is asked for. */
  readonly options: QueryOptions;
  /** The condition, divided. */
  readonly split: Split;
  /** Whether at most one row can match, because the driver finds it by the primary key. */
  readonly byKey: boolean;
  /** Whether the core has to order the rows. */
  readonly sorts: boolean;
  /** Whether the core has to apply the limit and the offset. */
  readonly limits: boolean;
  /** Whether the core has to leave columns out. */
  readonly selects: boolean;
}

/** What is known of a table when a search is divided. */
export type SearchedTable = Pick<StoredTable, "pushdown" | "declared" | "table">;

/** Divides a search by what the driver declares. Nothing after the condition is left to it when part of that is not. */
export function divideSearch(
  { pushdown, declared, table }: SearchedTable,
  plan: SelectPlan,
  params: readonly unknown[],
): DividedSearch {
  const { orderBy, limit, select } = plan;
  const split = pushdown.split(plan.where, params);
  const whole = split.residual === null;
  const byKey = whole &&
    table.primaryKey.every(({ name }) => split.pushed.some((part) => isEqual(part, name)));
  const orders = whole && !byKey && isColumnOrder(orderBy) && pushdown.canOrder(orderBy);
  const limits = orders && declared.limit === true;
  const selects = select !== undefined && (byKey || orders) && declared.select === true;
  const offset = offsetOf(plan, params);
  const options: QueryOptions = {
    ...(split.where === undefined ? null : { where: split.where }),
    ...(orders ? { orderBy } : null),
    ...(limits && limit !== undefined ? { limit } : null),
    ...(limits && offset > 0 ? { offset } : null),
    ...(selects ? { select } : null),
  };
  return {
    options,
    split,
    byKey,
    sorts: !byKey && !orders,
    limits: !limits && (limit !== undefined || offset > 0),
    selects: select !== undefined && !selects,
  };
}

/** Whether the driver does all of a search. */
export function leavesNothing({ split, sorts, limits, selects }: DividedSearch): boolean {
  return split.residual === null && !sorts && !limits && !selects;
}

/** The rows of a search. */
export function searchRows(
  stored: StoredTable,
  plan: SelectPlan,
  params: readonly unknown[],
): Maybe<Row[]> {
  if (plan.limit === 0) return [];
  const search = divideSearch(stored, plan, params);
  const one = plan.limit === 1 && offsetOf(plan, params) === 0 && (search.byKey || !search.limits);
  return chain(
    one ? stored.fetchOne(search.options) : stored.fetch(search.options),
    (rows) => finish(stored, plan, params, search, rows),
  );
}

/** The number of rows that a search skips. */
export function offsetOf({ offset }: SelectPlan, params: readonly unknown[]): number {
  return offset === undefined ? 0 : params[offset] as number;
}

function finish(
  { table }: StoredTable,
  plan: SelectPlan,
  params: readonly unknown[],
  search: DividedSearch,
  found: Row[],
): Row[] {
  const { residual } = search.split;
  const { limit, select } = plan;
  let rows = residual === null ? found : found.filter(compilePredicate(table, residual, params));
  if (search.sorts && rows.length > 1) rows.sort(rowComparator(table, plan.orderBy, params, rows));
  if (search.limits) {
    const offset = offsetOf(plan, params);
    rows = rows.slice(offset, limit === undefined ? undefined : offset + limit);
  }
  return search.selects && select !== undefined ? rows.map((row) => pick(row, select)) : rows;
}

function pick(row: Row, columns: readonly string[]): Row {
  const picked: Row = {};
  for (const name of columns) picked[name] = row[name];
  return picked;
}

function isEqual(part: Predicate, column: string): boolean {
  return part.kind === "equal" && part.path === null && part.column === column;
}
