import type { Predicate } from "../../src/contract/mod.ts";
import type { OrderTerms } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import type { KeyRange, Place } from "./key.ts";
import type { StoredIndex } from "./stored_table.ts";

/** How the rows of a range come in the order asked for. */
export interface RangeOrder {
  /** Whether the range is read from its end. */
  readonly reverse: boolean;
  /**
   * `all`: entries come in the order. `opposite`: entries equal in the first parts come the wrong way round.
   * `sort`: rows equal in the first parts have to be sorted.
   */
  readonly ties: "all" | "opposite" | "sort";
  /** How many parts of an entry's key tell those that tie from the others. */
  readonly group: number;
}

/** A way to the rows of a search. */
export type Path =
  /** Nothing can match. */
  | { readonly kind: "nothing" }
  /** The rows at these places. */
  | { readonly kind: "keys"; readonly places: readonly Place[] }
  /** The rows that these entries of a unique index lead to. */
  | { readonly kind: "unique"; readonly index: StoredIndex; readonly places: readonly Place[] }
  /** The rows, or entries of an index, in these ranges. */
  | {
    readonly kind: "ranges";
    /** Null for the rows themselves, by primary key. */
    readonly index: StoredIndex | null;
    readonly ranges: readonly KeyRange[];
    /** How many parts are fixed by equality. */
    readonly equal: number;
    /** Whether the part after those is restricted. */
    readonly bounded: boolean;
    /** The order, when the range gives it. */
    readonly order: RangeOrder | null;
    /** The page begins after this place: entries that tie with it come first. */
    readonly resume: Place | null;
  };

/** A search with the way to its rows. */
export interface Plan {
  /** The way. */
  readonly path: Path;
  /** The conditions which the way does not see to. */
  readonly residual: readonly Predicate[];
  /** The order of the result. */
  readonly order: OrderTerms;
}

/** The columns whose values the keys of a range have, in this order, after what the keys begin with. */
export function keyColumns(index: StoredIndex | null, primaryKey: readonly Column[]): readonly Column[] {
  return index === null ? primaryKey : [...index.columns, ...primaryKey];
}
