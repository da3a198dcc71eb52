import { chain, type Maybe, settle } from "../../../src/chain/chain.ts";
import type { AsyncDriver, SyncDriver } from "../../../src/contract/mod.ts";
import { type ReadFind, readFind } from "../../../src/query/find_options.ts";
import { countOf, deleteOf, updateOf } from "../../../src/query/changes.ts";
import type { Call, UpdatePlan } from "../../../src/query/plans.ts";
import { type ReadWhere, readWhere } from "../../../src/query/where_reader.ts";
import type { ModelSchema } from "../../../src/schema/model_schema.ts";
import { Table } from "../../../src/schema/table.ts";
import { type AnyDriver, anyDriver, type Row } from "../../../src/store/any_driver.ts";
import { ComposedStore } from "../../../src/store/composed_store.ts";
import { DirectStore } from "../../../src/store/direct_store.ts";
import type { Referrer, StoreContext } from "../../../src/store/store_context.ts";
import type { StoreIndex } from "../../../src/store/table_store.ts";

/** The tables of one database, with as much of their surroundings as their stores need. */
export class FakeDatabase {
  readonly driver: AnyDriver;
  readonly tables: Map<string, FakeTable> = new Map();
  readonly #scopes: (() => Maybe<void>)[][] = [];

  constructor(driver: SyncDriver | AsyncDriver) {
    this.driver = anyDriver(driver);
  }

  /** Defines a table without making it. */
  define(name: string, schema: ModelSchema, direct = false): FakeTable {
    const table = new FakeTable(this, new Table(name, schema), direct);
    this.tables.set(name, table);
    return table;
  }

  /** Runs several steps as one, undoing what the driver does not. */
  atomically<T>(work: () => Maybe<T>): Maybe<T> {
    const { transactions, savepoints } = this.driver.metadata.capabilities ?? {};
    const nested = this.#scopes.length > 0;
    const undoes = nested ? transactions !== undefined && savepoints === true : transactions !== undefined;
    const body = (): Maybe<T> => {
      this.#scopes.push([]);
      return settle(work, (result) => {
        const steps = this.#scopes.pop() ?? [];
        this.#scopes.at(-1)?.push(...steps);
        return result;
      }, (error) => {
        const steps = undoes ? [] : this.#scopes.at(-1) ?? [];
        return chain(undoAll(steps), () => {
          this.#scopes.pop();
          throw error;
        });
      });
    };
    return nested && !undoes ? body() : this.driver.transaction(body);
  }

  undo(step: () => Maybe<void>): void {
    this.#scopes.at(-1)?.push(step);
  }
}

/** A table with its store, and short ways to call it. */
export class FakeTable implements StoreContext {
  readonly table: Table;
  readonly store: ComposedStore;
  readonly made: StoreIndex[] = [];
  readonly #database: FakeDatabase;

  constructor(database: FakeDatabase, table: Table, direct: boolean) {
    this.#database = database;
    this.table = table;
    this.store = direct
      ? new DirectStore(database.driver, "app", table, this)
      : new ComposedStore(database.driver, "app", table, this);
  }

  atomically<T>(work: () => Maybe<T>): Maybe<T> {
    return this.#database.atomically(work);
  }

  undo(step: () => Maybe<void>): void {
    this.#database.undo(step);
  }

  indexes(): readonly StoreIndex[] {
    return this.made;
  }

  related(name: string): FakeTable | null {
    return this.#database.tables.get(name) ?? null;
  }

  referrers(name: string): readonly Referrer[] {
    return [...this.#database.tables.values()].flatMap(({ table, store }) =>
      table.columns.filter(({ references }) => references?.table === name).map((column) => ({
        table,
        column,
        store,
      }))
    );
  }

  /** Makes an index and remembers it. */
  index(name: string, columns: readonly string[], unique: boolean, where?: unknown): Maybe<void> {
    const index = { name, columns, unique, where: where === undefined ? null : this.where(where) };
    return chain(this.store.createIndex(index), () => {
      this.made.push(index);
    });
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
    return this.store.select(plan, params);
  }

  count(where?: unknown): Maybe<number> {
    const { plan, params } = countOf(this.table, where === undefined ? null : this.where(where));
    return this.store.count(plan, params);
  }

  insert(values: Row): Maybe<Row> {
    return this.store.insert(this.row(values));
  }

  insertAll(rows: readonly Row[]): Maybe<Row[]> {
    return this.store.insertAll(rows.map((values) => this.row(values)));
  }

  update(data: Row, where?: unknown): Maybe<number> {
    const { plan, params } = this.#change(data, where);
    return this.store.update(plan, params);
  }

  updateEach(updates: readonly (readonly [Row, unknown])[]): Maybe<number> {
    return this.store.updateEach(updates.map(([data, where]) => this.#change(data, where)));
  }

  delete(where?: unknown): Maybe<number> {
    const { plan, params } = deleteOf(this.table, where === undefined ? null : this.where(where));
    return this.store.delete(plan, params);
  }

  upsert(values: Row, conflict: readonly string[]): Maybe<Row> {
    const set = Object.keys(values).filter((name) => !conflict.includes(name));
    return this.store.upsert(this.row(values), { conflict, set });
  }

  explain(options?: unknown): Maybe<string[]> {
    const { plan, params } = this.find(options);
    return this.store.explain(plan, params);
  }

  #change(data: Row, where: unknown): Call<UpdatePlan> {
    const values = Object.entries(data).map(([name, value]) =>
      [name, value === null ? null : this.table.column(name).accept(value)] as const
    );
    return updateOf(
      this.table,
      Object.fromEntries(values),
      where === undefined ? null : this.where(where),
    );
  }
}

function undoAll(steps: readonly (() => Maybe<void>)[]): Maybe<void> {
  const step = steps.at(-1);
  return step === undefined ? undefined : chain(step(), () => undoAll(steps.slice(0, -1)));
}
