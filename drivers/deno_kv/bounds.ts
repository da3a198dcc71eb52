import type { Predicate, PredicateTarget } from "../../src/contract/mod.ts";
import { compareValues } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import type { Table } from "../../src/schema/table.ts";
import { textAfter } from "./key.ts";

/** One end of the values of a column. */
export interface Bound {
  /** The value. */
  readonly value: unknown;
  /** Whether the value itself is among them. */
  readonly inclusive: boolean;
}

/** What the conditions of a search say of one column by itself. */
export interface ColumnBounds {
  /** The only values, null possibly among them. */
  values: readonly unknown[] | null;
  /** No value is less; null is none. */
  low: Bound | null;
  /** No value is greater; null is none. */
  high: Bound | null;
  /** Null is excluded. */
  notNull: boolean;
  /** The conditions that are said by this alone. */
  readonly said: Set<Predicate>;
}

/** Reads what conditions that must all hold say of each column. */
export function readBounds(
  table: Table,
  conjuncts: readonly Predicate[],
  params: readonly unknown[],
): Map<string, ColumnBounds> {
  const all = new Map<string, ColumnBounds>();
  for (const each of conjuncts) {
    const predicate = each.kind === "not" ? each.item : each;
    if (!("path" in predicate) || predicate.path !== null) continue;
    const column = table.column(predicate.column);
    if (!column.ordered) continue;
    let bounds = all.get(column.name);
    if (bounds === undefined) {
      all.set(column.name, bounds = { values: null, low: null, high: null, notNull: false, said: new Set() });
    }
    if (each.kind === "not") {
      if (!isNull(predicate, params)) continue;
      bounds.notNull = true;
      bounds.said.add(each);
    } else if (narrow(bounds, column, predicate, params)) bounds.said.add(each);
  }
  return all;
}

/** Takes a condition into account. @returns Whether the bounds now say all of it. */
function narrow(
  bounds: ColumnBounds,
  column: Column,
  predicate: Extract<Predicate, PredicateTarget>,
  params: readonly unknown[],
): boolean {
  switch (predicate.kind) {
    case "null":
      return restrict(bounds, column, [null]);
    case "equal":
      return restrict(bounds, column, [params[predicate.slot] ?? null]);
    case "in": {
      const list = params[predicate.slot] as readonly unknown[];
      return restrict(bounds, column, predicate.withNull ? [null, ...list] : list);
    }
    case "compare": {
      const inclusive = predicate.operator.length === 2;
      const bound = { value: params[predicate.slot], inclusive };
      if (predicate.operator.startsWith(">")) raise(bounds, column, bound);
      else lower(bounds, column, bound);
      return true;
    }
    case "between":
      raise(bounds, column, { value: params[predicate.low], inclusive: true });
      lower(bounds, column, { value: params[predicate.high], inclusive: true });
      return true;
    case "text": {
      if (predicate.operator !== "startsWith") return false;
      const prefix = params[predicate.slot] as string;
      raise(bounds, column, { value: prefix, inclusive: true });
      const end = textAfter(prefix);
      if (end !== null) lower(bounds, column, { value: end, inclusive: false });
      return true;
    }
    case "has":
      return false;
  }
}

function restrict(bounds: ColumnBounds, { kind }: Column, values: readonly unknown[]): boolean {
  const sorted = [...values].sort((a, b) => compareValues(kind, a, b));
  const distinct = sorted.filter((value, i) => i === 0 || compareValues(kind, value, sorted[i - 1]) !== 0);
  const { values: before } = bounds;
  if (before === null) {
    bounds.values = distinct;
  } else {
    let at = 0;
    bounds.values = distinct.filter((value) => {
      while (at < before.length && compareValues(kind, before[at], value) < 0) at++;
      return at < before.length && compareValues(kind, before[at], value) === 0;
    });
  }
  return true;
}

function raise(bounds: ColumnBounds, { kind }: Column, bound: Bound): void {
  const order = bounds.low === null ? 1 : compareValues(kind, bound.value, bounds.low.value);
  if (order > 0 || (order === 0 && !bound.inclusive)) bounds.low = bound;
  bounds.notNull = true;
}

function lower(bounds: ColumnBounds, { kind }: Column, bound: Bound): void {
  const order = bounds.high === null ? -1 : compareValues(kind, bound.value, bounds.high.value);
  if (order < 0 || (order === 0 && !bound.inclusive)) bounds.high = bound;
  bounds.notNull = true;
}

function isNull(predicate: Predicate, params: readonly unknown[]): boolean {
  return predicate.kind === "null" ||
    (predicate.kind === "equal" && (params[predicate.slot] ?? null) === null);
}
