import type { AggregateTerm, GroupPlan } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import { compareValues } from "./compare.ts";
import { joinKeys, type Key, keyOf } from "./keys.ts";
import { copyValue, type Row } from "./row.ts";
import { Sum } from "./sum.ts";

/** Takes rows one by one and tells an aggregate of them. */
interface Accumulator {
  add(row: Row): void;
  result(): unknown;
}

/** The aggregates of one group. */
interface Group {
  readonly first: Row | null;
  readonly terms: readonly (readonly [as: string, accumulator: Accumulator])[];
}

/**
 * Aggregates rows by group.
 *
 * @param plan The columns that make a group and what is computed; `where` must have been applied to the rows.
 * @returns A row for each group, with the `by` columns and the terms, in the order of the `by` columns. Without `by`, one row.
 * @throws {ValidationError} On an unknown column, an aggregate the column does not have, or a sum its type cannot hold.
 */
export function groupRows(
  table: Table,
  plan: Pick<GroupPlan, "by" | "terms">,
  rows: Iterable<Row>,
): Record<string, unknown>[] {
  const by = plan.by.map((name) => table.column(name));
  if (plan.terms.some(({ as }) => as === "__proto__")) {
    return refuse(table, "an aggregate called `__proto__`", "it would change the prototype of rows");
  }
  const begin = (first: Row | null): Group => ({
    first,
    terms: plan.terms.map((term) => [term.as, accumulator(table, term)] as const),
  });
  const groups = new Map<Key, Group>();
  if (by.length === 0) groups.set(groupKey(by, {}), begin(null));
  for (const row of rows) {
    const key = groupKey(by, row);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, group = begin(row));
    for (const [, term] of group.terms) term.add(row);
  }
  return [...groups.values()].sort((a, b) => compareGroups(by, a, b)).map((group) => writeGroup(by, group));
}

/**
 * One aggregate of rows.
 *
 * @returns What the operation gives: `sum` of nothing is 0; `avg`, `min` and `max` of nothing are null.
 * @throws {ValidationError} As {@linkcode groupRows}.
 */
export function aggregateRows(table: Table, term: Omit<AggregateTerm, "as">, rows: Iterable<Row>): unknown {
  const aggregate = accumulator(table, term);
  for (const row of rows) aggregate.add(row);
  return aggregate.result();
}

function accumulator(table: Table, { operation, column: name }: Omit<AggregateTerm, "as">): Accumulator {
  if (name === undefined) {
    return operation === "count" ? counter(null) : refuse(table, operation, "it needs a column");
  }
  const column = table.column(name);
  switch (operation) {
    case "count":
      return counter(column);
    case "countDistinct":
      return column.ordered ? distinctCounter(column) : unordered(table, operation, column);
    case "sum":
    case "avg": {
      if (!["integer", "bigint", "real"].includes(column.kind)) {
        return refuse(table, operation, `\`${column.name}\` is ${column.type}, which has no sum`);
      }
      const sum = new Sum(column);
      return {
        add: (row) => sum.add(row[column.name]),
        result: () => operation === "sum" ? sum.total() : sum.mean(),
      };
    }
    case "min":
    case "max":
      if (!column.ordered) return unordered(table, operation, column);
      return extreme(column, operation === "min" ? -1 : 1);
  }
}

function counter(column: Column | null): Accumulator {
  let count = 0;
  return {
    add: (row) => {
      if (column === null || (row[column.name] ?? null) !== null) count++;
    },
    result: () => count,
  };
}

function distinctCounter({ name, kind }: Column): Accumulator {
  const keys = new Set<Key>();
  return {
    add: (row) => {
      const value = row[name] ?? null;
      if (value !== null) keys.add(keyOf(kind, value));
    },
    result: () => keys.size,
  };
}

function extreme({ name, kind }: Column, direction: -1 | 1): Accumulator {
  let best: unknown = null;
  return {
    add: (row) => {
      const value = row[name] ?? null;
      if (value !== null && (best === null || compareValues(kind, value, best) * direction > 0)) best = value;
    },
    result: () => copyValue(kind, best),
  };
}

function groupKey(by: readonly Column[], row: Row): Key {
  return joinKeys(by.map(({ name, kind }) => (row[name] ?? null) === null ? null : keyOf(kind, row[name])));
}

function compareGroups(by: readonly Column[], a: Group, b: Group): number {
  for (const { name, kind } of by) {
    const result = compareValues(kind, a.first?.[name], b.first?.[name]);
    if (result !== 0) return result;
  }
  return 0;
}

function writeGroup(by: readonly Column[], { first, terms }: Group): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const { name, kind } of by) result[name] = copyValue(kind, first?.[name] ?? null);
  for (const [as, term] of terms) result[as] = term.result();
  return result;
}

function unordered(table: Table, operation: string, column: Column): never {
  return refuse(table, operation, `\`${column.name}\` is ${column.type}, which has no order`);
}

function refuse(table: Table, operation: string, reason: string): never {
  throw new ValidationError(`Cannot compute ${operation} over \`${table.name}\`: ${reason}`, {
    code: "INVALID_AGGREGATE",
    table: table.name,
  });
}
