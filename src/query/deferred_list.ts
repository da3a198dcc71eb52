import type { Maybe } from "../chain/chain.ts";
import type { Predicate } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import { BoundPlaceholder } from "./operand.ts";
import { somePart } from "./some_part.ts";

/** The search whose values are a list. */
export interface ListSearch {
  /** The column picked. */
  readonly column: Column;
  /** The condition; null for all rows. */
  readonly where: Predicate | null;
  /** The values of its slots. */
  readonly params: readonly unknown[];
}

/** What stands for a list. */
const standing: WeakMap<object, DeferredList> = new WeakMap();

/** Lets an object stand for a list. */
export function standForList(value: object, list: DeferredList): void {
  standing.set(value, list);
}

/**
 * A list that is found when the condition it stands in is run: the values of another search. It is an instance with a private
 * member, which no JSON text can forge.
 */
export class DeferredList {
  readonly #find: (at: object) => Maybe<readonly unknown[]>;
  readonly #accepts: (column: string, kind: string) => string | null;
  readonly #search: ((at: object) => ListSearch | null) | null;
  readonly #bind: ((values: object) => DeferredList) | null;

  /**
   * Made by `pick`, and of statements.
   *
   * @param find Finds the values, null among them, as a part of an operation on the table given.
   * @param accepts Why a column of a kind cannot be compared with the values; null when it can.
   * @param bind Puts the values given to a prepared query in the places of its parameters; null when there are none.
   * @param search The search whose values they are, when all of its rows count; null when it is no such search.
   */
  constructor(
    find: (at: object) => Maybe<readonly unknown[]>,
    accepts: (column: string, kind: string) => string | null,
    bind: ((values: object) => DeferredList) | null,
    search: ((at: object) => ListSearch | null) | null = null,
  ) {
    this.#search = search;
    this.#bind = bind;
    this.#find = find;
    this.#accepts = accepts;
  }

  /** The list that a value is, or stands for; null when it is none. */
  static of(value: unknown): DeferredList | null {
    if (typeof value !== "object" || value === null) return null;
    return #find in value ? value : standing.get(value) ?? null;
  }

  /** Why a column of a kind cannot be compared with its values; null when it can. */
  static refusal(list: DeferredList, column: string, kind: string): string | null {
    return list.#accepts(column, kind);
  }

  /** The list of a prepared query that is given these values. */
  static bound(list: DeferredList, values: object): DeferredList {
    return list.#bind === null ? list : list.#bind(values);
  }

  /** The search whose values they are, for a driver that can look at its rows; null when the list has to be found. */
  static search(list: DeferredList, at: object): ListSearch | null {
    return list.#search === null ? null : list.#search(at);
  }

  /** Finds the values, as a part of an operation on the table given. */
  static find(list: DeferredList, at: object): Maybe<readonly unknown[]> {
    return list.#find(at);
  }
}

/** A deferred list in a slot: with how its values are checked for the column they are compared with. */
export class ListSlot {
  /** The list. */
  readonly list: DeferredList;
  /** Checks a value that is not null. */
  readonly accept: (value: unknown) => unknown;

  /** Puts a list in a slot. */
  constructor(list: DeferredList, accept: (value: unknown) => unknown) {
    this.list = list;
    this.accept = accept;
  }
}

/** Whether values of slots are still to be found. */
export function isDeferred(params: readonly unknown[]): boolean {
  for (let i = 0; i < params.length; i++) if (params[i] instanceof ListSlot) return true;
  return false;
}

/** The values of slots as they are when every list is found empty: to ask what a driver does with a condition. */
export function withoutLists(params: readonly unknown[]): readonly unknown[] {
  return isDeferred(params) ? params.map((each) => each instanceof ListSlot ? [] : each) : params;
}

/** Whether a condition has a list that is still to be found. */
export function defersList(predicate: Predicate | null): boolean {
  return somePart(
    predicate,
    (part) => part.kind === "related" ? defersList(part.where) : part.kind === "in" && part.deferred === true,
  );
}

/**
 * The same condition when its lists are found.
 *
 * @param hasNull Whether null is in the list of a slot.
 */
export function withLists(predicate: Predicate, hasNull: (slot: number) => boolean): Predicate {
  switch (predicate.kind) {
    case "and":
    case "or":
      return { ...predicate, items: predicate.items.map((item) => withLists(item, hasNull)) };
    case "not":
      return { ...predicate, item: withLists(predicate.item, hasNull) };
    case "related":
      return predicate.where === null
        ? predicate
        : { ...predicate, where: withLists(predicate.where, hasNull) };
    case "in": {
      if (predicate.deferred !== true) return predicate;
      const { deferred: _, ...found } = predicate;
      return { ...found, withNull: hasNull(predicate.slot) };
    }
    default:
      return predicate;
  }
}

/** Whether values of slots are parameters of a query that is prepared, or are found with them. */
export function hasParameters(params: readonly unknown[]): boolean {
  return params.some((each) => each instanceof BoundPlaceholder || each instanceof ListSlot);
}
