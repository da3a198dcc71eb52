import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { DriverWhere } from "../contract/mod.ts";
import { type Key, rowKey } from "../reference/keys.ts";
import type { Row } from "../store/any_driver.ts";
import type { StoredTable } from "../store/stored_table.ts";

/** The old values of a row that was given new ones. */
export interface Image {
  /** The values. */
  readonly data: Row;
  /** The key that the row has now. */
  readonly key: Row;
}

/** What was written, with what takes it back. */
export type UndoStep =
  | { readonly kind: "insert"; readonly stored: StoredTable; readonly rows: readonly Row[] }
  | { readonly kind: "update"; readonly stored: StoredTable; readonly images: readonly Image[] }
  | { readonly kind: "delete"; readonly stored: StoredTable; readonly rows: readonly Row[] }
  | { readonly kind: "call"; readonly undo: () => Maybe<void> };

type RowStep = Exclude<UndoStep, { readonly kind: "call" }>;

/** Up to so many rows are put back one by one: a driver may look at its whole table for each. */
const ONE_BY_ONE = 64;

/** The most rows given to a driver at once, unless it says otherwise. */
const BATCH = 1_000;

/** Takes back what was written, last first. Of the rows of a table, many are put back by putting back the whole table. */
export function takeBack(steps: readonly UndoStep[]): Maybe<void> {
  const parts: (RowStep[] | (() => Maybe<void>))[] = [];
  for (const step of [...steps].reverse()) {
    const last = parts.at(-1);
    if (step.kind === "call") parts.push(step.undo);
    else if (Array.isArray(last)) last.push(step);
    else parts.push([step]);
  }
  return done(chainAll(parts, (part) => Array.isArray(part) ? takeBackRows(part) : part()));
}

/** Takes back steps, which are in the order of taking back. */
function takeBackRows(steps: readonly RowStep[]): Maybe<void> {
  const count = steps.reduce((sum, step) => sum + sizeOf(step), 0);
  // A driver that follows references of its own would do so for a table that is emptied.
  if (count <= ONE_BY_ONE || steps.some(({ stored }) => stored.declared.references === true)) {
    return done(chainAll(steps, takeBackStep));
  }
  const tables = [...new Set(steps.map(({ stored }) => stored))];
  return done(
    chainAll(tables, (stored) => restoreTable(stored, steps.filter((step) => step.stored === stored))),
  );
}

function sizeOf(step: RowStep): number {
  return step.kind === "update" ? step.images.length : step.rows.length;
}

function takeBackStep(step: RowStep): Maybe<unknown> {
  const { stored } = step;
  switch (step.kind) {
    case "insert":
      return chainAll(stored.byKeys(step.rows), ({ where }) => stored.removeWhere(where));
    case "update":
      return chainAll(step.images, ({ data, key }) => stored.changeWhere(data, stored.keyOf(key)));
    case "delete":
      return chainAll(batchesOf(stored, step.rows), (rows) => stored.addRows(rows));
  }
}

/** Reads a table, takes the steps back in memory, and puts its rows in the place of those there are. */
function restoreTable(stored: StoredTable, steps: readonly RowStep[]): Maybe<void> {
  const { primaryKey } = stored.table;
  return chain(stored.find(null, []), (found) => {
    const rows = new Map<Key, Row>(found.map((row) => [rowKey(primaryKey, row) as Key, row]));
    const keyOf = (row: Row): Key => rowKey(primaryKey, row) as Key;
    for (const step of steps) {
      if (step.kind === "insert") { for (const row of step.rows) rows.delete(keyOf(row)); }
      else if (step.kind === "delete") { for (const row of step.rows) rows.set(keyOf(row), row); }
      else for (const { data, key } of step.images) putBack(rows, keyOf, data, key);
    }
    const everything: DriverWhere = {};
    return chain(
      stored.removeWhere(everything),
      () => done(chainAll(batchesOf(stored, [...rows.values()]), (some) => stored.addRows(some))),
    );
  });
}

function putBack(rows: Map<Key, Row>, keyOf: (row: Row) => Key, data: Row, key: Row): void {
  const row = rows.get(keyOf(key));
  if (row === undefined) return;
  const before = { ...row, ...data };
  rows.delete(keyOf(key));
  rows.set(keyOf(before), before);
}

function batchesOf({ declared }: StoredTable, rows: readonly Row[]): Row[][] {
  const size = Math.min(BATCH, declared.limits?.batchRows ?? BATCH);
  const batches: Row[][] = [];
  for (let i = 0; i < rows.length; i += size) batches.push(rows.slice(i, i + size));
  return batches;
}

function done(work: Maybe<unknown>): Maybe<void> {
  return chain(work, () => undefined);
}
