import type { Maybe } from "../chain/chain.ts";
import type { AdoptedColumns } from "./adopted_columns.ts";
import type { AnySession } from "./any_engine.ts";
import type { StoredTable } from "./sql_catalog.ts";
import type { SqlTable } from "./sql_table.ts";

/** What a table is to become. */
export interface AlteredTable {
  /** The driver's name, for errors. */
  readonly driver: string;
  /** The table's new name. */
  readonly name: string;
  /** The old names of columns that have another one now, by the new. */
  readonly renamed: Readonly<Record<string, string>>;
  /** The table that is wanted, with what is known of the date columns of one that is stored. */
  wantedOf(stored: StoredTable): Maybe<{ readonly wanted: SqlTable; readonly adopted: AdoptedColumns }>;
}

/** How a database changes tables that are there. */
export interface SqlAlter {
  /** Ends the enforcement of foreign keys on a connection. Has no effect in a transaction. */
  readonly referencesOff: string;
  /** Begins it again. */
  readonly referencesOn: string;
  /** The references that point at nothing, each as a phrase. */
  brokenReferences(session: AnySession): Maybe<readonly string[]>;
  /**
   * Changes a table, in the open transaction, with all its rows, indexes, triggers and the views that show it.
   *
   * @throws {UnsupportedError} When it cannot, or would have to with foreign keys off (`REFERENCES_ENFORCED`).
   */
  alter(session: AnySession, stored: StoredTable, altered: AlteredTable): Maybe<void>;
}
