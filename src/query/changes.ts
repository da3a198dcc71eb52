import type { SetTerm } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";
import { Expression } from "./expression.ts";
import { readExpression } from "./expression_reader.ts";
import { type Call, type CountPlan, type DeletePlan, keepPlan, type UpdatePlan } from "./plans.ts";
import { type ReadWhere, sinkOf } from "./where_reader.ts";

const NOTHING: readonly unknown[] = Object.freeze([]);

/** The count of the rows that match; null means all of them. */
export function countOf(table: Table, where: ReadWhere | null): Call<CountPlan> {
  if (where === null) return { plan: keepPlan<CountPlan>(table, { kind: "count", where }), params: NOTHING };
  const { predicate, params, value } = where;
  return { plan: value?.count ?? keepPlan<CountPlan>(table, { kind: "count", where: predicate }), params };
}

/** The removal of the rows that match; null means all of them. */
export function deleteOf(table: Table, where: ReadWhere | null): Call<DeletePlan> {
  if (where === null) {
    return { plan: keepPlan<DeletePlan>(table, { kind: "delete", where }), params: NOTHING };
  }
  const { predicate, params, value } = where;
  return { plan: value?.delete ?? keepPlan<DeletePlan>(table, { kind: "delete", where: predicate }), params };
}

/** New values for the rows that match; null means all of them. */
export function updateOf(
  table: Table,
  values: Readonly<Record<string, unknown>>,
  where: ReadWhere | null,
): Call<UpdatePlan> {
  const columns = Object.keys(values);
  if (columns.some((name) => Expression.is(values[name]))) return computedUpdate(table, values, where);
  const given = where === null ? NOTHING : where.params;
  const params = given.concat(Object.values(values));
  const plan = columns.length === 1 ? where?.value?.update(columns[0] as string) : undefined;
  if (plan !== undefined) return { plan, params };
  const predicate = where === null ? null : where.predicate;
  const set = columns.map((column, i) => ({ column, slot: given.length + i }));
  return { plan: keepPlan<UpdatePlan>(table, { kind: "update", where: predicate, set }), params };
}

function computedUpdate(
  table: Table,
  values: Readonly<Record<string, unknown>>,
  where: ReadWhere | null,
): Call<UpdatePlan> {
  const params = where === null ? [] : [...where.params];
  const sink = sinkOf(table, params);
  const set = Object.keys(values).map((column): SetTerm => {
    const value = values[column];
    return Expression.is(value)
      ? { column, expression: readExpression(table, value, sink) }
      : { column, slot: sink.push(value) };
  });
  const predicate = where === null ? null : where.predicate;
  return { plan: keepPlan<UpdatePlan>(table, { kind: "update", where: predicate, set }), params };
}
