import type { EqualPredicate, Predicate } from "../../src/contract/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import { conjunctsOf } from "./conjuncts.ts";
import { below, type Place, toPart } from "./key.ts";
import type { KVKeyPart } from "./kv.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";

/** A search by a whole primary key, or by the columns of a unique index, and by nothing else: it finds one row at most. */
export interface Lookup {
  /** The index; null for the primary key. */
  readonly index: StoredIndex | null;
  /** The columns, in the order of the key. */
  readonly columns: readonly Column[];
  /** The slots of their values. */
  readonly slots: readonly number[];
}

/** The lookup that a condition is, or null. */
export function findLookup({ table, indexes }: StoredTable, where: Predicate | null): Lookup | null {
  const equals = where?.kind === "equal" ? [where] : conjunctsOf(where);
  if (!equals.every((each): each is EqualPredicate => each.kind === "equal" && each.path === null)) {
    return null;
  }
  const slots = (columns: readonly Column[]): number[] | null => {
    if (columns.length !== equals.length) return null;
    const found = columns.map(({ name }) => equals.find(({ column }) => column === name)?.slot ?? -1);
    return found.includes(-1) ? null : found;
  };
  const own = slots(table.primaryKey);
  if (own !== null) return { index: null, columns: table.primaryKey, slots: own };
  for (const index of indexes) {
    const found = index.unique && index.ready && index.filter === null ? slots(index.columns) : null;
    if (found !== null) return { index, columns: index.columns, slots: found };
  }
  return null;
}

/** Where the row is, or its entry; null when a value is null: then nothing, or many rows, may be equal. */
export function lookupPlace(
  { rows }: StoredTable,
  { index, columns, slots }: Lookup,
  params: readonly unknown[],
): Place | null {
  const parts: KVKeyPart[] = [];
  for (let i = 0; i < columns.length; i++) {
    const value = params[slots[i] as number] ?? null;
    if (value === null) return null;
    parts.push(toPart((columns[i] as Column).kind, value));
  }
  return below(index?.place ?? rows, ...parts);
}
