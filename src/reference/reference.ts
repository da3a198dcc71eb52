import type { HashIndex } from "./hash_index.ts";
import type { Link } from "./statement.ts";
import type { TableStore } from "./table_store.ts";

/** A foreign key of a table, with the index that finds the rows that refer. */
export interface Reference extends Link<TableStore> {
  /** The rows by what they refer to. */
  readonly index: HashIndex;
}
