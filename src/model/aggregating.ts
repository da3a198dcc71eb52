import { chain, type Maybe } from "../chain/chain.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { readSignal, takeSignal } from "../query/signal_option.ts";
import type { Row } from "../store/any_driver.ts";
import { readGroup, selectGroups } from "./grouping.ts";

/** One aggregate of the rows that match. */
export function aggregateOne(
  entry: TableEntry,
  aggregate: object,
  where: unknown,
  options: unknown,
): Maybe<unknown> {
  return chain(aggregateAll(entry, { value: aggregate }, where, options), (row) => row["value"]);
}

/** Several aggregates of the rows that match. */
export function aggregateAll(
  entry: TableEntry,
  aggregates: unknown,
  where: unknown,
  options: unknown,
): Maybe<Row> {
  const signal = readSignal(entry.table, options);
  const { operation, params } = readGroup(
    entry.table,
    { by: [], aggregates, where },
    entry.table.rules.strict,
  );
  return chain(entry.execute(operation, params, signal), ([row]) => row as Row);
}

/** Aggregates by group. */
export function groupRowsBy(entry: TableEntry, options: unknown): Maybe<Row[]> {
  const { signal, rest } = takeSignal(entry.table, options);
  const read = readGroup(entry.table, rest, entry.table.rules.strict);
  return chain(entry.execute(read.operation, read.params, signal), (rows) => selectGroups(read, rows));
}
