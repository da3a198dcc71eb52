import { chain, type Maybe } from "../chain/chain.ts";
import type { OrderTerm } from "../contract/mod.ts";
import { aggregateLike, columnLike } from "../model/grouping.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { expressionColumns } from "../query/computed_condition.ts";
import { readFind, refuseSearch } from "../query/find_options.ts";
import { readOrder } from "../query/order.ts";
import { changePlan, keyOrder, type Order, searchOf, type SelectPlan } from "../query/plans.ts";
import { rowKey } from "../reference/keys.ts";
import { rowComparator } from "../reference/order.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import type { Level, NumbersLevel, RowsLevel } from "./levels.ts";
import { loadLevels } from "./load.ts";
import { listOfRelations, type Relation } from "./relation.ts";

/** An order by what relations lead to: numbers over their rows, and columns of the one row there is. */
export interface RelatedOrder {
  /** The rows, as a table that has what they are ordered by among its columns. */
  readonly table: Table;
  /** The order, ended by the key. */
  readonly terms: Order;
  /** The values of its slots. */
  readonly params: readonly unknown[];
  /** What is read of relations for it. Its numbers stay in the rows. */
  readonly levels: readonly Level[];
  /** Each column of another table, by its name in the order. */
  readonly paths: readonly RelatedPath[];
}

/** A column of the row that a relation leads to. */
interface RelatedPath {
  readonly name: string;
  readonly relation: Relation;
  readonly column: string;
}

/** Whether an order names a column of another table. */
export function ordersByPath(orderBy: unknown): boolean {
  return Array.isArray(orderBy) && orderBy.some((term) => isPath(nameOf(term)));
}

function nameOf(term: unknown): unknown {
  return Array.isArray(term) ? term[0] : undefined;
}

function isPath(name: unknown): name is string {
  return typeof name === "string" && name.includes(".");
}

/**
 * Reads an order that may be by what relations lead to.
 *
 * @param numbers The aggregates of the search.
 * @returns Null for an order by the table alone.
 * @throws {ValidationError} On a relation to several rows, or an unknown relation, column or direction.
 */
export function readRelatedOrder(
  entry: TableEntry,
  orderBy: unknown,
  numbers: readonly NumbersLevel[],
): RelatedOrder | null {
  if (!Array.isArray(orderBy)) return null;
  const names: unknown[] = orderBy.map(nameOf);
  const counted = numbers.filter(({ terms }) => terms.some(({ as }) => names.includes(as)));
  const paths = [...new Set(names.filter(isPath))].map((name) => readPath(entry, name));
  if (counted.length === 0 && paths.length === 0) return null;
  const { table } = entry;
  const schema: Record<string, ModelColumn> = {};
  for (const { name, definition } of table.columns) schema[name] = definition;
  for (const { relation: { target }, terms } of counted) {
    for (const term of terms) schema[term.as] = aggregateLike(target.table, term);
  }
  for (const { name, relation, column } of paths) schema[name] = columnLike(relation.target.table, column);
  const ordered = new Table(table.name, schema, table.rules);
  const params: unknown[] = [];
  return {
    table: ordered,
    terms: readOrder(ordered, orderBy, params, refuseSearch),
    params,
    levels: [...counted, ...levelsOf(paths)],
    paths,
  };
}

function readPath(entry: TableEntry, name: string): RelatedPath {
  const [first, ...rest] = name.split(".");
  const relation = entry.relations.get(first as string);
  if (relation === null) {
    // A place in a JSON column is no column, and is ordered by in a function.
    if (entry.table.get(first as string) !== undefined) entry.table.column(name);
    return refuseSearch(
      entry.table,
      `\`orderBy\` names ${JSON.stringify(name.slice(0, 80))}, and \`${first}\` is no relation: ${
        listOfRelations(entry)
      }`,
    );
  }
  if (relation.many) {
    return refuseSearch(
      entry.table,
      `\`orderBy\` names \`${name}\`, and \`${first}\` leads to several rows; order by an aggregate of them, such as ` +
        `aggregates: { n: { of: "${first}", count: "*" } }`,
    );
  }
  return { name, relation, column: relation.target.table.column(rest.join(".")).name };
}

/** What is read for the paths: each relation once. */
function levelsOf(paths: readonly RelatedPath[]): RowsLevel[] {
  return [...new Set(paths.map(({ relation }) => relation))].map((relation) => {
    const { target: { table }, theirs } = relation;
    const columns = paths.filter((path) => path.relation === relation).map(({ column }) => column);
    const find = readFind(table, { select: [...new Set([theirs.name, ...columns])] }, table.rules.strict);
    return { kind: "rows", relation, filtered: true, find, levels: [], trim: [] };
  });
}

/** The rows of a search in such an order, its limit and offset applied, with the numbers that the order needs. */
export function readOrdered(
  entry: TableEntry,
  plan: SelectPlan,
  params: readonly unknown[],
  order: RelatedOrder | undefined,
  signal: AbortSignal | undefined,
): Maybe<Row[]> {
  if (order === undefined) return entry.read(plan, params);
  const { table } = entry;
  const { limit, select } = plan;
  const offset = plan.offset === undefined ? 0 : params[plan.offset] as number;
  // Only some of the rows are wanted: the others are read no further than their place in the order needs.
  const some = limit !== undefined || offset > 0;
  const needed = columnsOf(table, order);
  const wide = select === undefined ? undefined : [...new Set([...select, ...needed])];
  const search = changePlan(table, plan, {
    orderBy: keyOrder(table),
    limit: undefined,
    offset: undefined,
    select: some ? needed : wide,
  });
  return chain(entry.read(search, params), (rows) =>
    chain(loadLevels(rows, order.levels, [], signal), () => {
      for (const row of rows) takePaths(row, order.paths);
      rows.sort(rowComparator(order.table, order.terms, order.params, rows));
      if (some) return readChosen(entry, select, rows.slice(offset, offset + (limit ?? Infinity)), order);
      const unasked = select === undefined ? [] : needed.filter((name) => !select.includes(name));
      for (const row of rows) {
        for (const { name } of order.paths) delete row[name];
        for (const name of unasked) delete row[name];
      }
      return rows;
    }));
}

function takePaths(row: Row, paths: readonly RelatedPath[]): void {
  for (const { name, relation, column } of paths) {
    const related = row[relation.name] as Row | null | undefined;
    if (related !== undefined) row[name] = related?.[column] ?? null;
  }
  for (const { relation } of paths) delete row[relation.name];
}

/** The columns of its own that an order needs of a row: those in it, the key, and those that join. */
function columnsOf(table: Table, { terms, levels }: RelatedOrder): string[] {
  const named = terms.flatMap(([by]: OrderTerm) => typeof by === "string" ? [by] : expressionColumns(by));
  const joining = levels.map(({ relation }) => relation.own.name);
  const key = table.primaryKey.map(({ name }) => name);
  return [...new Set([...key, ...joining, ...named])].filter((name) => table.get(name) !== undefined);
}

/** Reads rows by their keys, in the order of those that are chosen. */
function readChosen(
  entry: TableEntry,
  select: readonly string[] | undefined,
  chosen: readonly Row[],
  order: RelatedOrder,
): Maybe<Row[]> {
  if (chosen.length === 0) return [];
  const { table } = entry;
  const key = table.primaryKey;
  const names = key.map(({ name }) => name);
  const [only] = names;
  const list = chosen.map((row) => names.length === 1 ? row[only as string] : names.map((name) => row[name]));
  const among = names.length === 1
    ? { kind: "in", column: only as string, path: null, slot: 0, withNull: false } as const
    : { kind: "tuples", columns: names, slot: 0 } as const;
  const unasked = select === undefined ? [] : names.filter((name) => !select.includes(name));
  const plan = searchOf(table, among, select === undefined ? undefined : [...select, ...unasked]);
  const numbers = order.levels.flatMap((level) => level.kind === "numbers" ? level.terms : []);
  return chain(entry.read(plan, [list]), (rows) => {
    const byKey = new Map(rows.map((row) => [rowKey(key, row), row]));
    const found: Row[] = [];
    for (const each of chosen) {
      const row = byKey.get(rowKey(key, each));
      if (row === undefined) continue;
      for (const name of unasked) delete row[name];
      for (const { as } of numbers) row[as] = each[as];
      found.push(row);
    }
    return found;
  });
}
