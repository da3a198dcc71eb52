import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { Predicate, RelatedPredicate } from "../contract/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { searchOf } from "../query/plans.ts";
import { looksAtRelated } from "../query/related.ts";
import { type Key, keyOf } from "../reference/keys.ts";

/** A condition without those on rows of other tables, with the values of its slots. */
export interface ResolvedWhere {
  /** The condition. */
  readonly where: Predicate | null;
  /** The values: those given, and the lists found. */
  readonly params: readonly unknown[];
}

/**
 * Reads the rows of other tables that a condition looks at, the innermost first, and puts lists of their values into it: so a driver
 * that knows nothing of relations applies it.
 */
export function resolveWhere(
  entry: TableEntry,
  where: Predicate | null,
  given: readonly unknown[],
): Maybe<ResolvedWhere> {
  if (where === null || !looksAtRelated(where)) return { where, params: given };
  const params = [...given];
  return chain(resolve(entry, where, params), (resolved) => ({ where: resolved, params }));
}

function resolve(entry: TableEntry, predicate: Predicate, params: unknown[]): Maybe<Predicate> {
  switch (predicate.kind) {
    case "and":
    case "or":
      return chain(
        chainAll(predicate.items, (item) => resolve(entry, item, params)),
        (items) => ({ ...predicate, items }),
      );
    case "not":
      return chain(resolve(entry, predicate.item, params), (item) => ({ ...predicate, item }));
    case "related":
      return chain(valuesOf(entry, predicate, params), (values) => ({
        kind: "in",
        column: predicate.column,
        path: null,
        slot: params.push(values) - 1,
        withNull: false,
      }));
    default:
      return predicate;
  }
}

/** The values that rows of the other table have, each once and none of them null. */
function valuesOf(entry: TableEntry, predicate: RelatedPredicate, params: unknown[]): Maybe<unknown[]> {
  const other = entry.sibling(predicate.table) as TableEntry;
  const { name, kind } = other.table.column(predicate.theirs);
  return chain(other.ensure(), () =>
    chain(
      predicate.where === null ? null : resolve(other, predicate.where, params),
      (where) => {
        const notNull: Predicate = { kind: "not", item: { kind: "null", column: name, path: null } };
        const plan = searchOf(
          other.table,
          where === null ? notNull : { kind: "and", items: [where, notNull] },
          [name],
        );
        return chain(other.read(plan, params), (rows) => {
          const values = new Map<Key, unknown>();
          for (const row of rows) values.set(keyOf(kind, row[name]), row[name]);
          return [...values.values()];
        });
      },
    ));
}
