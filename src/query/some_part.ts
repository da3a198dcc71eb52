import type { Predicate } from "../contract/mod.ts";

/** Whether one of the conditions that others are joined of is such a one. */
export function somePart(predicate: Predicate | null, isSuch: (part: Predicate) => boolean): boolean {
  if (predicate === null) return false;
  switch (predicate.kind) {
    case "and":
    case "or":
      return predicate.items.some((item) => somePart(item, isSuch));
    case "not":
      return somePart(predicate.item, isSuch);
    default:
      return isSuch(predicate);
  }
}
