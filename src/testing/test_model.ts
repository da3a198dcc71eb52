import type { Maybe } from "../chain/chain.ts";

/** A row of a test's table. */
export type Row = Record<string, unknown>;

/** A page of rows. */
export interface TestPage {
  readonly rows: Row[];
  readonly next: string | null;
}

/** A prepared query. */
export interface TestPrepared {
  findAll(params: unknown, options?: unknown): Maybe<Row[]>;
  findOne(params: unknown, options?: unknown): Maybe<Row | null>;
}

/**
 * A model as the tests see it: of any table, of a driver of either kind, and taking anything, because some tests give what
 * the types refuse.
 */
export interface TestModel {
  readonly table: string;
  readonly database: string;
  create(data: unknown, options?: unknown): Maybe<Row>;
  bulkCreate(records: unknown): Maybe<Row[]>;
  findOne(options?: unknown): Maybe<Row | null>;
  findAll(options?: unknown): Maybe<Row[]>;
  findOrFail(options: unknown): Maybe<Row>;
  findById(key: unknown, options?: unknown): Maybe<Row | null>;
  findByIdOrFail(key: unknown, options?: unknown): Maybe<Row>;
  count(where?: unknown, options?: unknown): Maybe<number>;
  exists(where?: unknown, options?: unknown): Maybe<boolean>;
  update(data: unknown, where: unknown): Maybe<number>;
  update(data: unknown, where: unknown, options: unknown): Maybe<Row[]>;
  updateById(key: unknown, data: unknown): Maybe<Row>;
  patch(row: unknown, data: unknown): Maybe<Row>;
  updateAll(data: unknown): Maybe<number>;
  bulkUpdate(updates: unknown): Maybe<number>;
  upsert(data: unknown, options?: unknown): Maybe<Row>;
  bulkUpsert(records: unknown, options?: unknown): Maybe<Row[]>;
  findOrCreate(data: unknown, options?: unknown): Maybe<{ readonly row: Row; readonly created: boolean }>;
  delete(where: unknown): Maybe<number>;
  delete(where: unknown, options: unknown): Maybe<Row[]>;
  deleteAll(): Maybe<number>;
  bulkDelete(keys: unknown): Maybe<number>;
  pick(column: string, options?: unknown): unknown;
  link(key: unknown, relation: string, keys: unknown, payload?: unknown): Maybe<number>;
  unlink(key: unknown, relation: string, keys: unknown, payload?: unknown): Maybe<number>;
  relink(key: unknown, relation: string, keys: unknown, payload?: unknown): Maybe<number>;
  sum(column: string, where?: unknown, options?: unknown): Maybe<unknown>;
  avg(column: string, where?: unknown, options?: unknown): Maybe<unknown>;
  min(column: string, where?: unknown, options?: unknown): Maybe<unknown>;
  max(column: string, where?: unknown, options?: unknown): Maybe<unknown>;
  aggregate(aggregates: unknown, where?: unknown, options?: unknown): Maybe<Row>;
  groupBy(options: unknown): Maybe<Row[]>;
  iterate(options?: unknown): Iterable<Row> | AsyncIterable<Row>;
  paginate(options?: unknown): Maybe<TestPage>;
  prepare(build: (params: Record<string, unknown>) => unknown): TestPrepared;
  explain(options?: unknown): Maybe<unknown>;
  scope(where: unknown, options?: unknown): TestModel;
  createIndex(name: string, options: unknown): Maybe<void>;
  dropIndex(name: string): Maybe<void>;
  drop(): Maybe<void>;
  transaction<T>(work: () => Maybe<T>, options?: unknown): Maybe<T>;
}
