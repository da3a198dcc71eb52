import { chain, isPromise, type Maybe, promised } from "../chain/chain.ts";
import type { Predicate, ScalarType } from "../contract/mod.ts";
import { withCallers } from "../errors/caller_frames.ts";
import { ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { loadRows } from "./finding.ts";
import { DeferredList, ListSlot } from "../query/deferred_list.ts";
import { checkCount, type ReadFind } from "../query/find_options.ts";
import { changePlan } from "../query/plans.ts";
import { BoundPlaceholder } from "../query/operand.ts";
import { readSignal } from "../query/signal_option.ts";
import { Placeholder, placeholders, unplaced } from "../query/placeholder.ts";
import { type Level, type ReadLoad, readSearch } from "../relations/levels.ts";
import type { RelatedOrder } from "../relations/related_order.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import type { ReadOptions } from "../types/find.ts";
import type { Mode, Result } from "../types/mode.ts";

/** A query that was read once, to be run with different parameters. */
export interface Prepared<T, P extends object, M extends Mode> {
  /** All rows found. */
  findAll(params: P, options?: ReadOptions): Result<M, T[]>;
  /** The first row found, or null. */
  findOne(params: P, options?: ReadOptions): Result<M, T | null>;
}

/**
 * Reads a query whose values are parameters.
 *
 * @throws {ValidationError} When the options are not those of `findAll`, or a parameter stands where none can.
 */
export function prepare<T, P extends object, M extends Mode>(
  entry: TableEntry,
  build: (params: P) => unknown,
): Prepared<T, P, M> {
  const { table } = entry;
  const { load: { find: all, levels, trim, order }, limit } = read(
    entry,
    build as (params: object) => unknown,
  );
  const one: ReadFind = {
    plan: changePlan(table, all.plan, { limit: Math.min(1, all.plan.limit ?? 1) }),
    params: all.params,
  };
  const run = (find: ReadFind, values: P, signal: AbortSignal | undefined): Maybe<Row[]> => {
    if (levels.length === 0 && order === undefined) return entry.execute(find.plan, find.params, signal);
    const load = {
      find,
      levels: levels.map((level) => bindLevel(level, values)),
      trim,
      order: order === undefined ? undefined : bindOrder(table, order, values),
    };
    return loadRows(entry, load, Infinity, signal);
  };
  const select = (find: ReadFind, values: P, options: unknown): Maybe<Row[]> => {
    const signal = readSignal(table, options);
    const bound = bindFind(table, find, values);
    if (limit === null) return run(bound, values, signal);
    // A limit is a part of the plan: stores find rows in another way for few of them than for many.
    const count = given(table, limit, values);
    checkCount(table, "limit", count);
    const { plan, params } = bound;
    return run(
      { plan: changePlan(table, plan, { limit: Math.min(count, plan.limit ?? count) }), params },
      values,
      signal,
    );
  };
  const answer = entry.connection.mode === "sync"
    ? select
    : (find: ReadFind, params: P, options: unknown) =>
      withCallers(promised(() => select(find, params, options)));
  return {
    findAll: (params, options) => answer(all, params, options) as Result<M, T[]>,
    findOne: (params, options) =>
      chain(answer(one, params, options), (rows) => rows[0] ?? null) as Result<M, T | null>,
  };
}

/** A query that is being read: its parameters are not those of another. */
let reading = false;

/** Reads the options of a query, and the parameter that its limit is. */
function read(
  entry: TableEntry,
  build: (params: object) => unknown,
): { readonly load: ReadLoad; readonly limit: string | null } {
  const { table } = entry;
  if (reading) {
    return refuse(
      table,
      "INVALID_OPTIONS",
      "it is prepared inside the function of another one, which is not run again with new parameters; prepare it before, and run both",
    );
  }
  reading = true;
  unplaced.clear();
  try {
    const options = built(table, build);
    const limit = isPlain(options) && Object.hasOwn(options, "limit")
      ? (options as { readonly limit: unknown }).limit
      : undefined;
    const given = limit instanceof Placeholder ? { ...options, limit: undefined } : options;
    const name = limit instanceof Placeholder ? Placeholder.place(limit) : null;
    const load = readSearch(entry, given, false);
    for (const placeholder of unplaced) refuseWork(table, Placeholder.place(placeholder));
    return { load, limit: name };
  } finally {
    reading = false;
    unplaced.clear();
  }
}

function built(table: Table, build: (params: object) => unknown): object {
  const options = typeof build !== "function" ? build : build(
    placeholders((name) => refuseWork(table, name)),
  );
  if (typeof build === "function" && typeof options === "object" && options !== null && !isPromise(options)) {
    return options;
  }
  return refuse(
    table,
    "INVALID_OPTIONS",
    "it needs a function such as (given) => ({ where: { id: given.id } })",
  );
}

function refuseWork(table: Table, name: string | undefined): never {
  return refuse(
    table,
    "INVALID_PARAMETER",
    name === undefined
      ? "its parameters have to be named one by one"
      : `the value of parameter \`${name}\` is known only when it runs, so nothing can be made of it or decided by it here; give what ` +
        "you make of it as a parameter, and prepare a query for each case",
  );
}

/** The same for an order by related rows. */
function bindOrder(table: Table, order: RelatedOrder, values: object): RelatedOrder {
  const { params } = bindWhere(table, { predicate: null, params: order.params }, values);
  return { ...order, params, levels: order.levels.map((level) => bindLevel(level, values)) };
}

/** The same for what comes with the rows. */
function bindLevel(level: Level, values: object): Level {
  const { table } = level.relation.target;
  if (level.kind === "numbers") {
    if (level.where === null) return level;
    const { predicate, params } = bindWhere(table, level.where, values);
    return { ...level, where: { predicate, params, value: null } };
  }
  if (level.find.params.length === 0 && level.levels.length === 0) return level;
  const levels = level.levels.map((each) => bindLevel(each, values));
  return { ...level, find: bindFind(table, level.find, values), levels };
}

/** Puts the values given in the places of the parameters. */
export function bindFind(table: Table, { plan, params: slots }: ReadFind, values: object): ReadFind {
  const { predicate, params } = bindWhere(table, { predicate: plan.where, params: slots }, values);
  return { plan: predicate === plan.where ? plan : changePlan(table, plan, { where: predicate }), params };
}

function bindWhere(
  table: Table,
  { predicate, params: slots }: Pick<ReadWhere, "predicate"> & { readonly params: readonly unknown[] },
  values: object,
): { readonly predicate: Predicate | null; readonly params: unknown[] } {
  const params = new Array<unknown>(slots.length);
  let decided = "";
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i];
    if (slot instanceof BoundPlaceholder) {
      const value = given(table, slot.name, values);
      params[i] = slot.accept(value);
      if (slot.decides === "value") decided += params[i] === null ? `,${i}0` : "";
      else if (slot.decides === "place") {
        decided += `,${i}${params[i] === null ? "0" : (typeof params[i])[0]}`;
      } else if (slot.decides === "list" && (value as unknown[]).includes(null)) decided += `,${i}N`;
    } else {
      params[i] = slot instanceof ListSlot
        ? new ListSlot(DeferredList.bound(slot.list, values), slot.accept)
        : slot;
    }
  }
  if (decided === "" || predicate === null) return { predicate, params };
  const hasNull = (slot: number): boolean => decided.includes(`,${slot}N`);
  return { predicate: decide(table, predicate, params, hasNull), params };
}

/** The predicate for the values of a run, where they decide about more than the values. */
function decide(
  table: Table,
  predicate: Predicate,
  bound: readonly unknown[],
  hasNull: (slot: number) => boolean,
): Predicate {
  const type = (slot: number): ScalarType => typeof bound[slot] as ScalarType;
  switch (predicate.kind) {
    case "in":
      return hasNull(predicate.slot) ? { ...predicate, withNull: true } : predicate;
    case "equal": {
      const { column, path, slot, wholeSteps } = predicate;
      if (bound[slot] === null) return { kind: "null", column, path, wholeSteps };
      return path === null ? predicate : { ...predicate, type: type(slot) };
    }
    case "compare":
      return predicate.path === null ? predicate : { ...predicate, type: type(predicate.slot) };
    case "between":
      if (predicate.path === null) return predicate;
      if (type(predicate.low) !== type(predicate.high)) {
        return refuse(
          table,
          "INVALID_WHERE",
          `\`$between\` on a place in \`${predicate.column}\` needs two values of one type`,
        );
      }
      return { ...predicate, type: type(predicate.low) };
    case "not":
      return { ...predicate, item: decide(table, predicate.item, bound, hasNull) };
    case "related":
      return predicate.where === null
        ? predicate
        : { ...predicate, where: decide(table, predicate.where, bound, hasNull) };
    case "and":
    case "or":
      return { ...predicate, items: predicate.items.map((item) => decide(table, item, bound, hasNull)) };
    default:
      return predicate;
  }
}

function given(table: Table, name: string, params: object): unknown {
  const value = typeof params === "object" && params !== null && Object.hasOwn(params, name)
    ? (params as Record<string, unknown>)[name]
    : undefined;
  return value === undefined
    ? refuse(table, "MISSING_PARAMETER", `parameter \`${name}\` is not given`)
    : value;
}

function refuse(table: Table, code: string, reason: string): never {
  const what = code === "MISSING_PARAMETER" || code === "INVALID_WHERE"
    ? "run a prepared query on"
    : "prepare a query on";
  throw new ValidationError(`Cannot ${what} \`${table.name}\`: ${reason}`, { code, table: table.name });
}
