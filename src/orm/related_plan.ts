import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { Predicate, QueryPlan, RelatedPredicate } from "../contract/mod.ts";
import { moveSlots } from "../query/computed_condition.ts";
import { DeferredList, ListSlot } from "../query/deferred_list.ts";
import { looksAtRelated } from "../query/related.ts";
import type { AnyPrepared } from "../store/any_driver.ts";
import type { TableEntry } from "./table_entry.ts";

/** So deep conditions nest in a statement: the parser of SQLite before 3.46 has a stack of 100 places. */
const MOST_NESTED = 16;

/** Whether the driver looks at rows of other tables itself, in the statement whose condition does. */
export function answersRelated({ connection }: TableEntry, where: Predicate | null): boolean {
  const { composes, metadata } = connection.driver;
  return composes !== true && metadata.capabilities?.related === true && nesting(where) <= MOST_NESTED;
}

function nesting(predicate: Predicate | null): number {
  switch (predicate?.kind) {
    case "and":
    case "or":
      return 1 + predicate.items.reduce((most, item) => Math.max(most, nesting(item)), 0);
    case "not":
      return 1 + nesting(predicate.item);
    case "related":
      return 2 + nesting(predicate.where);
    default:
      return 0;
  }
}

/** A plan that the driver is given as it is, and whose condition may look at other tables: they are made before. */
export function relatedPlan(
  entry: TableEntry,
  plan: QueryPlan,
  prepare: (plan: QueryPlan) => AnyPrepared,
): AnyPrepared {
  const { where } = plan;
  if (where === null || !looksAtRelated(where)) return prepare(plan);
  const others = [...relatedEntries(entry, where)];
  const stored = { ...plan, where: storedRelated(entry, where) };
  let prepared: AnyPrepared | null = null;
  const ready = (): Maybe<AnyPrepared> =>
    prepared !== null && others.every(({ isReady }) => isReady)
      ? prepared
      : chain(ensureRelated(entry, where), () => prepared = prepare(stored));
  return {
    all: (params) => chain(ready(), (made) => made.all(params)),
    number: (params) => chain(ready(), (made) => made.number(params)),
  };
}

/** Sees that the tables exist that a condition looks at. */
export function ensureRelated(entry: TableEntry, where: Predicate | null): Maybe<unknown> {
  return chainAll([...relatedEntries(entry, where)], (other) => other.ensure());
}

/** A condition with the names that the store has for other tables and their columns; those of this one are as they were. */
export function storedRelated(entry: TableEntry, predicate: Predicate): Predicate {
  return mapRelated(predicate, (related) => {
    const other = otherOf(entry, related);
    const where = related.where === null ? null : storedRelated(other, related.where);
    return {
      ...related,
      table: other.table.storeName,
      theirs: other.table.column(related.theirs).storeName,
      where: where === null || other.names === null ? where : other.names.predicate(where),
    };
  });
}

/** A condition in which a list that is all a search of this database finds is a condition on the rows of that search. */
export function joinLists(
  entry: TableEntry,
  where: Predicate,
  given: readonly unknown[],
): { readonly where: Predicate; readonly params: readonly unknown[] } {
  const params = [...given];
  const join = (at: TableEntry, predicate: Predicate): Predicate =>
    mapRelated(
      predicate,
      (related) =>
        related.where === null ? related : { ...related, where: join(otherOf(at, related), related.where) },
      (part) => {
        const slot = params[part.slot];
        const search = slot instanceof ListSlot ? DeferredList.search(slot.list, at) : null;
        // A null in a list is found by `$in`; a row of another table is equal by no null.
        if (search === null || (search.column.nullable && at.table.column(part.column).nullable)) return part;
        const { table, name } = search.column;
        params[part.slot] = null;
        const from = params.length;
        params.push(...search.params);
        const related = { kind: "related", column: part.column, table, theirs: name } as const;
        if (search.where === null) return { ...related, where: null };
        const moved = moveSlots(search.where, (each) => each + from);
        return { ...related, where: join(otherOf(at, { table }), moved) };
      },
    );
  const joined = join(entry, where);
  return nesting(joined) > MOST_NESTED ? { where, params: given } : { where: joined, params };
}

type ListPredicate = Predicate & { readonly kind: "in" };

/** The same condition with others in place of its parts. */
function mapRelated(
  predicate: Predicate,
  map: (related: RelatedPredicate) => Predicate,
  mapList: (list: ListPredicate) => Predicate = (list) => list,
): Predicate {
  switch (predicate.kind) {
    case "and":
    case "or":
      return { ...predicate, items: predicate.items.map((item) => mapRelated(item, map, mapList)) };
    case "not":
      return { ...predicate, item: mapRelated(predicate.item, map, mapList) };
    case "related":
      return map(predicate);
    case "in":
      return predicate.deferred === true ? mapList(predicate) : predicate;
    default:
      return predicate;
  }
}

function relatedEntries(
  entry: TableEntry,
  predicate: Predicate | null,
  found: Set<TableEntry> = new Set(),
): Set<TableEntry> {
  if (predicate === null) return found;
  mapRelated(predicate, (related) => {
    const other = otherOf(entry, related);
    relatedEntries(other, related.where, found.add(other));
    return related;
  });
  return found;
}

function otherOf(entry: TableEntry, { table }: Pick<RelatedPredicate, "table">): TableEntry {
  return entry.sibling(table) as TableEntry;
}
