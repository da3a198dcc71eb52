import type { AggregateTerm, ExpressionPlan, GroupKey, GroupPlan } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { noValueToRead } from "../errors/violations.ts";
import { computedColumn } from "../query/expression.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import { compareValues } from "./compare.ts";
import { compilePredicate } from "./evaluate.ts";
import { compileExpression, type RowValue } from "./evaluate_expression.ts";
import { joinKeys, type Key, keyOf } from "./keys.ts";
import { copyValue, type Row } from "./row.ts";
import { Sum } from "./sum.ts";

/** Takes rows one by one and tells an aggregate of them. */
interface Accumulator {
  add(row: Row): void;
  result(): unknown;
}

/** What is aggregated or grouped by: what kind of values it has, and how one is read of a row. */
interface Source {
  readonly column: Column;
  readonly read: RowValue;
}

/** The aggregates of one group. */
interface Group {
  readonly values: readonly unknown[];
  readonly terms: readonly (readonly [as: string, accumulator: Accumulator])[];
}

const NO_VALUES: readonly unknown[] = [];

/**
 * Aggregates rows by group.
 *
 * @param plan What makes a group and what is computed; `where` must have been applied to the rows.
 * @returns A row for each group, with what makes it and the terms, in the order of what makes it. Without `by`, one row.
 * @throws {ValidationError} On an unknown column, an aggregate the column does not have, or a sum its type cannot hold.
 */
export function groupRows(
  table: Table,
  plan: Pick<GroupPlan, "by" | "terms"> & Partial<Pick<GroupPlan, "params">>,
  rows: Iterable<Row>,
): Record<string, unknown>[] {
  const { params = NO_VALUES } = plan;
  const by = plan.by.map((key) => keySource(table, key, params));
  if (plan.terms.some(({ as }) => as === "__proto__")) {
    return refuse(table, "an aggregate called `__proto__`", "it would change the prototype of rows");
  }
  const terms = plan.terms.map((term) => [term.as, aggregateOf(table, term, params)] as const);
  const begin = (values: readonly unknown[]): Group => ({
    values,
    terms: terms.map(([as, make]) => [as, make()] as const),
  });
  const groups = new Map<Key, Group>();
  if (by.length === 0) groups.set(joinKeys([]), begin([]));
  for (const row of rows) {
    const values = by.map(({ read }) => read(row));
    const key = joinKeys(
      by.map(({ column }, i) => values[i] === null ? null : keyOf(column.kind, values[i])),
    );
    let group = groups.get(key);
    if (group === undefined) groups.set(key, group = begin(values));
    for (const [, term] of group.terms) term.add(row);
  }
  const names = plan.by.map((key) => typeof key === "string" ? table.column(key).name : key.as);
  return [...groups.values()]
    .sort((a, b) => compareGroups(by, a, b))
    .map((group) => writeGroup(by, names, group));
}

/**
 * One aggregate of rows.
 *
 * @returns What the operation gives: `sum` of nothing is 0; `avg`, `min` and `max` of nothing are null.
 * @throws {ValidationError} As {@linkcode groupRows}.
 */
export function aggregateRows(table: Table, term: Omit<AggregateTerm, "as">, rows: Iterable<Row>): unknown {
  const aggregate = aggregateOf(table, { as: "value", ...term }, NO_VALUES)();
  for (const row of rows) aggregate.add(row);
  return aggregate.result();
}

function keySource(table: Table, key: GroupKey, params: readonly unknown[]): Source {
  return typeof key === "string" ? columnSource(table, key) : computed(table, key.as, key.expression, params);
}

function columnSource(table: Table, given: string): Source {
  const column = table.column(given);
  const { name } = column;
  return { column, read: (row) => row[name] ?? null };
}

function computed(table: Table, as: string, plan: ExpressionPlan, params: readonly unknown[]): Source {
  const read = compileExpression(table, plan, params, () => {
    throw noValueToRead({ table: table.name }, "aggregate");
  });
  return { column: computedColumn(table, plan.type, as), read };
}

/** What makes the aggregate anew for each group. */
function aggregateOf(table: Table, term: AggregateTerm, params: readonly unknown[]): () => Accumulator {
  const { as, operation, column, expression, where } = term;
  const source = expression !== undefined
    ? computed(table, as, expression, params)
    : column !== undefined
    ? columnSource(table, column)
    : null;
  const make = (): Accumulator => accumulator(table, operation, source);
  // What does not fit is refused without a row, too.
  make();
  if (where === undefined) return make;
  const test = compilePredicate(table, where, params);
  return () => {
    const all = make();
    return {
      add: (row) => {
        if (test(row)) all.add(row);
      },
      result: () => all.result(),
    };
  };
}

function accumulator(
  table: Table,
  operation: AggregateTerm["operation"],
  source: Source | null,
): Accumulator {
  if (source === null) {
    return operation === "count" ? counter(null) : refuse(table, operation, "it needs a column");
  }
  const { column, read } = source;
  switch (operation) {
    case "count":
      return counter(read);
    case "countDistinct":
      return column.ordered ? distinctCounter(source) : unordered(table, operation, column);
    case "sum":
    case "avg": {
      if (!["integer", "bigint", "real"].includes(column.kind)) {
        return refuse(table, operation, `\`${column.name}\` is ${column.type}, which has no sum`);
      }
      const sum = new Sum(column);
      return {
        add: (row) => sum.add(read(row)),
        result: () => operation === "sum" ? sum.total() : sum.mean(),
      };
    }
    case "min":
    case "max":
      if (!column.ordered) return unordered(table, operation, column);
      return extreme(source, operation === "min" ? -1 : 1);
  }
}

function counter(read: RowValue | null): Accumulator {
  let count = 0;
  return {
    add: (row) => {
      if (read === null || read(row) !== null) count++;
    },
    result: () => count,
  };
}

function distinctCounter({ column: { kind }, read }: Source): Accumulator {
  const keys = new Set<Key>();
  return {
    add: (row) => {
      const value = read(row);
      if (value !== null) keys.add(keyOf(kind, value));
    },
    result: () => keys.size,
  };
}

function extreme({ column: { kind }, read }: Source, direction: -1 | 1): Accumulator {
  let best: unknown = null;
  return {
    add: (row) => {
      const value = read(row);
      if (value !== null && (best === null || compareValues(kind, value, best) * direction > 0)) best = value;
    },
    result: () => copyValue(kind, best),
  };
}

function compareGroups(by: readonly Source[], a: Group, b: Group): number {
  for (let i = 0; i < by.length; i++) {
    const result = compareValues((by[i] as Source).column.kind, a.values[i], b.values[i]);
    if (result !== 0) return result;
  }
  return 0;
}

function writeGroup(
  by: readonly Source[],
  names: readonly string[],
  { values, terms }: Group,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  by.forEach(({ column }, i) => {
    result[names[i] as string] = copyValue(column.kind, values[i]);
  });
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
