import type { Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import { answersRelated } from "../orm/related_plan.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { countOf, deleteOf } from "../query/changes.ts";
import { isDeferred } from "../query/deferred_list.ts";
import { looksAtRelated } from "../query/related.ts";
import { isAlwaysTrue } from "../query/trivial.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import type { Table } from "../schema/table.ts";
import type { ModelHost } from "./model_host.ts";

/** Reads a condition that may be absent: then it is true for all rows. */
export function readCondition(table: Table, where: unknown): ReadWhere | null {
  return where === undefined ? null : readWhere(table, where, table.rules.strict);
}

/**
 * Reads the condition of a change.
 *
 * @throws {ValidationError} When it is true for every row: that has to be said aloud.
 */
export function readNarrowCondition(table: Table, what: "update" | "delete", where: unknown): ReadWhere {
  const read = where === null ? null : readCondition(table, where);
  if (read === null || isAlwaysTrue(read.predicate, read.params)) {
    throw new ValidationError(
      `Cannot ${what} in \`${table.name}\`: the condition is empty or always true; use ${what}All to mean every row`,
      { code: "EMPTY_WHERE", table: table.name },
    );
  }
  return read;
}

/**
 * Runs a change whose condition may look at rows of other tables: unless the driver does, they are read, and the change made, in one
 * transaction.
 */
export function changeApart<T>(
  entry: TableEntry,
  host: ModelHost,
  where: readonly (ReadWhere | null)[],
  work: () => Maybe<T>,
): Maybe<T> {
  const apart = where.some((each) =>
    each !== null && looksAtRelated(each.predicate) && !answersRelated(entry, each.predicate)
  );
  return apart ? host.transaction(entry.database, work, undefined) : work();
}

/** How many rows match; null means all of them. */
export function countRows(entry: TableEntry, where: ReadWhere | null, signal?: AbortSignal): Maybe<number> {
  const { plan, params } = countOf(entry.table, where);
  return entry.execute(plan, params, signal);
}

/** Removes the rows that match; null means all of them. */
export function deleteRows(entry: TableEntry, host: ModelHost, where: ReadWhere | null): Maybe<number> {
  const { plan, params } = deleteOf(entry.table, where);
  return asOne(entry, host, params, () => entry.execute(plan, params));
}

/**
 * Makes a change as one: when a list has to be found first, nobody may change what is in it before the change is made.
 *
 * @param params The values of the change.
 */
export function asOne<T>(
  entry: TableEntry,
  host: ModelHost,
  params: readonly unknown[],
  change: () => Maybe<T>,
): Maybe<T> {
  return isDeferred(params) ? host.transaction(entry.database, change, undefined) : change();
}
