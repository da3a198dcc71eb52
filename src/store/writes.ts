import type { Maybe } from "../chain/chain.ts";
import type { Row } from "./any_driver.ts";
import type { WorkingEntry, WorkingTable } from "./working_table.ts";

/** Something to be written to one table. */
export interface Write {
  /** How many calls of the driver it takes. */
  readonly calls: number;
  /** Writes it. */
  readonly run: () => Maybe<unknown>;
}

/** What becomes of a row: its new values, or null when it is removed. */
interface Change {
  readonly table: WorkingTable;
  readonly values: Row | null;
}

/** Rows of one table that are given the same values, or are removed. */
interface Batch extends Change {
  readonly rows: Row[];
}

/** The writes for the changes of a statement: updates in their order, then deletes in the opposite one. */
export function writesOf(changes: ReadonlyMap<WorkingEntry, Change>): Write[] {
  const updates: Batch[] = [];
  const deletes: Batch[] = [];
  const all = [...changes];
  for (const [entry, change] of all) {
    if (entry.live) add(updates, entry, change);
  }
  for (const [entry, change] of all.reverse()) {
    if (!entry.live) add(deletes, entry, change);
  }
  return [...updates, ...deletes].map(({ table: { stored }, values, rows }) => ({
    calls: stored.callsFor(rows),
    run: () => values === null ? stored.deleteRows(rows) : stored.updateRows(values, rows),
  }));
}

function add(batches: Batch[], { before }: WorkingEntry, { table, values }: Change): void {
  if (before === null) return;
  const last = batches.at(-1);
  if (last?.table === table && last.values === values) last.rows.push(before);
  else batches.push({ table, values, rows: [before] });
}
