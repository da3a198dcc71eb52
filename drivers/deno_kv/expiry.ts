import { ValidationError } from "../../src/errors/mod.ts";
import { describeValue } from "../../src/schema/describe_value.ts";
import { checkExpirable } from "./expirable.ts";
import { below, type KeyRange } from "./key.ts";
import { NAME } from "./limits.ts";
import { rowAt } from "./primary_key.ts";
import { removeRow, updateRow } from "./row_writer.ts";
import { expiredRange } from "./row_count.ts";
import { openAny, readRow } from "./rows.ts";
import type { Sessions } from "./sessions.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/** How many expired rows are removed in one commit, where it takes a check of each. */
const STEP = 20;

/** The time at which rows that a table is given now expire, by the driver's option. */
export function expiryOf(
  expireIn: Readonly<Record<string, number>> | undefined,
  database: string,
  table: string,
): () => number | null {
  const name = `${database}.${table}`;
  const life = expireIn !== undefined && Object.hasOwn(expireIn, name) ? expireIn[name] : undefined;
  return life === undefined ? () => null : () => Date.now() + life;
}

/** Sets the time at which a row expires. @returns Whether there is such a row. */
export async function expireRow(
  work: Work,
  table: StoredTable,
  key: unknown,
  expireIn: number | null,
): Promise<boolean> {
  const name = table.table.name;
  if (expireIn !== null && (!Number.isFinite(expireIn) || expireIn < 0)) {
    throw new ValidationError(
      `Cannot let a row of \`${name}\` expire: \`expireIn\` is milliseconds from 0, or null, not ${
        describeValue(expireIn)
      }`,
      { code: "INVALID_OPTIONS", driver: NAME, table: name },
    );
  }
  checkExpirable(work.catalog, table);
  const stored = await readRow(work, table, rowAt(table, key));
  if (stored === null) return false;
  await updateRow(work, table, stored, {}, expireIn === null ? null : Math.round(Date.now() + expireIn));
  return true;
}

/** Removes the rows that have expired, a few in each commit. @returns How many. */
export async function purgeExpired(sessions: Sessions, database: string, tableName: string): Promise<number> {
  let total = 0;
  let from: KeyRange | undefined;
  // An entry that belongs to no row is gone past: `repair` removes it.
  for (;;) {
    const range = from;
    const { removed, rest } = await sessions.write(
      database,
      (work) => purgeSome(work, work.catalog.table(tableName), range),
    );
    total += removed;
    if (rest === null) return total;
    from = rest;
  }
}

async function purgeSome(
  work: Work,
  table: StoredTable,
  range: KeyRange = expiredRange(table),
): Promise<{ removed: number; rest: KeyRange | null }> {
  // The catalog and the count of rows may be checked besides.
  const { entries, rest } = await work.list(range, Math.min(STEP, work.store.limits.checks - 2), false);
  let removed = 0;
  for (const { key } of entries) {
    const place = below(table.rows, ...key.slice(table.expiries.key.length + 1));
    const found = await work.get(place);
    const row = await openAny(work, table, place, found);
    if (row !== null && row.expiresAt !== null && row.expiresAt <= Date.now()) {
      await removeRow(work, table, row);
      removed++;
    }
  }
  return { removed, rest };
}
