import { chain, type Maybe } from "../chain/chain.ts";
import { NotFoundError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { type ReadFind, refuseSearch } from "../query/find_options.ts";
import { changePlan } from "../query/plans.ts";
import { hasSignal, takeSignal } from "../query/signal_option.ts";
import { type ReadLoad, readLoad, readSearch } from "../relations/levels.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Row } from "../store/any_driver.ts";
import { keyFind } from "./key_find.ts";

/** The rows of a search. @param one It is for one row: at most one is found. */
export function findRows(entry: TableEntry, options: unknown, one: boolean = false): Maybe<Row[]> {
  if (!hasSignal(options)) return loadRows(entry, readSearch(entry, options, one));
  const { signal, rest } = takeSignal(entry.table, options);
  return loadRows(entry, readSearch(entry, rest, one), Infinity, signal);
}

/** The row with a primary key, if there is one. */
export function findByKey(entry: TableEntry, key: unknown, options: unknown): Maybe<Row[]> {
  const find = keyFind(entry.table, key);
  if (options === undefined) return entry.execute(find.plan, find.params);
  const { signal, rest } = takeSignal(entry.table, options);
  return loadRows(entry, readByKey(entry, find, rest), Infinity, signal);
}

/**
 * Runs a search with what comes with its rows.
 *
 * @param most Nothing comes with rows beyond this number.
 * @param signal Ends it.
 */
export function loadRows(
  entry: TableEntry,
  { find, levels, trim, order }: ReadLoad,
  most: number = Infinity,
  signal?: AbortSignal,
): Maybe<Row[]> {
  if (levels.length === 0 && order === undefined) return entry.execute(find.plan, find.params, signal);
  return entry.execute({ kind: "load", plan: find.plan, levels, trim, most, order }, find.params, signal);
}

const KEY_OPTIONS: readonly string[] = ["select", "with", "aggregates"];

function readByKey(entry: TableEntry, byKey: ReadFind, options: unknown): ReadLoad {
  const { table } = entry;
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuseSearch(table, `the options are a plain object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !KEY_OPTIONS.includes(name));
  if (unknown !== undefined) {
    return refuseSearch(
      table,
      `${JSON.stringify(unknown.slice(0, 40))} is none of ${
        KEY_OPTIONS.join(", ")
      }, which a search by key takes`,
    );
  }
  const { find, levels, trim } = readLoad(entry, options, true);
  const { select } = find.plan;
  const plan = select === undefined ? byKey.plan : changePlan(table, byKey.plan, { select });
  return { find: { plan, params: byKey.params }, levels, trim };
}

/**
 * The row found. What is not found is no failure of the store: a transaction goes on.
 *
 * @throws {NotFoundError} When there is none.
 */
export function orFail(entry: TableEntry, rows: Maybe<Row[]>, what: string): Maybe<Row> {
  return chain(rows, ([row]) => {
    if (row !== undefined) return row;
    throw new NotFoundError(
      `Cannot find a row in \`${entry.table.name}\`: there is no ${what}; use findOne or findById where that may be`,
      { table: entry.table.name, driver: entry.connection.driver.metadata.name },
    );
  });
}
