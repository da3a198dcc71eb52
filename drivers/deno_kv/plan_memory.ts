import type { Predicate } from "../../src/contract/mod.ts";
import type { Search } from "../../src/reference/mod.ts";
import type { Column, ColumnKind } from "../../src/schema/column.ts";
import { conjunctsOf } from "./conjuncts.ts";
import { below, rangeBelow, toPart } from "./key.ts";
import type { KVKeyPart } from "./kv.ts";
import { keyColumns, type Plan } from "./path.ts";
import type { StoredTable } from "./stored_table.ts";

/** A plan of which only the range depends on the values searched for. */
interface Remembered {
  readonly table: StoredTable;
  readonly orderBy: Search["orderBy"];
  readonly limit: number | undefined;
  readonly plan: Plan;
  /** The slots of all values: when one is null the plan is another one. */
  readonly slots: readonly number[];
  /** What the range begins with. */
  readonly parts: readonly { readonly kind: ColumnKind; readonly slot: number }[];
}

/** By condition: one that is prepared is the same object for every run. */
const memory: WeakMap<Predicate, Remembered> = new WeakMap();

/** The plan made before of the same search for other values, or null. */
export function recallPlan(table: StoredTable, { where, params, orderBy, limit }: Search): Plan | null {
  const known = where === null ? undefined : memory.get(where);
  if (
    known === undefined || known.table !== table || known.orderBy !== orderBy || known.limit !== limit ||
    known.slots.some((slot) => (params[slot] ?? null) === null)
  ) return null;
  const { path, residual, order } = known.plan;
  if (path.kind !== "ranges") return null;
  const parts: KVKeyPart[] = [];
  for (const { kind, slot } of known.parts) parts.push(toPart(kind, params[slot]));
  const range = rangeBelow(below(path.index?.place ?? table.rows, ...parts));
  return { path: { ...path, ranges: [range] }, residual, order };
}

/** Remembers a plan when it holds for other values as well: that of one range, by nothing but equality. */
export function rememberPlan(
  table: StoredTable,
  { where, params, orderBy, limit }: Search,
  plan: Plan,
): void {
  const { path } = plan;
  if (
    where === null || path.kind !== "ranges" || path.ranges.length !== 1 || path.bounded ||
    // Whether a partial index serves depends on the values.
    table.indexes.some((index) => index.filter !== null)
  ) return;
  const slots = new Map<string, number>();
  const conjuncts = conjunctsOf(where);
  for (const each of conjuncts) {
    if (each.kind !== "equal" || each.path !== null || (params[each.slot] ?? null) === null) return;
    slots.set(each.column, each.slot);
  }
  if (slots.size < conjuncts.length) return;
  const columns: readonly Column[] = keyColumns(path.index, table.table.primaryKey).slice(0, path.equal);
  memory.set(where, {
    table,
    orderBy,
    limit,
    plan,
    slots: [...slots.values()],
    parts: columns.map(({ name, kind }) => ({ kind, slot: slots.get(name) as number })),
  });
}
