import { chain, type Maybe } from "../chain/chain.ts";
import { describeOrder, isColumnOrder } from "../query/order.ts";
import { keyOrder, type SelectPlan } from "../query/plans.ts";
import type { Table } from "../schema/table.ts";

/**
 * How a search would run. What a driver is asked to explain has an order of columns.
 *
 * @param ask Asks the driver.
 */
export function explainSearch(
  table: Table,
  plan: SelectPlan,
  ask: (plan: SelectPlan) => Maybe<string[]>,
): Maybe<string[]> {
  const { orderBy } = plan;
  if (isColumnOrder(orderBy)) return ask(plan);
  const { limit: _limit, offset: _offset, ...all } = plan;
  return chain(
    ask({ ...all, orderBy: keyOrder(table) }),
    (steps) => [...steps, `of all these rows, order by ${describeOrder(orderBy)}`],
  );
}
