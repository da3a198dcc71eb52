import { describeOrder } from "../query/order.ts";
import { findLookup } from "./lookup.ts";
import { keyOrder } from "./order.ts";
import type { Search } from "./search.ts";
import type { TableStore } from "./table_store.ts";

/** How a search goes: one readable line a step. */
export function explainSearch(store: TableStore, search: Search): string[] {
  const { where, params, orderBy, limit, offset } = search;
  const rows = `${store.entries.size} row${store.entries.size === 1 ? "" : "s"}`;
  if (limit === 0) return ["return nothing: the limit is 0"];
  const lookup = findLookup(store, where, params);
  const steps: string[] = [];
  if (lookup === null) {
    steps.push(`scan all ${rows} of \`${store.table.name}\``);
  } else {
    const columns = lookup.index.columns.map(({ name }) => `\`${name}\``).join(", ");
    const keys = lookup.keys.length === 1 ? "1 key" : `${lookup.keys.length} keys`;
    const what = lookup.index.unique ? "unique index" : "index";
    steps.push(`look up ${keys} in the ${what} on ${columns} of \`${store.table.name}\``);
  }
  if (where !== null) steps.push("keep the rows that satisfy the condition");
  const order = orderBy ?? keyOrder(store.table);
  steps.push(`order by ${describeOrder(order)}`);
  if (offset) steps.push(`skip ${offset}`);
  if (limit !== undefined) steps.push(`return at most ${limit}`);
  return steps;
}
