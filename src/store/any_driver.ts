import type { Maybe } from "../chain/chain.ts";
import type {
  AsyncDriver,
  GroupPlan,
  QueryOptions,
  RawResult,
  RawStatement,
  SyncDriver,
  UpsertOptions,
} from "../contract/mod.ts";

type Loose<F> = F extends (...args: infer A) => infer R ? (...args: A) => Maybe<Awaited<R>> : F;

/** A driver of which it is not known here whether it returns values or Promises. */
export type AnyDriver =
  & { readonly [K in Exclude<keyof SyncDriver, Special>]: Loose<SyncDriver[K]> }
  & {
    findOne(dbName: string, tableName: string, options: QueryOptions): Maybe<Row | null>;
    findAll(dbName: string, tableName: string, options: QueryOptions): Maybe<Row[]>;
    insert(dbName: string, tableName: string, data: Row): Maybe<Row>;
    bulkInsert(dbName: string, tableName: string, records: readonly Row[]): Maybe<Row[]>;
    upsert?(dbName: string, tableName: string, data: Row, options: UpsertOptions): Maybe<Row>;
    group?(dbName: string, tableName: string, plan: GroupPlan): Maybe<Row[]>;
    query?(dbName: string, statement: RawStatement): Maybe<RawResult<Row>>;
    transaction<T>(fn: () => Maybe<T>): Maybe<T>;
    prepare?(...args: Parameters<NonNullable<SyncDriver["prepare"]>>): AnyPrepared;
    iterate?(...args: Parameters<NonNullable<SyncDriver["iterate"]>>): AnyIterator;
  };

type Special =
  | "findOne"
  | "findAll"
  | "insert"
  | "bulkInsert"
  | "upsert"
  | "group"
  | "query"
  | "transaction"
  | "prepare"
  | "iterate";

/** A prepared query of either kind of driver. */
export interface AnyPrepared {
  all(params: readonly unknown[]): Maybe<Row[]>;
  number(params: readonly unknown[]): Maybe<number>;
}

/** A row with native values, by column name. */
export type Row = Record<string, unknown>;

/** An iterator of either kind of driver. */
export type AnyIterator = IterableIterator<Row> | AsyncIterableIterator<Row>;

/** Looks at a driver as one of either kind. */
export function anyDriver(driver: SyncDriver | AsyncDriver): AnyDriver {
  return driver as unknown as AnyDriver;
}
