import { BoundedMap } from "../cache/bounded_map.ts";
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
import { toDriverWhere } from "../query/driver_where.ts";
import type { ReadFind } from "../query/find_options.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import type { Table } from "../schema/table.ts";
import type { AnyDriver, AnyIterator, AnyPrepared, Row } from "./any_driver.ts";
import { ComposedStore } from "./composed_store.ts";
import { driverSchema } from "./driver_schema.ts";
import type { StoreContext } from "./store_context.ts";
import type { StoreIndex, StoreUpdate } from "./table_store.ts";

/** Plans kept for each kind of query on a table. */
const PLANS = 512;

/** A table of a driver that does everything itself: queries are planned once a shape where the driver prepares them. */
export class DirectStore extends ComposedStore {
  readonly #driver: AnyDriver;
  readonly #database: string;
  readonly #name: string;
  readonly #table: Table;
  readonly #schema: TableSchema;
  /** The driver takes conditions on computed values. */
  readonly #computes: boolean;
  readonly #selects = new BoundedMap<AnyPrepared>(PLANS);
  readonly #counts = new BoundedMap<AnyPrepared>(PLANS);
  readonly #updates = new BoundedMap<AnyPrepared>(PLANS);
  readonly #deletes = new BoundedMap<AnyPrepared>(PLANS);

  /** Makes the store of one table. */
  constructor(driver: AnyDriver, database: string, table: Table, context: StoreContext) {
    super(driver, database, table, context);
    this.#driver = driver;
    this.#database = database;
    this.#name = table.name;
    this.#table = table;
    this.#schema = driverSchema(table);
    this.#computes = driver.metadata.capabilities?.expressions === true;
  }

  /** The rows found. */
  override select(find: ReadFind): Maybe<Row[]> {
    if (this.#leaves(find)) return super.select(find);
    const { shape } = find;
    let query = this.#selects.get(shape);
    if (query === undefined) {
      const { where, orderBy, limit, offset, select } = find;
      const made = this.#prepare({
        kind: "select",
        where,
        orderBy,
        ...(limit === undefined ? null : { limit }),
        ...(offset === undefined ? null : { offset }),
        ...(select === undefined ? null : { select }),
      });
      if (made === null) return this.#driver.findAll(this.#database, this.#name, queryOptions(find));
      this.#selects.set(shape, query = made);
    }
    return query.all(find.params);
  }

  /** The rows one by one, when the driver can. */
  override iterate(find: ReadFind): AnyIterator | null {
    if (this.#leaves(find)) return super.iterate(find);
    return this.#driver.iterate?.(this.#database, this.#name, queryOptions(find)) ?? null;
  }

  /** The driver does it all. */
  override canLimit(find: ReadFind): boolean {
    return !this.#leaves(find) || super.canLimit(find);
  }

  /** How many rows match. */
  override count(where: ReadWhere | null): Maybe<number> {
    if (this.#leaves(where)) return super.count(where);
    const query = this.#planned(this.#counts, "count", where);
    if (query !== null) return query.number(where?.params ?? []);
    return this.#driver.count(this.#database, this.#name, driverWhere(where));
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
  override update({ data, where }: StoreUpdate): Maybe<number> {
    if (this.#leaves(where)) return super.update({ data, where });
    const columns = Object.keys(data);
    let shape = where === null ? "" : where.shape;
    for (const name of columns) shape += `=${this.#table.column(name).index}`;
    let query = this.#updates.get(shape);
    const params = where?.params ?? [];
    if (query === undefined) {
      const set = columns.map((column, i) => ({ column, slot: params.length + i }));
      const made = this.#prepare({ kind: "update", where: where?.predicate ?? null, set });
      if (made === null) return this.#driver.update(this.#database, this.#name, data, driverWhere(where));
      this.#updates.set(shape, query = made);
    }
    return query.number(params.concat(Object.values(data)));
  }

  /** Makes all updates or none. */
  override updateEach(updates: readonly StoreUpdate[]): Maybe<number> {
    if (updates.some(({ where }) => this.#leaves(where))) return super.updateEach(updates);
    const each = updates.map(({ data, where }) => ({ data, where: driverWhere(where) }));
    return this.#driver.bulkUpdate(this.#database, this.#name, each);
  }

  /** Removes the rows that match. */
  override delete(where: ReadWhere | null): Maybe<number> {
    if (this.#leaves(where)) return super.delete(where);
    const query = this.#planned(this.#deletes, "delete", where);
    if (query !== null) return query.number(where?.params ?? []);
    return this.#driver.delete(this.#database, this.#name, driverWhere(where));
  }

  /** Inserts or updates. */
  override upsert(row: Row, options: UpsertOptions): Maybe<Row> {
    return this.#driver.upsert?.(this.#database, this.#name, row, options) ?? super.upsert(row, options);
  }

  /** Aggregates by group. */
  override group(plan: GroupPlan): Maybe<Row[]> {
    if (this.#leaves({ computed: looksAtComputed(plan.where) })) return super.group(plan);
    return this.#driver.group?.(this.#database, this.#name, plan) ?? super.group(plan);
  }

  /** How the store would run a search. */
  override explain(find: ReadFind): Maybe<string[]> {
    if (this.#leaves(find)) return super.explain(find);
    return this.#driver.explain?.(this.#database, this.#name, queryOptions(find)) ?? super.explain(find);
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
      for (const plans of [this.#selects, this.#counts, this.#updates, this.#deletes]) plans.clear();
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

  /** Whether a condition is left to the core. */
  #leaves(given: { readonly computed?: boolean } | null): boolean {
    return given?.computed === true && !this.#computes;
  }

  #planned(
    plans: BoundedMap<AnyPrepared>,
    kind: "count" | "delete",
    where: ReadWhere | null,
  ): AnyPrepared | null {
    const shape = where?.shape ?? "";
    const known = plans.get(shape);
    if (known !== undefined) return known;
    const made = this.#prepare({ kind, where: where?.predicate ?? null });
    if (made !== null) plans.set(shape, made);
    return made;
  }

  #prepare(plan: QueryPlan): AnyPrepared | null {
    return this.#driver.prepare?.(this.#database, this.#name, plan) ?? null;
  }
}

/** A search, in the form of the sixteen methods. */
function queryOptions({ where, params, orderBy, limit, offset, select }: ReadFind): QueryOptions {
  return {
    ...(where === null ? null : { where: toDriverWhere(where, params) }),
    orderBy,
    ...(limit === undefined ? null : { limit }),
    ...(offset === undefined ? null : { offset: params[offset] as number }),
    ...(select === undefined ? null : { select }),
  };
}

/** An index, in the form of the sixteen methods. */
function indexOptions({ columns, unique, where }: StoreIndex): IndexOptions {
  return {
    columns,
    ...(unique ? { unique } : null),
    ...(where === null ? null : { where: driverWhere(where) }),
  };
}

function driverWhere(where: ReadWhere | null): DriverWhere {
  return where === null ? {} : toDriverWhere(where.predicate, where.params);
}
