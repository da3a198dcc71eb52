import type { Predicate, TuplesPredicate } from "../contract/mod.ts";
import type { Entry, HashIndex } from "./hash_index.ts";
import { joinKeys, type Key, keyOf } from "./keys.ts";
import type { TableStore } from "./table_store.ts";

/** A way to the rows of a condition that does not pass all rows. */
export interface Lookup {
  /** The index taken. */
  readonly index: HashIndex;
  /** The keys looked up, each once. */
  readonly keys: readonly Key[];
}

/**
 * Finds an index for a condition: one whose columns the condition says are equal to something, unique ones first.
 *
 * @returns Null when every row must be looked at.
 */
export function findLookup(
  store: TableStore,
  predicate: Predicate | null,
  params: readonly unknown[],
): Lookup | null {
  if (predicate === null) return null;
  const wanted = new Map<string, readonly unknown[]>();
  const tuples: TuplesPredicate[] = [];
  collect(predicate, params, wanted, tuples);
  if (wanted.size === 0 && tuples.length === 0) return null;
  let best: Lookup | null = null;
  for (const index of store.fullIndexes) {
    const keys = keysOf(index, wanted) ?? keysOfTuples(index, tuples, params);
    if (keys === null) continue;
    if (index.unique && keys.length <= 1) return { index, keys };
    if (best === null || keys.length < best.keys.length) best = { index, keys };
  }
  return best !== null && best.keys.length <= store.entries.size ? best : null;
}

/** The entries a look-up leads to. They may still fail the rest of the condition. */
export function followLookup({ index, keys }: Lookup): readonly Entry[] {
  return keys.length === 1 ? index.get(keys[0] as Key) : keys.flatMap((key) => index.get(key));
}

/** Collects, by column, the values that every row of the condition has one of. */
function collect(
  predicate: Predicate,
  params: readonly unknown[],
  wanted: Map<string, readonly unknown[]>,
  tuples: TuplesPredicate[],
): void {
  if (predicate.kind === "and") {
    for (const item of predicate.items) collect(item, params, wanted, tuples);
  } else if (predicate.kind === "tuples") {
    tuples.push(predicate);
  } else if ((predicate.kind === "equal" || predicate.kind === "in") && predicate.path === null) {
    const value = params[predicate.slot] ?? null;
    if (predicate.kind === "equal") {
      if (value !== null) wanted.set(predicate.column, [value]);
    } else if (!predicate.withNull && !wanted.has(predicate.column)) {
      wanted.set(predicate.column, value as readonly unknown[]);
    }
  }
}

/** The keys of an index whose columns are among those of tuples. */
function keysOfTuples(
  { columns }: HashIndex,
  all: readonly TuplesPredicate[],
  params: readonly unknown[],
): Key[] | null {
  const found = all.find((tuples) => columns.every(({ name }) => tuples.columns.includes(name)));
  if (found === undefined) return null;
  const places = columns.map(({ name }) => found.columns.indexOf(name));
  const keys = (params[found.slot] as readonly (readonly unknown[])[]).map((tuple) => {
    const parts = columns.map(({ kind }, i) => keyOf(kind, tuple[places[i] as number]));
    return parts.length === 1 ? parts[0] as Key : joinKeys(parts);
  });
  return [...new Set(keys)];
}

function keysOf(index: HashIndex, wanted: ReadonlyMap<string, readonly unknown[]>): Key[] | null {
  const [first] = index.columns;
  if (index.columns.length === 1 && first !== undefined) {
    const values = wanted.get(first.name);
    return values === undefined ? null : [...new Set(values.map((value) => keyOf(first.kind, value)))];
  }
  const parts: Key[] = [];
  for (const { name, kind } of index.columns) {
    const values = wanted.get(name);
    if (values?.length !== 1) return null;
    parts.push(keyOf(kind, values[0]));
  }
  return [joinKeys(parts)];
}
