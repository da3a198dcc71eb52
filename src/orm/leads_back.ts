import type { Table } from "../schema/table.ts";

/**
 * Whether foreign keys of tables lead from a table back to it.
 *
 * @param to The table whose referrers are followed next.
 * @param seen Tables that were followed.
 */
export function leadsBack(
  tables: ReadonlyMap<string, { readonly table: Table }>,
  from: string,
  to: string,
  seen: Set<string>,
): boolean {
  for (const { table } of tables.values()) {
    if (seen.has(table.name) || !table.columns.some(({ references }) => references?.table === to)) continue;
    if (table.name === from) return true;
    seen.add(table.name);
    if (leadsBack(tables, from, table.name, seen)) return true;
  }
  return false;
}
