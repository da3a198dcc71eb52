import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import { Placeholder } from "./placeholder.ts";
import { BoundPlaceholder } from "./operand.ts";
import { ByValue } from "./by_value.ts";
import { readOrder, type Refuse } from "./order.ts";
import { type Call, keepPlan, keyOrder, type SelectPlan } from "./plans.ts";
import { readWhere } from "./where_reader.ts";

/** Options of a search that have been read and checked. */
export type ReadFind = Call<SelectPlan>;

/**
 * Reads the options of a search.
 *
 * @param strict As in `readWhere`.
 * @throws {ValidationError} On an unknown option, column or direction, or a limit or offset that is no count.
 */
export function readFind(table: Table, options: unknown, strict: boolean): ReadFind {
  const value = ByValue.ofOptions(table, options);
  return value === null
    ? readOptions(table, options, strict, false)
    : { plan: value.all, params: value.params((options as { where: object }).where) };
}

/**
 * Reads the options of a search for one row.
 *
 * @throws {ValidationError} As {@linkcode readFind}, and when a limit is given.
 */
export function readFindOne(table: Table, options: unknown, strict: boolean): ReadFind {
  const value = ByValue.ofOptions(table, options);
  return value === null
    ? readOptions(table, options, strict, true)
    : { plan: value.one, params: value.params((options as { where: object }).where) };
}

function readOptions(table: Table, options: unknown, strict: boolean, one: boolean): ReadFind {
  let where: unknown, orderBy: unknown, limit: unknown, offset: unknown, select: unknown;
  if (options !== undefined) {
    if (typeof options !== "object" || options === null || !isPlain(options)) {
      return refuseSearch(table, `the options are a plain object, not ${describeValue(options)}`);
    }
    const given = options as Record<string, unknown>;
    for (const key of Object.keys(given)) {
      if (key === "where") where = given[key];
      else if (key === "orderBy") orderBy = given[key];
      else if (key === "limit") limit = given[key];
      else if (key === "offset") offset = given[key];
      else if (key === "select") select = given[key];
      else if (given[key] !== undefined || (key !== "with" && key !== "aggregates")) {
        const name = JSON.stringify(key.slice(0, 40));
        return refuseSearch(table, `${name} is none of where, orderBy, limit, offset, select`);
      }
    }
  }
  const params: unknown[] = [];
  const read = where === undefined ? null : readWhere(table, where, strict, params);
  const order = orderBy === undefined ? keyOrder(table) : readOrder(table, orderBy, params, refuseSearch);
  const columns = select === undefined ? undefined : readSelect(table, select);
  if (limit !== undefined) {
    if (one) return refuseSearch(table, "a search for one row takes no `limit`");
    checkCount(table, "limit", limit);
  }
  let slot: number | undefined;
  if (offset !== undefined && offset !== 0) {
    slot = params.push(readOffset(table, offset)) - 1;
  }
  const plan = keepPlan<SelectPlan>(table, {
    kind: "select",
    where: read === null ? null : read.predicate,
    orderBy: order,
    limit: one ? 1 : limit as number | undefined,
    offset: slot,
    select: columns,
  });
  return { plan, params };
}

/**
 * Checks a list of columns to return.
 *
 * @throws {ValidationError} When it is empty, or names an unknown column or one column twice.
 */
export function readSelect(table: Table, select: unknown): readonly string[] {
  if (!Array.isArray(select) || select.length === 0) {
    return refuseSearch(table, "`select` is a list of at least one column");
  }
  const names = new Set<string>();
  for (let i = 0; i < select.length; i++) names.add(table.column(select[i]).name);
  if (names.size !== select.length) return refuseSearch(table, "`select` names a column twice");
  return [...names];
}

/**
 * Checks a number of rows.
 *
 * @param refuse Throws the error, which says what was attempted.
 * @throws {ValidationError} When it is no integer from 0.
 */
export function checkCount(
  table: Table,
  what: string,
  count: unknown,
  refuse: Refuse = refuseSearch,
): asserts count is number {
  if (!Number.isSafeInteger(count) || (count as number) < 0) {
    refuse(table, `\`${what}\` is a whole number from 0, not ${describeValue(count)}`);
  }
}

function readOffset(table: Table, offset: unknown): unknown {
  const check = (value: unknown): number => {
    checkCount(table, "offset", value);
    return value;
  };
  return offset instanceof Placeholder
    ? new BoundPlaceholder(Placeholder.place(offset), check)
    : check(offset);
}

/** Throws the error for options of a search that make no sense. */
export function refuseSearch(table: Table, reason: string): never {
  throw new ValidationError(`Cannot search \`${table.name}\`: ${reason}`, {
    code: "INVALID_OPTIONS",
    table: table.name,
  });
}
