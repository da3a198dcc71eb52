import { corruptStore } from "./corrupt.ts";
import { below, type KeyRange, rangeBelow } from "./key.ts";
import { scan } from "./scan.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/** How many rows a table has: its counter, less the rows that have expired and are still there. */
export async function countAll(work: Work, table: StoredTable): Promise<number> {
  await work.guard(table, true);
  const { value, versionstamp } = await work.store.get(table.counter.key);
  const guard = work.guards.get(table.counter.id);
  if (guard !== undefined && guard.versionstamp !== versionstamp) throw work.conflict();
  let count = counterValue(table, value) + (work.counts.get(table.counter.id)?.delta ?? 0);
  for await (const _ of scan(work, expiredRange(table), false, 10)) count--;
  return count;
}

/**
 * The number in the counter of a table.
 *
 * @throws {CorruptValueError} When it is no counter (`CORRUPT_VALUE`).
 */
export function counterValue({ table, counter }: StoredTable, value: unknown): number {
  if (value === null) return 0;
  const number = (value as { readonly value?: unknown } | undefined)?.value;
  if (typeof number === "bigint") return Number(BigInt.asIntN(64, number));
  throw corruptStore(table.name, counter.key, "what is no number of rows");
}

/** The entries of the rows that have expired. */
export function expiredRange({ expiries }: StoredTable): KeyRange {
  const { start } = rangeBelow(expiries);
  return { start, end: below(expiries, Date.now() + 1) };
}
