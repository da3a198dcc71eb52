import type { Maybe } from "../chain/chain.ts";
import type { NamedIndex, QueryOptions, QueryPlan, TableIndex, TableSchema } from "../contract/mod.ts";
import type { SelectPlan } from "../query/plans.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, AnyIterator, AnyPrepared, Row } from "../store/any_driver.ts";

type Kept =
  | "metadata"
  | "connect"
  | "disconnect"
  | "dropTable"
  | "createIndex"
  | "dropIndex"
  | "insert"
  | "bulkInsert"
  | "bulkUpdate"
  | "transaction"
  | "query";

/**
 * The one contract that models know: plans, and rows with native values. A driver that does everything is one itself; of any
 * other {@linkcode complete} makes one.
 */
export interface CompleteDriver extends Pick<AnyDriver, Kept>, Required<Pick<AnyDriver, "upsert" | "group">> {
  /** Makes a table and its indexes, what is absent of them. */
  createTableWithIndexes(
    dbName: string,
    tableName: string,
    schema: TableSchema,
    indexes: readonly NamedIndex[],
  ): Maybe<void>;
  /** The indexes of a table. */
  indexes(dbName: string, tableName: string): Maybe<readonly TableIndex[]>;
  /** Looks for a view. Absent: the store has none. */
  useView?(dbName: string, viewName: string, schema: TableSchema): Maybe<void>;
  /** Plans a query. */
  prepare(dbName: string, tableName: string, plan: QueryPlan): AnyPrepared;
  /** How a search would run. */
  explain(dbName: string, tableName: string, options: QueryOptions): Maybe<string[]>;
  /** The rows of a search one by one; null when they have to be read in pages. */
  iterate(dbName: string, tableName: string, options: QueryOptions): AnyIterator | null;
  /** It is made of a driver that is not whole: plans that ask for `returning` are not for it. */
  readonly composes?: boolean;
  /** Forgets what is known of a database: somebody has changed its tables beneath. Absent: nothing is known. */
  forget?(dbName: string): void;
  /** Writes read before they write: each has to run with nothing beside it. */
  readonly writesAlone?: boolean;
  /** Whether no more rows are read for a search than its limit says. Absent: always. */
  readsNoMore?(table: Table, plan: SelectPlan, params: readonly unknown[]): boolean;
}

/** What an entry needs of a driver. */
export type TableDriver = Omit<CompleteDriver, "connect" | "disconnect" | "transaction" | "query">;

export type { AnyIterator, AnyPrepared, Row };
