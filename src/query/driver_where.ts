import type {
  DriverWhere,
  JSONPath,
  Predicate,
  PredicateTarget,
  QueryOptions,
  QueryPlan,
} from "../contract/mod.ts";

import { ComputedCondition } from "./computed_condition.ts";
import { isColumnOrder } from "./order.ts";

/** How drivers are told to compare. */
export const COMPARE = { ">": "$gt", ">=": "$gte", "<": "$lt", "<=": "$lte" } as const;

/**
 * Writes a predicate with its values in the form drivers are given.
 *
 * @param encode Turns a column's value into what the driver stores, when it does not store it natively.
 */
export function toDriverWhere(
  predicate: Predicate | null,
  params: readonly unknown[],
  encode: (column: string, value: unknown) => unknown = (_, value) => value,
): DriverWhere {
  if (predicate === null) return {};
  const key = (target: PredicateTarget): string =>
    target.path === null ? target.column : [target.column, ...(params[target.path] as JSONPath)].join(".");
  const value = (target: PredicateTarget, slot: number): unknown =>
    target.path === null ? encode(target.column, params[slot]) : params[slot];
  const pair = (column: string, item: unknown): DriverWhere => {
    const operand = encode(column, item);
    return { [column]: isScalar(operand) ? operand : { $eq: operand } };
  };
  const write = (each: Predicate): DriverWhere => {
    if (!isWritable(each, params)) return { $test: new ComputedCondition(each, params) };
    switch (each.kind) {
      case "and":
        return { $and: each.items.map(write) };
      case "or":
        return { $or: each.items.map(write) };
      case "not":
        return negated(each.item) ?? { $not: write(each.item) };
      case "null":
        return { [key(each)]: { $eq: null } };
      case "equal": {
        const operand = value(each, each.slot);
        return { [key(each)]: each.path === null && isScalar(operand) ? operand : { $eq: operand } };
      }
      case "compare":
        return { [key(each)]: { [COMPARE[each.operator]]: value(each, each.slot) } };
      case "between":
        return { [key(each)]: { $between: [value(each, each.low), value(each, each.high)] } };
      case "text":
        return { [key(each)]: { [`$${each.operator}`]: params[each.slot] } };
      case "in":
        return { [key(each)]: { $in: list(each) } };
      case "tuples": {
        const { columns, slot } = each;
        const tuples = params[slot] as readonly (readonly unknown[])[];
        return { $or: tuples.map((tuple) => ({ $and: columns.map((column, i) => pair(column, tuple[i])) })) };
      }
      case "has":
        return { [key(each)]: { $has: params[each.slot] } };
      case "related":
      case "test":
        return { $test: new ComputedCondition(each, params) };
    }
  };
  const list = (each: PredicateTarget & { slot: number; withNull: boolean }): unknown[] => {
    const values = (params[each.slot] as unknown[]).map((item) =>
      each.path === null ? encode(each.column, item) : item
    );
    return each.withNull ? [...values, null] : values;
  };
  const negated = (each: Predicate): DriverWhere | null =>
    !isWritable(each, params)
      ? null
      : each.kind === "null"
      ? { [key(each)]: { $ne: null } }
      : each.kind === "equal"
      ? { [key(each)]: { $ne: value(each, each.slot) } }
      : each.kind === "in"
      ? { [key(each)]: { $notIn: list(each) } }
      : null;
  return write(predicate);
}

/** A search with its values, in the form of the sixteen methods. What is computed for its order has no form there. */
export function toQueryOptions(plan: QueryPlan, params: readonly unknown[]): QueryOptions {
  const { where, orderBy, limit, offset, select } = plan;
  return {
    ...(where === null ? null : { where: toDriverWhere(where, params) }),
    ...(orderBy === undefined || !isColumnOrder(orderBy) ? null : { orderBy }),
    ...(limit === undefined ? null : { limit }),
    ...(offset === undefined ? null : { offset: params[offset] as number }),
    ...(select === undefined ? null : { select }),
  };
}

/**
 * Whether the path of a condition can be written as text: a name that has a dot, or is a whole number, would be read as something
 * else.
 */
export function isWritable(predicate: Predicate, params: readonly unknown[]): boolean {
  if (!("path" in predicate) || predicate.path === null) return true;
  // Of a plan without its values nothing is known, and it is given to a driver as it is.
  const path = params[predicate.path] as JSONPath | undefined;
  return path === undefined || path.every((step) => typeof step === "number" || !/\.|^\d+$/.test(step));
}

function isScalar(value: unknown): boolean {
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
