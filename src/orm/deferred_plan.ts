import { resolveWhere } from "../relations/related_rows.ts";
import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { Predicate, QueryPlan } from "../contract/mod.ts";
import { DeferredList, defersList, ListSlot, withLists } from "../query/deferred_list.ts";
import { keepPlan, type KindOfPlan } from "../query/plans.ts";
import { looksAtRelated } from "../query/related.ts";
import type { AnyPrepared } from "../store/any_driver.ts";
import { answersRelated, ensureRelated, joinLists, relatedPlan, storedRelated } from "./related_plan.ts";
import type { TableEntry } from "./table_entry.ts";

/** A condition whose lists are found, and the values of its slots. */
export interface FoundWhere {
  /** The condition. */
  readonly where: Predicate | null;
  /** The values. */
  readonly params: readonly unknown[];
}

/**
 * Finds the lists of a condition, one after another, as a part of an operation on a table.
 *
 * @param at The entry of that table.
 */
function findLists(
  at: object,
  where: Predicate | null,
  params: readonly unknown[],
): Maybe<FoundWhere> {
  const nulls = new Set<number>();
  const values = chainAll(params, (given, slot): Maybe<unknown> => {
    if (!(given instanceof ListSlot)) return given;
    return chain(DeferredList.find(given.list, at), (found) => {
      const list: unknown[] = [];
      for (const value of found) {
        if (value === null) nulls.add(slot);
        else list.push(given.accept(value));
      }
      return list;
    });
  });
  return chain(values, (found) => ({
    where: where === null ? null : withLists(where, (slot) => nulls.has(slot)),
    params: found,
  }));
}

/** Whether other rows have to be read before a condition can be asked of the driver. */
export function isDeferredWhere(entry: TableEntry, where: Predicate | null): boolean {
  return defersList(where) || (looksAtRelated(where) && !answersRelated(entry, where));
}

/**
 * What runs a plan.
 *
 * @param again Prepares the plan once more, without what was found for its condition.
 * @param ask Prepares it by the driver.
 */
export function preparePlan(
  entry: TableEntry,
  plan: KindOfPlan,
  again: (plan: KindOfPlan) => AnyPrepared,
  ask: (plan: QueryPlan) => AnyPrepared,
): AnyPrepared {
  return isDeferredWhere(entry, plan.where) ? deferPlan(entry, plan, again) : relatedPlan(entry, plan, ask);
}

/** A plan whose condition is found first, each time. */
function deferPlan(
  entry: TableEntry,
  plan: KindOfPlan,
  ready: (plan: KindOfPlan) => AnyPrepared,
): AnyPrepared {
  const run = <T>(
    params: readonly unknown[],
    work: (run: AnyPrepared, params: readonly unknown[]) => Maybe<T>,
  ) =>
    chain(
      findWhere(entry, plan.where, params),
      ({ where, params }) => work(ready(keepPlan<KindOfPlan>(entry.table, { ...plan, where })), params),
    );
  return {
    all: (params) => run(params, (prepared, found) => prepared.all(found)),
    number: (params) => run(params, (prepared, found) => prepared.number(found)),
  };
}

/** A condition as the driver is asked it: without what other rows have to be read for first. */
export function foundWhere(
  entry: TableEntry,
  where: Predicate | null,
  params: readonly unknown[],
): Maybe<FoundWhere> {
  return chain(
    findWhere(entry, where, params),
    (found) =>
      looksAtRelated(found.where)
        ? chain(ensureRelated(entry, found.where), () => ({
          where: storedRelated(entry, found.where as Predicate),
          params: found.params,
        }))
        : found,
  );
}

/**
 * A condition without the lists that are to be found, and without rows of other tables unless the driver looks at them: then what is
 * picked from them is a condition on them too.
 */
function findWhere(
  entry: TableEntry,
  where: Predicate | null,
  params: readonly unknown[],
): Maybe<FoundWhere> {
  const found = !answersRelated(entry, where)
    ? resolveWhere(entry, where, params)
    : where !== null && defersList(where)
    ? joinLists(entry, where, params)
    : { where, params };
  return chain(found, (each) => defersList(each.where) ? findLists(entry, each.where, each.params) : each);
}
