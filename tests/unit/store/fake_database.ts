import type { Maybe } from "../../../src/chain/chain.ts";
import { complete } from "../../../src/composed/complete.ts";
import { wholeDriver } from "../../../src/composed/whole_driver.ts";
import type { AnyIterator, CompleteDriver, Row } from "../../../src/composed/complete_driver.ts";
import type { AsyncDriver, GroupPlan, QueryPlan, SyncDriver } from "../../../src/contract/mod.ts";
import { countOf, deleteOf, updateOf } from "../../../src/query/changes.ts";
import { toDriverWhere, toQueryOptions } from "../../../src/query/driver_where.ts";
import { type ReadFind, readFind } from "../../../src/query/find_options.ts";
import type { Call } from "../../../src/query/plans.ts";
import { type ReadWhere, readWhere } from "../../../src/query/where_reader.ts";
import type { ModelSchema } from "../../../src/schema/model_schema.ts";
import { Table } from "../../../src/schema/table.ts";
import { driverSchema } from "../../../src/store/driver_schema.ts";

const DATABASE = "app";

/** The tables of one database, on a driver that is completed. */
export class FakeDatabase {
  readonly driver: CompleteDriver;
  readonly tables: Map<string, FakeTable> = new Map();

  constructor(driver: SyncDriver | AsyncDriver) {
    this.driver = wholeDriver(complete(driver));
  }

  /** Defines a table without making it. */
  define(name: string, schema: ModelSchema): FakeTable {
    const table = new FakeTable(this.driver, new Table(name, schema));
    this.tables.set(name, table);
    return table;
  }

  /** Runs several steps as one. */
  atomically<T>(work: () => Maybe<T>): Maybe<T> {
    return this.driver.transaction(work);
  }
}

/** A table, and short ways to call it. */
export class FakeTable {
  readonly table: Table;
  readonly #driver: CompleteDriver;

  constructor(driver: CompleteDriver, table: Table) {
    this.table = table;
    this.#driver = driver;
  }

  create(): Maybe<void> {
    return this.#driver.createTableWithIndexes(DATABASE, this.table.name, driverSchema(this.table), []);
  }

  drop(): Maybe<void> {
    return this.#driver.dropTable(DATABASE, this.table.name);
  }

  /** Makes an index. */
  index(name: string, columns: readonly string[], unique: boolean, where?: unknown): Maybe<void> {
    const read = where === undefined ? null : this.where(where);
    return this.#driver.createIndex(DATABASE, this.table.name, name, {
      columns,
      unique,
      ...(read === null ? null : { where: toDriverWhere(read.predicate, read.params) }),
    });
  }

  dropIndex(name: string): Maybe<void> {
    return this.#driver.dropIndex(DATABASE, this.table.name, name);
  }

  find(options?: unknown): ReadFind {
    return readFind(this.table, options, false);
  }

  where(where: unknown): ReadWhere {
    return readWhere(this.table, where, false);
  }

  /** A full row of values that are accepted as a model would. */
  row(values: Row): Row {
    const row: Row = {};
    for (const column of this.table.columns) {
      const value = values[column.name] ?? null;
      if (value !== null || !column.autoIncrement) {
        row[column.name] = value === null ? null : column.accept(value);
      }
    }
    return row;
  }

  select(options?: unknown): Maybe<Row[]> {
    const { plan, params } = this.find(options);
    return this.#driver.prepare(DATABASE, this.table.name, plan).all(params);
  }

  iterate(options?: unknown): AnyIterator | null {
    const { plan, params } = this.find(options);
    return this.#driver.iterate(DATABASE, this.table.name, toQueryOptions(plan, params));
  }

  explain(options?: unknown): Maybe<string[]> {
    const { plan, params } = this.find(options);
    return this.#driver.explain(DATABASE, this.table.name, toQueryOptions(plan, params));
  }

  group(plan: GroupPlan): Maybe<Row[]> {
    return this.#driver.group(DATABASE, this.table.name, plan);
  }

  count(where?: unknown): Maybe<number> {
    return this.#number(countOf(this.table, this.#read(where)));
  }

  insert(values: Row): Maybe<Row> {
    return this.insertAsIs(this.row(values));
  }

  /** Stores a row of values that were accepted. */
  insertAsIs(row: Row): Maybe<Row> {
    return this.#driver.insert(DATABASE, this.table.name, row);
  }

  insertAll(rows: readonly Row[]): Maybe<Row[]> {
    return this.#driver.bulkInsert(DATABASE, this.table.name, rows.map((values) => this.row(values)));
  }

  update(data: Row, where?: unknown): Maybe<number> {
    return this.#number(updateOf(this.table, this.#accept(data), this.#read(where)));
  }

  updateEach(updates: readonly (readonly [Row, unknown])[]): Maybe<number> {
    const read = updates.map(([data, given]) => {
      const where = this.where(given);
      return { data: this.#accept(data), where: toDriverWhere(where.predicate, where.params) };
    });
    return this.#driver.bulkUpdate(DATABASE, this.table.name, read);
  }

  delete(where?: unknown): Maybe<number> {
    return this.#number(deleteOf(this.table, this.#read(where)));
  }

  upsert(values: Row, conflict: readonly string[]): Maybe<Row> {
    const set = Object.keys(values).filter((name) => !conflict.includes(name));
    return this.#driver.upsert(DATABASE, this.table.name, this.row(values), { conflict, set });
  }

  #number({ plan, params }: Call<QueryPlan>): Maybe<number> {
    return this.#driver.prepare(DATABASE, this.table.name, plan).number(params);
  }

  #read(where: unknown): ReadWhere | null {
    return where === undefined ? null : this.where(where);
  }

  #accept(data: Row): Row {
    const values = Object.entries(data).map(([name, value]) =>
      [name, value === null ? null : this.table.column(name).accept(value)] as const
    );
    return Object.fromEntries(values);
  }
}
