import type { ReadFind } from "../query/find_options.ts";
import type { ColumnOrder } from "../query/order.ts";
import { changePlan } from "../query/plans.ts";
import type { ReadLoad } from "../relations/levels.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";

/** A search that also returns the columns it orders by, and what takes those away again that nobody asked for. */
export interface OrderedFind {
  /** The search. */
  readonly find: ReadFind;
  /** Leaves only the columns asked for; changes the rows in place. */
  readonly trim: (rows: Row[]) => Row[];
}

/**
 * Adds the columns of the order to a search that selects others.
 *
 * @param load The search, in this order, of which what has to be taken away is not taken away by itself.
 */
export function withOrderColumns(
  table: Table,
  { find, trim }: Omit<ReadLoad, "levels">,
  order: ColumnOrder,
): OrderedFind {
  const { plan, params } = find;
  const { select } = plan;
  const extra = select === undefined
    ? []
    : order.map(([name]) => name).filter((name) => !select.includes(name));
  const unasked = [...trim, ...extra];
  return {
    find: select === undefined || extra.length === 0
      ? find
      : { plan: changePlan(table, plan, { select: [...select, ...extra] }), params },
    trim: (rows) => {
      if (unasked.length > 0) { for (const row of rows) for (const name of unasked) delete row[name]; }
      return rows;
    },
  };
}
