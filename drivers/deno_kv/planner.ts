import type { Predicate } from "../../src/contract/mod.ts";
import { isColumnOrder } from "../../src/query/order.ts";
import type { OrderTerms, Search } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import { type ColumnBounds, readBounds } from "./bounds.ts";
import { conjunctsOf, describePredicate } from "./conjuncts.ts";
import { afterAll, below, type KeyRange, NULL_PART, type Place, toPart } from "./key.ts";
import { findKeyset, type KeysetPlace } from "./keyset_place.ts";
import { keyColumns, type Path, type Plan, type RangeOrder } from "./path.ts";
import { recallPlan, rememberPlan } from "./plan_memory.ts";
import type { StoredIndex, StoredTable } from "./stored_table.ts";
import { MAX_RANGES, tupleKeys, tupleRanges } from "./tuples.ts";

/** A path with what is to be said for it. */
interface Candidate {
  readonly path: Path;
  readonly said: Set<Predicate>;
  readonly rank: number;
}

/** Finds the way to the rows of a search that reads least, as far as can be told without reading. */
export function planSearch(table: StoredTable, search: Search): Plan {
  const known = recallPlan(table, search);
  if (known !== null) return known;
  const plan = makePlan(table, search);
  rememberPlan(table, search, plan);
  return plan;
}

function makePlan(table: StoredTable, search: Search): Plan {
  const { where, params, limit } = search;
  const order = search.orderBy ?? table.table.primaryKey.map(({ name }) => [name, "ASC"] as const);
  const conjuncts = conjunctsOf(where);
  const bounds = readBounds(table.table, conjuncts, params);
  const plan = (path: Path, said: ReadonlySet<Predicate>): Plan => ({
    path,
    residual: conjuncts.filter((each) => !said.has(each)),
    order,
  });
  if (limit === 0 || isImpossible(bounds, conjuncts)) return plan({ kind: "nothing" }, new Set(conjuncts));
  const keys = keysPath(table, bounds) ?? alternativeKeys(table, where, params) ??
    tupleKeys(table, conjuncts, params);
  if (keys !== null) return plan(keys.path, keys.said);
  const unique = uniquePath(table, bounds);
  if (unique !== null) return plan(unique.path, unique.said);
  const keyset = findKeyset(table.table, order, conjuncts, params);
  const candidates = [null, ...table.indexes.filter((index) => index.ready)]
    .filter((index) => index?.where == null || isImplied(index, conjuncts, params))
    .map((index) => {
      const candidate = rangePath(table, index, bounds, order, limit, keyset);
      for (const each of impliedConjuncts(index, conjuncts, params)) candidate.said.add(each);
      return candidate;
    });
  const tuples = tupleRanges(table, conjuncts, params);
  if (tuples !== null && candidates.every(({ path }) => path.kind !== "ranges" || path.equal === 0)) {
    return plan(tuples.path, tuples.said);
  }
  const best = candidates.reduce((a, b) => b.rank > a.rank ? b : a);
  return plan(best.path, best.said);
}

/** All columns of the primary key are given. */
function keysPath(
  { table, rows }: StoredTable,
  bounds: ReadonlyMap<string, ColumnBounds>,
): Omit<Candidate, "rank"> | null {
  const said = new Set<Predicate>();
  let places: Place[] = [rows];
  for (const { name, kind } of table.primaryKey) {
    const own = bounds.get(name);
    if (own === undefined || own.values === null) return null;
    const { values } = own;
    if (places.length * values.length > MAX_RANGES) return null;
    places = places.flatMap((place) =>
      values.filter((value) => value !== null).map((value) => below(place, toPart(kind, value)))
    );
    if (own.low === null && own.high === null) { for (const each of own.said) said.add(each); }
  }
  return { path: { kind: "keys", places }, said };
}

/** Several whole keys, each a condition of its own, joined by OR. */
function alternativeKeys(
  table: StoredTable,
  where: Predicate | null,
  params: readonly unknown[],
): Omit<Candidate, "rank"> | null {
  if (where?.kind !== "or" || where.items.length < 2) return null;
  const places = new Map<string, Place>();
  for (const item of where.items) {
    const found = keysPath(table, readBounds(table.table, conjunctsOf(item), params));
    if (found?.path.kind !== "keys") return null;
    for (const place of found.path.places) places.set(place.id, place);
  }
  return { path: { kind: "keys", places: [...places.values()] }, said: new Set() };
}

/** All columns of a unique index are given, none of them null. */
function uniquePath(
  table: StoredTable,
  bounds: ReadonlyMap<string, ColumnBounds>,
): Omit<Candidate, "rank"> | null {
  for (const index of table.indexes) {
    if (!index.unique || !index.ready || index.filter !== null) continue;
    const said = new Set<Predicate>();
    let places: Place[] = [index.place];
    for (const { name, kind } of index.columns) {
      const own = bounds.get(name);
      const values = own?.values;
      if (
        own === undefined || values == null || values.includes(null) ||
        places.length * values.length > MAX_RANGES
      ) {
        places = [];
        break;
      }
      places = places.flatMap((place) => values.map((value) => below(place, toPart(kind, value))));
      if (own.low === null && own.high === null) { for (const each of own.said) said.add(each); }
    }
    if (places.length > 0) return { path: { kind: "unique", index, places }, said };
  }
  return null;
}

/** One range, or a few, of the rows or of an index. */
function rangePath(
  table: StoredTable,
  index: StoredIndex | null,
  bounds: ReadonlyMap<string, ColumnBounds>,
  order: OrderTerms,
  limit: number | undefined,
  keyset: KeysetPlace | null,
): Candidate {
  const columns = keyColumns(index, table.table.primaryKey);
  const said = new Set<Predicate>();
  let places: Place[] = [index?.place ?? table.rows];
  let equal = 0;
  for (const { name, kind } of columns) {
    const own = bounds.get(name);
    if (own === undefined || own.values === null || places.length * own.values.length > MAX_RANGES) break;
    // A later column of the key of the row is also the row's own: its values restrict nothing new.
    if (index !== null && equal >= index.columns.length) break;
    const { values } = own;
    places = places.flatMap((place) => values.map((value) => below(place, toPart(kind, value))));
    if (own.low === null && own.high === null) { for (const each of own.said) said.add(each); }
    equal++;
  }
  const next = columns[equal];
  const own = next === undefined || (index !== null && equal >= index.columns.length)
    ? undefined
    : bounds.get(next.name);
  const bounded = own !== undefined && (own.low !== null || own.high !== null || own.notNull);
  if (bounded && own.values === null) { for (const each of own.said) said.add(each); }
  let ranges = places.map((place) =>
    bounded ? boundedRange(place, next as Column, own) : { start: place, end: afterAll(place) }
  );
  const rangeOrder = places.length === 1 && limit !== undefined ? orderOf(columns, equal, order) : null;
  let resume: Place | null = null;
  if (keyset !== null && rangeOrder !== null && rangeOrder.ties !== "sort") {
    const place = keysetPlace(places[0] as Place, columns, equal, order, keyset.values);
    said.add(keyset.said);
    if (rangeOrder.ties === "opposite") resume = place;
    else ranges = [cutRange(ranges[0] as KeyRange, rangeOrder.reverse, place)];
  }
  const ordered = rangeOrder === null ? 0 : rangeOrder.ties === "sort" ? 2 : keyset === null ? 3 : 4;
  const rank = equal * 10 + (bounded ? 4 : 0) + ordered + (index === null ? 1 : 0);
  // The whole of an index, in no order that is of use, is never better than the rows themselves.
  return {
    path: { kind: "ranges", index, ranges, equal, bounded, order: rangeOrder, resume },
    said,
    rank: index !== null && equal === 0 && !bounded && ordered === 0 ? -1 : rank,
  };
}

function boundedRange(place: Place, { kind }: Column, { low, high }: ColumnBounds): KeyRange {
  const lowest = below(place, low === null ? NULL_PART : toPart(kind, low.value));
  const start = low?.inclusive === true ? lowest : afterAll(lowest);
  if (high === null) return { start, end: afterAll(place) };
  const highest = below(place, toPart(kind, high.value));
  return { start, end: high.inclusive ? afterAll(highest) : highest };
}

/** How much of an order the keys give. */
function orderOf(columns: readonly Column[], equal: number, order: OrderTerms): RangeOrder | null {
  if (!isColumnOrder(order)) return null;
  const fixed = columns.slice(0, equal).map(({ name }) => name);
  const rest = columns.slice(equal).filter(({ name }, i, all) =>
    !fixed.includes(name) && all.findIndex((each) => each.name === name) === i
  );
  const terms = order.filter(([name]) => !fixed.includes(name));
  const direction = terms[0]?.[1] ?? "ASC";
  let covered = 0;
  while (
    covered < terms.length && covered < rest.length && rest[covered]?.name === terms[covered]?.[0] &&
    terms[covered]?.[1] === direction
  ) {
    covered++;
  }
  const reverse = direction === "DESC";
  const group = equal + covered;
  if (covered === terms.length || covered === rest.length) return { reverse, ties: "all", group };
  if (covered === 0) return null;
  const opposite = terms.length - covered <= rest.length - covered &&
    terms.slice(covered).every(([name, other], i) => rest[covered + i]?.name === name && other !== direction);
  // Parts that are fixed or repeated stand between: then the group is not the beginning of the key.
  const plain = columns.slice(equal, group).every(({ name }, i) => rest[i]?.name === name);
  return plain ? { reverse, ties: opposite ? "opposite" : "sort", group } : null;
}

function keysetPlace(
  place: Place,
  columns: readonly Column[],
  equal: number,
  order: OrderTerms,
  values: readonly unknown[],
): Place {
  let at = place;
  for (let i = equal; i < columns.length; i++) {
    const { name, kind } = columns[i] as Column;
    const term = order.findIndex(([column]) => column === name);
    if (term < 0) break;
    at = below(at, toPart(kind, values[term]));
  }
  return at;
}

/** Whether every row that matches is in a partial index: each of its conditions is one of the search's. */
function isImplied(index: StoredIndex, conjuncts: readonly Predicate[], params: readonly unknown[]): boolean {
  if (index.where === null) return true;
  const { predicate, params: own } = index.where;
  const known = new Set(conjuncts.map((each) => describePredicate(each, params)));
  return conjunctsOf(predicate).every((each) => known.has(describePredicate(each, own)));
}

/** The conditions that a partial index says by itself. */
function impliedConjuncts(
  index: StoredIndex | null,
  conjuncts: readonly Predicate[],
  params: readonly unknown[],
): Predicate[] {
  if (index === null || index.where === null) return [];
  const { predicate, params: own } = index.where;
  const implied = new Set(conjunctsOf(predicate).map((each) => describePredicate(each, own)));
  return conjuncts.filter((each) => implied.has(describePredicate(each, params)));
}

/** What of a range comes after a place. */
function cutRange({ start, end }: KeyRange, reverse: boolean, place: Place): KeyRange {
  if (reverse) return { start, end: place.id < end.id ? place : end };
  const after = afterAll(place);
  return { start: after.id > start.id ? after : start, end };
}

function isImpossible(bounds: ReadonlyMap<string, ColumnBounds>, conjuncts: readonly Predicate[]): boolean {
  return [...bounds.values()].some(({ values, notNull }) =>
    values !== null && (values.length === 0 || (notNull && values.every((value) => value === null)))
  ) || conjuncts.some((each) => each.kind === "or" && each.items.length === 0);
}
