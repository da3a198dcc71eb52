import type { Predicate } from "../../src/contract/mod.ts";
import { refuseRelated } from "../../src/query/related.ts";

/** The conditions that must all hold, those of nested ANDs among them. */
export function conjunctsOf(predicate: Predicate | null): Predicate[] {
  if (predicate === null) return [];
  if (predicate.kind === "and") return predicate.items.flatMap(conjunctsOf);
  if (predicate.kind === "or" && predicate.items.length === 1) {
    return conjunctsOf(predicate.items[0] as Predicate);
  }
  return [predicate];
}

/** A text that is equal for two conditions which say the same in the same way, values included. */
export function describePredicate(predicate: Predicate, params: readonly unknown[]): string {
  switch (predicate.kind) {
    case "and": {
      const items = conjunctsOf(predicate);
      return items.length === 1
        ? describePredicate(items[0] as Predicate, params)
        : `&(${each(items, params)})`;
    }
    case "or":
      if (predicate.items.length === 1) return describePredicate(predicate.items[0] as Predicate, params);
      return `|(${each(predicate.items, params)})`;
    case "not":
      return `!(${describePredicate(predicate.item, params)})`;
    case "tuples":
      return `${JSON.stringify(predicate.columns)}U${JSON.stringify(params[predicate.slot], plain)}`;
    case "related":
      return refuseRelated(predicate);
    case "test":
      // One that is computed is written with its slots: the values of all tell two apart.
      return `T${JSON.stringify(predicate)}${JSON.stringify(params, plain)}`;
  }
  const target = JSON.stringify([predicate.column, predicate.path === null ? null : params[predicate.path]]);
  const value = (slot: number): string => JSON.stringify(params[slot], plain) ?? "null";
  switch (predicate.kind) {
    case "null":
      return `${target}N`;
    case "equal":
      return (params[predicate.slot] ?? null) === null ? `${target}N` : `${target}=${value(predicate.slot)}`;
    case "compare":
      return `${target}${predicate.operator}${value(predicate.slot)}`;
    case "between":
      return `${target}b${value(predicate.low)},${value(predicate.high)}`;
    case "text":
      return `${target}${predicate.operator}${value(predicate.slot)}`;
    case "in":
      return `${target}i${predicate.withNull}${value(predicate.slot)}`;
    case "has":
      return `${target}h${value(predicate.slot)}`;
  }
}

function each(items: readonly Predicate[], params: readonly unknown[]): string {
  return items.map((item) => describePredicate(item, params)).join(";");
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return `${value}n`;
  return value instanceof Uint8Array ? [...value] : value;
}
