import type { Maybe } from "../chain/chain.ts";
import type { Table } from "../schema/table.ts";
import type { Column } from "../schema/column.ts";
import type { StoreIndex, TableStore } from "./table_store.ts";

/** A column of another table (or the same one) that refers to a table. */
export interface Referrer {
  /** The referring table. */
  readonly table: Table;
  /** Its referring column. */
  readonly column: Column;
  /** Its rows. */
  readonly store: TableStore;
}

/** What a store that composes needs to know of its surroundings. */
export interface StoreContext {
  /** Runs several steps as one: all of them, or none. Inside a transaction they are a savepoint of it. */
  atomically<T>(work: () => Maybe<T>): Maybe<T>;
  /**
   * Remembers how to undo a write that was just made, for a driver that cannot undo it itself. Only inside `atomically`
   * or a transaction; does nothing when the driver undoes.
   */
  undo(step: () => Maybe<void>): void;
  /** The unique and other indexes made so far on the table this store is for. */
  indexes(): readonly StoreIndex[];
  /** The store and schema of another table of the same database, or null when no model defines it. */
  related(tableName: string): { readonly table: Table; readonly store: TableStore } | null;
  /** The columns, of all models of the same database, that refer to a table. */
  referrers(tableName: string): readonly Referrer[];
}
