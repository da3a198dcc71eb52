import type { Predicate, TuplesPredicate } from "../../src/contract/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import { afterAll, below, type Place, toPart } from "./key.ts";
import { keyColumns, type Path } from "./path.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";

/** The most ranges of one index that are read for lists of values. */
export const MAX_RANGES = 20_000;

/** A path with the conditions that it says by itself. */
export interface SaidPath {
  /** The way to the rows. */
  readonly path: Path;
  /** What need not be tested any more. */
  readonly said: ReadonlySet<Predicate>;
}

/** All columns of the primary key are in tuples: the rows are got one by one. */
export function tupleKeys(
  { table, rows }: StoredTable,
  conjuncts: readonly Predicate[],
  params: readonly unknown[],
): SaidPath | null {
  for (const each of tuplesIn(conjuncts)) {
    if (!table.primaryKey.every(({ name }) => each.columns.includes(name))) continue;
    const places = placesOf(rows, table.primaryKey, each, params);
    const whole = each.columns.length === table.primaryKey.length;
    return { path: { kind: "keys", places }, said: new Set(whole ? [each] : []) };
  }
  return null;
}

/** Some columns that an index begins with are in tuples: a range of it is read for each of them. */
export function tupleRanges(
  table: StoredTable,
  conjuncts: readonly Predicate[],
  params: readonly unknown[],
): SaidPath | null {
  let best: SaidPath | null = null;
  let most = 0;
  const indexes = [null, ...table.indexes.filter(({ ready, filter }) => ready && filter === null)];
  for (const each of tuplesIn(conjuncts)) {
    for (const index of indexes) {
      const columns = (index?.columns ?? keyColumns(null, table.table.primaryKey)) as readonly Column[];
      const end = columns.findIndex(({ name }) => !each.columns.includes(name));
      const equal = end < 0 ? columns.length : end;
      if (equal <= most) continue;
      const path = rangesOf(table, index, columns.slice(0, equal), each, params);
      if (path === null) continue;
      most = equal;
      best = { path, said: new Set(equal === each.columns.length ? [each] : []) };
    }
  }
  return best;
}

function rangesOf(
  { rows }: StoredTable,
  index: StoredIndex | null,
  columns: readonly Column[],
  tuples: TuplesPredicate,
  params: readonly unknown[],
): Path | null {
  const places = placesOf(index?.place ?? rows, columns, tuples, params);
  if (places.length > MAX_RANGES) return null;
  const ranges = places.map((place) => ({ start: place, end: afterAll(place) }));
  return { kind: "ranges", index, ranges, equal: columns.length, bounded: false, order: null, resume: null };
}

/** The places of the tuples below one, each once. */
function placesOf(
  from: Place,
  columns: readonly Column[],
  { columns: names, slot }: TuplesPredicate,
  params: readonly unknown[],
): Place[] {
  const at = columns.map(({ name }) => names.indexOf(name));
  const places = new Map<string, Place>();
  for (const tuple of params[slot] as readonly (readonly unknown[])[]) {
    const place = below(from, ...columns.map(({ kind }, i) => toPart(kind, tuple[at[i] as number])));
    places.set(place.id, place);
  }
  return [...places.values()];
}

function tuplesIn(conjuncts: readonly Predicate[]): TuplesPredicate[] {
  return conjuncts.filter((each): each is TuplesPredicate => each.kind === "tuples");
}
