import type { ReferenceAction } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import type { HashIndex } from "./hash_index.ts";
import type { TableStore } from "./table_store.ts";

/** A foreign key of a table, with the index that finds the rows that refer. */
export interface Reference {
  /** The table that refers. */
  readonly child: TableStore;
  /** Its column. */
  readonly column: Column;
  /** The rows by what they refer to. */
  readonly index: HashIndex;
  /** The name of the table referred to. */
  readonly parentTable: string;
  /** The name of its column. */
  readonly parentColumn: string;
  /** On delete of the row referred to. */
  readonly onDelete: ReferenceAction;
  /** On a change of the value referred to. */
  readonly onUpdate: ReferenceAction;
}
