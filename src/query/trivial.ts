import type { Predicate } from "../contract/mod.ts";

/** Whether a predicate is true for every row whatever the row is, so that it restricts nothing. */
export function isAlwaysTrue(predicate: Predicate | null, params: readonly unknown[]): boolean {
  return predicate === null || constant(predicate, params) === true;
}

/** True or false when the predicate does not look at the row, else undefined. */
function constant(predicate: Predicate, params: readonly unknown[]): boolean | undefined {
  switch (predicate.kind) {
    case "in": {
      const list = params[predicate.slot];
      return Array.isArray(list) && list.length === 0 && !predicate.withNull ? false : undefined;
    }
    case "tuples":
      return (params[predicate.slot] as readonly unknown[]).length === 0 ? false : undefined;
    case "not": {
      const item = constant(predicate.item, params);
      return item === undefined ? undefined : !item;
    }
    case "and": {
      const items = predicate.items.map((item) => constant(item, params));
      return items.includes(false) ? false : items.includes(undefined) ? undefined : true;
    }
    case "or": {
      const items = predicate.items.map((item) => constant(item, params));
      return items.includes(true) ? true : items.includes(undefined) ? undefined : false;
    }
    default:
      return undefined;
  }
}
