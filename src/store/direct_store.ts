import { chain, type Maybe } from "../chain/chain.ts";
import type {
  DriverWhere,
  GroupPlan,
  IndexOptions,
  QueryOptions,
  QueryPlan,
  TableSchema,
  UpsertOptions,
} from "../contract/mod.ts";
import { looksAtComputed } from "../query/computed_condition.ts";
import { computesValues } from "../reference/computed_values.ts";
import { toDriverWhere } from "../query/driver_where.ts";
import type { Call, CountPlan, DeletePlan, SelectPlan, UpdatePlan } from "../query/plans.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, AnyIterator, AnyPrepared, Row } from "./any_driver.ts";
import { ComposedStore, valuesOf } from "./composed_store.ts";
import { driverSchema } from "./driver_schema.ts";
import type { StoreContext } from "./store_context.ts";
import type { StoreIndex } from "./table_store.ts";

type Params = readonly unknown[];

/** A table of a driver that does everything itself: a plan is prepared once where the driver prepares. */
export class DirectStore extends ComposedStore {
  readonly #driver: AnyDriver;
  readonly #database: string;
  readonly #name: string;
  readonly #schema: TableSchema;
  /** Whether conditions on computed values are the driver's. */
  readonly #computes: boolean;
  /** What the driver has prepared, for as long as its plan is kept. */
  #prepared: WeakMap<QueryPlan, AnyPrepared> = new WeakMap();

  /** Makes the store of one table. */
  constructor(driver: AnyDriver, database: string, table: Table, context: StoreContext) {
    super(driver, database, table, context);
    this.#driver = driver;
    this.#database = database;
    this.#name = table.name;
    this.#schema = driverSchema(table);
    this.#computes = driver.metadata.capabilities?.expressions === true && driver.prepare !== undefined;
  }

  /** The rows found. */
  override select(plan: SelectPlan, params: Params): Maybe<Row[]> {
    const query = this.#prepared.get(plan) ?? this.#prepare(plan);
    if (query !== null) return query.all(params);
    return this.#driver.findAll(this.#database, this.#name, queryOptions(plan, params));
  }

  /** The rows one by one, when the driver can. */
  override iterate(plan: SelectPlan, params: Params): AnyIterator | null {
    if (this.#leaves(plan)) return super.iterate(plan, params);
    return this.#driver.iterate?.(this.#database, this.#name, queryOptions(plan, params)) ?? null;
  }

  /** The driver does it all, but for what is left to the core. */
  override canLimit(plan: SelectPlan, params: Params): boolean {
    return !this.#leaves(plan) || super.canLimit(plan, params);
  }

  /** How many rows match. */
  override count(plan: CountPlan | UpdatePlan, params: Params): Maybe<number> {
    const query = this.#prepared.get(plan) ?? this.#prepare(plan);
    if (query !== null) return query.number(params);
    return this.#driver.count(this.#database, this.#name, toDriverWhere(plan.where, params));
  }

  /** Stores a row. */
  override insert(row: Row): Maybe<Row> {
    return this.#driver.insert(this.#database, this.#name, row);
  }

  /** Stores all rows or none. */
  override insertAll(rows: readonly Row[]): Maybe<Row[]> {
    return this.#driver.bulkInsert(this.#database, this.#name, rows);
  }

  /** Changes the rows that match. */
  override update(plan: UpdatePlan, params: Params): Maybe<number> {
    const query = this.#prepared.get(plan) ?? this.#prepare(plan);
    if (query !== null) return query.number(params);
    const { data, where } = driverUpdate({ plan, params });
    return this.#driver.update(this.#database, this.#name, data, where);
  }

  /** Makes all updates or none. */
  override updateEach(updates: readonly Call<UpdatePlan>[]): Maybe<number> {
    // A call of the driver has values only.
    if (updates.some(({ plan }) => this.#leaves(plan) || computesValues(plan))) {
      return super.updateEach(updates);
    }
    return this.#driver.bulkUpdate(this.#database, this.#name, updates.map(driverUpdate));
  }

  /** Removes the rows that match. */
  override delete(plan: DeletePlan, params: Params): Maybe<number> {
    const query = this.#prepared.get(plan) ?? this.#prepare(plan);
    if (query !== null) return query.number(params);
    return this.#driver.delete(this.#database, this.#name, toDriverWhere(plan.where, params));
  }

  /** Inserts or updates. */
  override upsert(row: Row, options: UpsertOptions): Maybe<Row> {
    return this.#driver.upsert?.(this.#database, this.#name, row, options) ?? super.upsert(row, options);
  }

  /** Aggregates by group. */
  override group(plan: GroupPlan): Maybe<Row[]> {
    if (this.#leaves(plan)) return super.group(plan);
    return this.#driver.group?.(this.#database, this.#name, plan) ?? super.group(plan);
  }

  /** How the store would run a search. */
  override explain(plan: SelectPlan, params: Params): Maybe<string[]> {
    if (this.#leaves(plan)) return super.explain(plan, params);
    return this.#driver.explain?.(this.#database, this.#name, queryOptions(plan, params)) ??
      super.explain(plan, params);
  }

  /** Makes the table. */
  override create(): Maybe<void> {
    return this.#driver.createTable(this.#database, this.#name, this.#schema);
  }

  /** Makes the table and its indexes at once, when the driver can. */
  override createWith(indexes: readonly StoreIndex[]): Maybe<void> | null {
    const named = indexes.map((index) => ({ name: index.name, ...indexOptions(index) }));
    return this.#driver.createTableWithIndexes?.(this.#database, this.#name, this.#schema, named) ?? null;
  }

  /** Removes the table. */
  override drop(): Maybe<void> {
    return chain(this.#driver.dropTable(this.#database, this.#name), () => {
      this.#prepared = new WeakMap();
    });
  }

  /** Makes an index. */
  override createIndex(index: StoreIndex): Maybe<void> {
    return this.#driver.createIndex(this.#database, this.#name, index.name, indexOptions(index));
  }

  /** Removes an index. */
  override dropIndex(name: string): Maybe<void> {
    return this.#driver.dropIndex(this.#database, this.#name, name);
  }

  #prepare(plan: QueryPlan): AnyPrepared | null {
    const prepared = this.#leaves(plan)
      ? this.#composed(plan)
      : this.#driver.prepare?.(this.#database, this.#name, plan) ?? null;
    if (prepared !== null) this.#prepared.set(plan, prepared);
    return prepared;
  }

  /** Whether a condition is left to the core. */
  #leaves({ where, set }: Pick<QueryPlan, "where" | "set">): boolean {
    return !this.#computes && (looksAtComputed(where) || computesValues({ set }));
  }

  #composed(plan: QueryPlan): AnyPrepared {
    return {
      all: (params) => super.select(plan as SelectPlan, params),
      number: (params) => {
        switch (plan.kind) {
          case "update":
            return super.update(plan as UpdatePlan, params);
          case "delete":
            return super.delete(plan as DeletePlan, params);
          default:
            return super.count(plan as CountPlan, params);
        }
      },
    };
  }
}

/** A search, in the form of the sixteen methods. */
function queryOptions({ where, orderBy, limit, offset, select }: SelectPlan, params: Params): QueryOptions {
  return {
    ...(where === null ? null : { where: toDriverWhere(where, params) }),
    orderBy,
    ...(limit === undefined ? null : { limit }),
    ...(offset === undefined ? null : { offset: params[offset] as number }),
    ...(select === undefined ? null : { select }),
  };
}

/** An update, in the form of the sixteen methods. */
function driverUpdate(
  { plan, params }: Call<UpdatePlan>,
): { readonly data: Row; readonly where: DriverWhere } {
  return { data: valuesOf(plan, params), where: toDriverWhere(plan.where, params) };
}

/** An index, in the form of the sixteen methods. */
function indexOptions({ columns, unique, where }: StoreIndex): IndexOptions {
  return {
    columns,
    ...(unique ? { unique } : null),
    ...(where === null ? null : { where: driverWhere(where) }),
  };
}

function driverWhere(where: ReadWhere): DriverWhere {
  return toDriverWhere(where.predicate, where.params);
}
