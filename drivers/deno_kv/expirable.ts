import { UnsupportedError } from "../../src/errors/mod.ts";
import type { Catalog } from "./catalog.ts";
import { rangeBelow } from "./key.ts";
import { NAME } from "./limits.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/**
 * Sees that rows of a table may expire: nothing else tells that a row is gone, so that none may refer to it.
 *
 * @throws {UnsupportedError} When another table, or the table itself, refers to it.
 */
export function checkExpirable(catalog: Catalog, { table: { name } }: StoredTable): void {
  if (catalog.referrers(name).length === 0) return;
  throw new UnsupportedError(
    `Cannot let a row of \`${name}\` expire: rows of other tables refer to it and would refer to nothing; delete it instead`,
    { driver: NAME, table: name },
  );
}

/**
 * Sees that no row of a table expires, before another table refers to it.
 *
 * @throws {UnsupportedError} When one does, or has expired and is still in the store.
 */
export async function refuseExpiring(work: Work, table: StoredTable, child: string): Promise<void> {
  await work.guard(table, true);
  const { entries } = await work.list(rangeBelow(table.expiries), 1, false);
  if (entries.length === 0) return;
  const { name } = table.table;
  throw new UnsupportedError(
    `Cannot create \`${child}\`: it refers to \`${name}\`, whose rows expire; keep them with \`expire(…, null)\`, ` +
      "remove those that have expired with `purgeExpired`, or do without the reference",
    { driver: NAME, table: child },
  );
}
