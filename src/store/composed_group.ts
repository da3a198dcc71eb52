import { chain, type Maybe } from "../chain/chain.ts";
import type { AggregateTerm, GroupPlan } from "../contract/mod.ts";
import { expressionColumns, predicateColumns } from "../query/computed_condition.ts";
import { groupRows } from "../reference/aggregate.ts";
import type { Row } from "./any_driver.ts";
import { brokenPromise } from "./broken_promise.ts";
import type { Split } from "./pushdown.ts";
import type { StoredTable } from "./stored_table.ts";

const DRIVER_OPERATIONS = { sum: "SUM", avg: "AVG", count: "COUNT" } as const;

/** Aggregates by group: one number is asked of a driver that can compute it, anything else is computed from the rows. */
export function groupStored(stored: StoredTable, plan: GroupPlan): Maybe<Row[]> {
  const split = stored.pushdown.split(plan.where, plan.params);
  const compute = (): Maybe<Row[]> =>
    chain(
      stored.findSplit(split, plan.params, columnsOf(plan)),
      (rows) => groupRows(stored.table, plan, rows),
    );
  const [term, ...more] = plan.terms;
  if (
    term === undefined || more.length > 0 || plan.by.length > 0 || isComputed(term) || split.residual !== null
  ) {
    return compute();
  }
  const number = ask(stored, term, split);
  if (number === null) return compute();
  return chain(number, (value) => value === undefined ? compute() : [{ [term.as]: value }]);
}

/** Whether a grouping looks at more than columns: at what is computed of a row, or, for some aggregates, at some rows. */
export function computesGroups({ by, terms }: Pick<GroupPlan, "by" | "terms">): boolean {
  return by.some((key) => typeof key !== "string") || terms.some(isComputed);
}

function isComputed({ expression, where }: AggregateTerm): boolean {
  return expression !== undefined || where !== undefined;
}

function columnsOf({ by, terms }: GroupPlan): string[] {
  const keys = by.flatMap((key) => typeof key === "string" ? [key] : expressionColumns(key.expression));
  return terms.reduce((columns, { column, expression, where }) => [
    ...columns,
    ...(column === undefined ? [] : [column]),
    ...(expression === undefined ? [] : expressionColumns(expression)),
    ...(where === undefined ? [] : predicateColumns(where)),
  ], keys);
}

/** Asks the driver for one number: null when it cannot be asked, undefined when its answer is beyond what it can hold. */
function ask(
  stored: StoredTable,
  { operation, column }: AggregateTerm,
  { where }: Split,
): Maybe<number | null | undefined> | null {
  const { driver, database, table, declared, scene } = stored;
  if (operation === "count" && column === undefined) return stored.countWhere(where);
  if (driver.aggregate === undefined || declared.operators === undefined || column === undefined) return null;
  if (operation !== "sum" && operation !== "avg" && operation !== "count") return null;
  // Sums of fractions depend on how they are added; whole numbers have one sum, as long as it is safe.
  if (operation !== "count" && table.column(column).kind !== "integer") return null;
  const name = DRIVER_OPERATIONS[operation];
  const answer = where === undefined
    ? driver.aggregate(database, table.name, name, column)
    : driver.aggregate(database, table.name, name, column, where);
  return chain(answer, (value) => {
    if (typeof value !== "number") throw brokenPromise(scene, "aggregate", value, "a number", [column]);
    if (operation === "avg") return Number.isNaN(value) ? null : value;
    return Number.isSafeInteger(value) ? value + 0 : undefined;
  });
}
