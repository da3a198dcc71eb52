import type { EqualPredicate, Predicate } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";
import { BoundPlaceholder } from "./operand.ts";
import { moveSlots } from "./computed_condition.ts";

/** So many alternatives are left as they are: a store has a plan of its own for each of them. */
const FEW = 8;

/** Alternatives that say of the same columns what they equal. */
interface Alike {
  /** The columns, in the order of the schema. */
  readonly columns: readonly string[];
  /** For each alternative, the slots of the values. */
  readonly slots: (readonly number[])[];
}

/**
 * Joins alternatives, such as `{ a: 1, b: 2 }, { a: 3, b: 4 }, …`, into a list of tuples, which is one value: however many there are,
 * the condition is the same.
 *
 * @param params The values of the slots; those from `from` on are of the alternatives, and get other slots.
 * @returns The alternatives, as many of them joined as can be.
 */
export function joinAlternatives(
  table: Table,
  items: readonly Predicate[],
  params: unknown[],
  from: number,
): readonly Predicate[] {
  if (items.length <= FEW) return items;
  const groups = new Map<string, Alike>();
  const own = items.map((item) => {
    const equals = equalities(table, item, params);
    if (equals === null) return null;
    const columns = equals.map(({ column }) => column);
    const key = JSON.stringify(columns);
    let group = groups.get(key);
    if (group === undefined) groups.set(key, group = { columns, slots: [] });
    group.slots.push(equals.map(({ slot }) => slot));
    return group;
  });
  const many = [...groups.values()].filter(({ slots }) => slots.length > FEW);
  if (many.length === 0) return items;
  const values = params.splice(from);
  const kept = items.filter((_, i) => (own[i]?.slots.length ?? 0) <= FEW);
  const moved = kept.map((item) => moveSlots(item, (slot) => params.push(values[slot - from]) - 1));
  return [
    ...moved,
    ...many.map(({ columns, slots }): Predicate => {
      const tuples = slots.map((each) => each.map((slot) => values[slot - from]));
      const [only, ...more] = columns;
      return only !== undefined && more.length === 0
        ? {
          kind: "in",
          column: only,
          path: null,
          slot: params.push(tuples.map(([value]) => value)) - 1,
          withNull: false,
        }
        : { kind: "tuples", columns, slot: params.push(tuples) - 1 };
    }),
  ];
}

/** The equalities that a condition is, each of another column, in the order of the schema; null when it is anything else. */
function equalities(table: Table, predicate: Predicate, params: readonly unknown[]): EqualPredicate[] | null {
  const found: EqualPredicate[] = [];
  const collect = (each: Predicate): boolean => {
    if (each.kind === "and") return each.items.every(collect);
    if (each.kind !== "equal" || each.path !== null) return false;
    // What a parameter is, which may be null, is known with a run.
    if (params[each.slot] instanceof BoundPlaceholder) return false;
    if (table.column(each.column).kind === "json") return false;
    return found.push(each) > 0;
  };
  if (!collect(predicate) || found.length === 0) return null;
  if (found.length > 1) {
    found.sort((a, b) => table.column(a.column).index - table.column(b.column).index);
    if (found.some(({ column }, i) => column === found[i + 1]?.column)) return null;
  }
  return found;
}

/** How many comparisons a condition has; what is a list counts once. */
export function countTerms(predicate: Predicate): number {
  switch (predicate.kind) {
    case "and":
    case "or":
      return predicate.items.reduce((sum, item) => sum + countTerms(item), 0);
    case "not":
      return countTerms(predicate.item);
    case "related":
      return 1 + (predicate.where === null ? 0 : countTerms(predicate.where));
    default:
      return 1;
  }
}
