import type { ExpressionType } from "./expression.ts";
import type { ColumnDefinition } from "./table_schema.ts";

/** What stands between the texts of a statement: a value, one of a list of values, or a name. */
export type RawPart =
  | { readonly kind: "value"; readonly type: ExpressionType; readonly value: unknown }
  | { readonly kind: "list"; readonly type: ExpressionType; readonly values: readonly unknown[] }
  | { readonly kind: "name"; readonly name: string };

/** A statement in the store's own language, with what stands in it apart from its text. */
export interface RawStatement {
  /** The texts around the parts: one more than there are parts. */
  readonly texts: readonly string[];
  /** What stands between them. Values are checked, and null is one of any type. */
  readonly parts: readonly RawPart[];
  /** How the values of columns are read, by the name they come back with. The others come as the store has them. */
  readonly columns: Readonly<Record<string, ColumnDefinition>>;
  /** Its rows are wanted one by one: a sync driver that can gives them in `each`, and holds none of them. */
  readonly oneByOne?: boolean;
}

/** What a statement brought. */
export interface RawResult<T> {
  /** The rows, empty for a statement that returns none. */
  readonly rows: T[];
  /** The rows one by one, in the place of `rows`, where the statement asks for that. It is read to its end, or ended by `return`. */
  readonly each?: IterableIterator<T>;
  /** How many rows it changed. */
  readonly changes: number;
}
