import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { Predicate } from "../contract/mod.ts";
import { type Key, keyOf, rowKey } from "../reference/keys.ts";
import type { Column } from "../schema/column.ts";
import type { Row } from "./any_driver.ts";
import type { StoredTable } from "./stored_table.ts";

/** The most look-ups made one by one; for more, many rows are read at once. */
const LOOKUPS = 4;
/** The most values in one list given to a driver. */
const VALUES = 500;

/** Rows that were read, and whether they are all there are. */
export interface EqualRows {
  /** At least the rows that were looked for. */
  readonly rows: readonly Row[];
  /** Whether the whole table was read. */
  readonly whole: boolean;
}

/**
 * Reads the rows that are equal, in some columns, to one of the given rows: with an equality for each while they are few,
 * with lists where the driver has `$in`, with an equality of what they have in common, or else by reading the table.
 *
 * @param wanted Rows with a value in each of the columns.
 */
export function findEqual(
  stored: StoredTable,
  columns: readonly Column[],
  wanted: readonly Row[],
): Maybe<EqualRows> {
  const distinct = [...new Map(wanted.map((row) => [rowKey(columns, row) as Key, row])).values()];
  if (distinct.length <= LOOKUPS) {
    return several(distinct, (row) => find(stored, columns.map((column) => equal(column, row))));
  }
  const common = columns.filter((column) => keysIn(column, distinct).size === 1);
  const shared = common.map((column) => equal(column, distinct[0] as Row));
  const listed = columns
    .filter(({ name }) => stored.pushdown.canList(name))
    .sort((a, b) => keysIn(b, distinct).size - keysIn(a, distinct).size)[0];
  return listed === undefined
    ? chain(find(stored, shared), (rows) => ({ rows, whole: shared.length === 0 }))
    : several(chunks(distinct), (rows) => find(stored, [...shared, oneOf(listed, rows)]));
}

/** A condition on one column, with its values beside it. */
type Condition = readonly [predicate: (slot: number) => Predicate, value: unknown];

function find(stored: StoredTable, conditions: readonly Condition[]): Maybe<Row[]> {
  const items = conditions.map(([predicate], slot) => predicate(slot));
  return stored.find({ kind: "and", items }, conditions.map(([, value]) => value));
}

function equal({ name }: Column, row: Row): Condition {
  return [
    (slot) => ({ kind: "equal", column: name, path: null, slot, type: null }),
    row[name],
  ];
}

function oneOf({ name }: Column, rows: readonly Row[]): Condition {
  return [
    (slot) => ({ kind: "in", column: name, path: null, slot, withNull: false }),
    rows.map((row) => row[name]),
  ];
}

function several<T>(items: readonly T[], each: (item: T) => Maybe<Row[]>): Maybe<EqualRows> {
  return chain(chainAll(items, each), (found) => ({ rows: found.flat(), whole: false }));
}

function chunks(rows: readonly Row[]): Row[][] {
  const result: Row[][] = [];
  for (let i = 0; i < rows.length; i += VALUES) result.push(rows.slice(i, i + VALUES));
  return result;
}

function keysIn({ name, kind }: Column, rows: readonly Row[]): Set<Key> {
  return new Set(rows.map((row) => keyOf(kind, row[name])));
}
