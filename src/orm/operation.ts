import type { GroupPlan, NamedIndex, Predicate, TableIndex, UpsertOptions } from "../contract/mod.ts";
import type { Level } from "../relations/levels.ts";
import type { RelatedOrder } from "../relations/related_order.ts";
import type { Call, CountPlan, DeletePlan, SelectPlan, UpdatePlan } from "../query/plans.ts";
import type { AnyIterator, Row } from "../store/any_driver.ts";

/**
 * What is asked of a table: data, without values, so that equal requests share one. Values and rows travel beside it, see
 * {@linkcode Given}.
 */
export type Operation =
  | SelectPlan
  | CountPlan
  | UpdatePlan
  | DeletePlan
  | GroupOperation
  | IterateOperation
  | LoadOperation
  | ExplainOperation
  | ChangeOperation
  | UpsertOperation
  | CreateIndexOperation
  | DropIndexOperation
  | { readonly kind: "insert" | "insertAll" | "updateEach" | "indexes" | "drop" | "ready" };

/** Aggregates by group. */
export interface GroupOperation extends Omit<GroupPlan, "params"> {
  readonly kind: "group";
}

/** The rows of a search one by one. */
export interface IterateOperation {
  readonly kind: "iterate";
  readonly plan: SelectPlan;
}

/** A search with the rows of other tables that come with its own: all of them as they are at one moment. */
export interface LoadOperation {
  readonly kind: "load";
  readonly plan: SelectPlan;
  /** What comes with the rows. Their values are in them: they are not shared. */
  readonly levels: readonly Level[];
  /** The columns that are taken away again. */
  readonly trim: readonly string[];
  /** Nothing comes with rows beyond this number. */
  readonly most: number;
  /** The order, where it is by what relations lead to. */
  readonly order: RelatedOrder | undefined;
}

/** How a search would run. */
export interface ExplainOperation {
  readonly kind: "explain";
  readonly plan: SelectPlan;
}

/** A change that gives the rows concerned, of a driver that does so. */
export interface ChangeOperation {
  readonly kind: "change";
  /** What is changed; `returning` is set. */
  readonly plan: UpdatePlan | DeletePlan;
}

/** Inserts a row, or updates the one equal in the conflict columns. */
export interface UpsertOperation extends UpsertOptions {
  readonly kind: "upsert";
}

/** Makes an index. */
export interface CreateIndexOperation {
  readonly kind: "createIndex";
  readonly index: NamedIndex;
}

/** Removes an index. */
export interface DropIndexOperation {
  readonly kind: "dropIndex";
  readonly name: string;
}

/** The values of a plan's slots. */
export type Params = readonly unknown[];

/** What travels beside an operation, by its kind. */
export interface Given {
  readonly select: Params;
  readonly count: Params;
  readonly update: Params;
  readonly delete: Params;
  readonly group: Params;
  readonly iterate: Params;
  readonly load: Params;
  readonly explain: Params;
  readonly change: Params;
  readonly insert: Row;
  readonly insertAll: readonly Row[];
  readonly updateEach: readonly Call<UpdatePlan>[];
  readonly upsert: Row;
  readonly indexes: null;
  readonly createIndex: null;
  readonly dropIndex: null;
  readonly drop: null;
  readonly ready: null;
}

/** What an operation gives, by its kind. */
export interface Answer {
  readonly select: Row[];
  readonly count: number;
  readonly update: number;
  readonly delete: number;
  readonly group: Row[];
  /** Null when rows have to be read in pages. */
  readonly iterate: AnyIterator | null;
  readonly load: Row[];
  readonly explain: string[];
  readonly change: Row[];
  readonly insert: Row;
  readonly insertAll: Row[];
  readonly updateEach: number;
  readonly upsert: Row;
  readonly indexes: readonly TableIndex[];
  readonly createIndex: void;
  readonly dropIndex: void;
  readonly drop: void;
  readonly ready: void;
}

/** Those that write nothing. */
export const READS: readonly Operation["kind"][] = [
  "select",
  "count",
  "group",
  "iterate",
  "load",
  "explain",
  "indexes",
  "ready",
];

/** Stores a row. */
export const INSERT: Operation & { readonly kind: "insert" } = Object.freeze({ kind: "insert" });
/** Stores all rows or none. */
export const INSERT_ALL: Operation & { readonly kind: "insertAll" } = Object.freeze({ kind: "insertAll" });
/** Makes all updates or none; none of their values is computed. */
export const UPDATE_EACH: Operation & { readonly kind: "updateEach" } = Object.freeze({ kind: "updateEach" });
/** Tells the indexes there are. */
export const INDEXES: Operation & { readonly kind: "indexes" } = Object.freeze({ kind: "indexes" });
/** Removes the table. */
export const DROP: Operation & { readonly kind: "drop" } = Object.freeze({ kind: "drop" });
/** Makes the table when it is absent. */
export const READY: Operation & { readonly kind: "ready" } = Object.freeze({ kind: "ready" });

/** The condition that an operation has, or null. */
export function whereOf(operation: Operation): Predicate | null {
  if ("where" in operation) return operation.where;
  return "plan" in operation ? operation.plan.where : null;
}
