import type { Maybe } from "../chain/chain.ts";
import type { GroupPlan, UpsertOptions } from "../contract/mod.ts";
import type { Call, CountPlan, DeletePlan, SelectPlan, UpdatePlan } from "../query/plans.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import type { AnyIterator, Row } from "./any_driver.ts";

/** An index, with its condition read. */
export interface StoreIndex {
  /** The name, unique in its table. */
  readonly name: string;
  /** The columns, in order. */
  readonly columns: readonly string[];
  /** Whether it refuses equal rows. */
  readonly unique: boolean;
  /** The rows in it; null for all. */
  readonly where: ReadWhere | null;
}

/** The values of a plan's slots. */
type Params = readonly unknown[];

/**
 * The rows of one table, with native values, as a model works on them: everything is checked before it comes here. One
 * implementation hands it to a driver that does it all, one composes it from the sixteen methods.
 */
export interface TableStore {
  /** The rows found. */
  select(plan: SelectPlan, params: Params): Maybe<Row[]>;
  /** The rows found, one by one. */
  iterate(plan: SelectPlan, params: Params): AnyIterator | null;
  /** Whether no more rows are read for a search than its limit says. */
  canLimit(plan: SelectPlan, params: Params): boolean;
  /** How many rows match. */
  count(plan: CountPlan, params: Params): Maybe<number>;
  /** Stores a row; an autoIncrement column may be absent. */
  insert(row: Row): Maybe<Row>;
  /** Stores all rows or none. */
  insertAll(rows: readonly Row[]): Maybe<Row[]>;
  /** Changes the rows that match. */
  update(plan: UpdatePlan, params: Params): Maybe<number>;
  /** Makes all updates or none. */
  updateEach(updates: readonly Call<UpdatePlan>[]): Maybe<number>;
  /** Removes the rows that match. */
  delete(plan: DeletePlan, params: Params): Maybe<number>;
  /** Inserts a row, or updates the row equal in the conflict columns. */
  upsert(row: Row, options: UpsertOptions): Maybe<Row>;
  /** Aggregates by group, ordered by the grouped columns. */
  group(plan: GroupPlan): Maybe<Row[]>;
  /** How a search would run. */
  explain(plan: SelectPlan, params: Params): Maybe<string[]>;
  /** Makes the table when it is absent. */
  create(): Maybe<void>;
  /** Makes the table and its indexes at once; null when that is not offered. */
  createWith(indexes: readonly StoreIndex[]): Maybe<void> | null;
  /** Removes the table. */
  drop(): Maybe<void>;
  /** Makes an index. */
  createIndex(index: StoreIndex): Maybe<void>;
  /** Removes an index. */
  dropIndex(name: string): Maybe<void>;
}
