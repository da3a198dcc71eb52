import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type { Row } from "./any_driver.ts";
import type { ComposedTransactions } from "../composed/composed_transactions.ts";
import type { UndoStep } from "../composed/undo.ts";
import type { WorkingEntry, WorkingTable } from "./working_table.ts";

/** What becomes of a row: its new values, or null when it is removed. */
interface Change {
  readonly table: WorkingTable;
  readonly values: Row | null;
}

/** Rows of one table that are given the same values, or are removed. */
interface Batch extends Change {
  readonly rows: Row[];
}

/** What a statement writes: updates in the order of the changes, then deletes in the opposite one. */
export class Writes {
  readonly #updates: Batch[] = [];
  readonly #deletes: Batch[] = [];
  readonly #transactions: ComposedTransactions;

  /** Collects the writes for some changes. Rows that are inserted are left to the caller. */
  constructor(changes: ReadonlyMap<WorkingEntry, Change>, transactions: ComposedTransactions) {
    this.#transactions = transactions;
    const all = [...changes];
    for (const [entry, change] of all) {
      if (entry.live) add(this.#updates, entry, change);
    }
    for (const [entry, change] of all.reverse()) {
      if (!entry.live) add(this.#deletes, entry, change);
    }
  }

  /** How many calls of the driver it takes. */
  get calls(): number {
    return [...this.#updates, ...this.#deletes].reduce(
      (sum, { table, rows }) => sum + table.stored.callsFor(rows),
      0,
    );
  }

  /** Writes everything. */
  run(): Maybe<void> {
    return chain(
      this.#runUpdates(),
      () =>
        chain(chainAll(this.#deletes, ({ table, rows }) => table.stored.deleteRows(rows)), () => undefined),
    );
  }

  /**
   * Updates undone, too, begin with the row referred to: with a driver that follows or refuses references itself, those that
   * refer can only take the old value when it is there again.
   */
  #runUpdates(): Maybe<void> {
    const steps: UndoStep[] = [];
    const remember = (): void => {
      for (const step of steps.reverse()) this.#transactions.record(step);
    };
    const update = ({ table, values, rows }: Batch): Maybe<unknown> =>
      table.stored.updateRows(values ?? {}, rows, (step) => steps.push(step));
    return settle(() => chainAll(this.#updates, update), remember, (error) => {
      remember();
      throw error;
    });
  }
}

function add(batches: Batch[], { before }: WorkingEntry, { table, values }: Change): void {
  if (before === null) return;
  const last = batches.at(-1);
  if (last?.table === table && last.values === values) last.rows.push(before);
  else batches.push({ table, values, rows: [before] });
}
