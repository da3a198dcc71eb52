import { chain, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import { type ReadFind, readFind } from "../query/find_options.ts";
import { readSignal, takeSignal } from "../query/signal_option.ts";
import type { Row } from "../store/any_driver.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { TransactionOptions } from "../transaction/options.ts";
import type {
  AggregateResult,
  Aggregates,
  AggregateValue,
  Group,
  GroupKeys,
  GroupOptions,
  NumericKeys,
  OrderedKeys,
} from "../types/aggregate.ts";
import type { Explanation } from "../types/explanation.ts";
import type { Mode, Result, RowIterator, TransactionBody } from "../types/mode.ts";
import type { Page, PageOptions } from "../types/page.ts";
import type {
  FindOneOptions,
  FindOptions,
  Found,
  ReadOptions,
  RelatedAggregates,
  RowOptions,
  With,
} from "../types/find.ts";
import type { Empty } from "../types/relation.ts";
import type { Simplify } from "../types/row.ts";
import type { Picked, PickOptions } from "../types/pick.ts";
import type { WhereInput } from "../types/where.ts";
import { aggregateAll, aggregateOne, groupRowsBy } from "./aggregating.ts";
import { countRows, readCondition } from "./conditions.ts";
import { findByKey, findRows, orFail } from "./finding.ts";
import { rowIterator } from "./row_iterator.ts";
import { showKey } from "./key_find.ts";
import type { ModelHost } from "./model_host.ts";
import { pick } from "./pick.ts";
import { paginate } from "./paginate.ts";
import { prepare, type Prepared } from "./prepared.ts";

/** What a view reads from. */
export let entryIn: (view: object) => TableEntry;
/** What a view needs of its ORM. */
export let hostIn: (view: object) => ModelHost;

/**
 * What is read, typed: a model without what writes. Every method refuses names, conditions and options that make no sense with a
 * `ValidationError`, before the store is touched.
 *
 * @example
 * ```ts
 * import { DataTypes, type Mode, ORM, type Result, type View } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * interface Named {
 *   id: number;
 *   name: string;
 * }
 *
 * function firstName<M extends Mode>(people: View<Named, number, M>): Result<M, Named | null> {
 *   return people.findOne({ orderBy: [["name", "ASC"]] });
 * }
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const User = orm.define("app", "users", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   name: { type: DataTypes.TEXT, notNull: true },
 * });
 * User.bulkCreate([{ name: "Grace" }, { name: "Ada" }]);
 * console.log(firstName(User)?.name); // Ada
 * ```
 */
export class View<
  in out Row_ extends object,
  in Key,
  out M extends Mode,
  in out R extends object = Empty,
> {
  /** The database's name. */
  readonly database: string;
  /** The table's name. */
  readonly table: string;
  /** The type of a row, for `typeof User.$row`; undefined at run time. */
  declare readonly $row: Row_;
  /** Whether methods return values or Promises; undefined at run time. */
  declare readonly $mode: M;
  /** The relations; undefined at run time. */
  declare readonly $relations: R;
  readonly #entry: TableEntry;
  readonly #host: ModelHost;

  static {
    entryIn = (view) => (view as View<Row, never, Mode>).#entry;
    hostIn = (view) => (view as View<Row, never, Mode>).#host;
  }

  /**
   * Makes a view of a table.
   *
   * @internal They are made by an ORM.
   */
  constructor(entry: TableEntry, host: ModelHost) {
    this.database = entry.database;
    this.table = entry.table.name;
    this.#entry = entry;
    this.#host = host;
  }

  /** The first row found, or null. */
  findOne(): Result<M, Row_ | null>;
  /** The first row found, or null. */
  findOne<
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    options?: FindOneOptions<Row_, K, R, W, A>,
  ): Result<M, Found<Row_, R, K, W, A> | null>;
  findOne(options?: unknown): Result<M, Row_ | null> {
    return this.#result(chain(findRows(this.#entry, options, true), first));
  }

  /** All rows found. */
  findAll(): Result<M, Row_[]>;
  /** All rows found. */
  findAll<
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    options?: FindOptions<Row_, K, R, W, A>,
  ): Result<M, Found<Row_, R, K, W, A>[]>;
  findAll(options?: unknown): Result<M, Row_[]> {
    return this.#result(findRows(this.#entry, options));
  }

  /**
   * The first row found.
   *
   * @throws {NotFoundError} When there is none.
   */
  findOrFail<
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    options: FindOneOptions<Row_, K, R, W, A>,
  ): Result<M, Found<Row_, R, K, W, A>> {
    // No options at all are a mistake: what is missing must not mean any row.
    if (typeof options !== "object") this.#refuse("findOrFail needs options; findByIdOrFail takes a key");
    return this.#result(orFail(this.#entry, findRows(this.#entry, options, true), "row that matches"));
  }

  /** The row with this primary key, or null. A key of several columns is an object of them. */
  findById<
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    key: Key,
    options?: RowOptions<Row_, K, R, W, A>,
  ): Result<M, Found<Row_, R, K, W, A> | null> {
    return this.#result(chain(findByKey(this.#entry, key, options), first));
  }

  /**
   * The row with this primary key, as `findById` takes it.
   *
   * @throws {NotFoundError} When there is none.
   */
  findByIdOrFail<
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    key: Key,
    options?: RowOptions<Row_, K, R, W, A>,
  ): Result<M, Found<Row_, R, K, W, A>> {
    const what = `row with key ${showKey(this.#entry.table, key)}`;
    return this.#result(orFail(this.#entry, findByKey(this.#entry, key, options), what));
  }

  /** How many rows match; all of them without a condition. */
  count(where?: WhereInput<Row_, R>, options?: ReadOptions): Result<M, number> {
    const { table } = this.#entry;
    return this.#result(countRows(this.#entry, readCondition(table, where), readSignal(table, options)));
  }

  /** Whether a row matches. */
  exists(where?: WhereInput<Row_, R>, options?: ReadOptions): Result<M, boolean> {
    const signal = readSignal(this.#entry.table, options);
    const select = [(this.#entry.table.primaryKey[0] as { name: string }).name];
    const { plan, params } = this.#find(
      where === undefined ? { select, limit: 1 } : { where, select, limit: 1 },
    );
    return this.#result(chain(this.#entry.execute(plan, params, signal), (rows) => rows.length > 0));
  }

  /** The sum of a column; 0 of nothing. A `bigint` column gives a bigint. */
  sum<K extends NumericKeys<Row_>>(
    column: K,
    where?: WhereInput<Row_, R>,
    options?: ReadOptions,
  ): Result<M, AggregateValue<Row_, { readonly sum: K }>> {
    return this.#result(aggregateOne(this.#entry, { sum: column }, where, options));
  }

  /** The mean of a column's values; null of nothing. */
  avg(
    column: NumericKeys<Row_>,
    where?: WhereInput<Row_, R>,
    options?: ReadOptions,
  ): Result<M, number | null> {
    return this.#result(aggregateOne(this.#entry, { avg: column }, where, options));
  }

  /** The least value of a column in its order; null of nothing. */
  min<K extends OrderedKeys<Row_>>(
    column: K,
    where?: WhereInput<Row_, R>,
    options?: ReadOptions,
  ): Result<M, NonNullable<Row_[K]> | null> {
    return this.#result(aggregateOne(this.#entry, { min: column }, where, options));
  }

  /** The greatest value of a column in its order; null of nothing. */
  max<K extends OrderedKeys<Row_>>(
    column: K,
    where?: WhereInput<Row_, R>,
    options?: ReadOptions,
  ): Result<M, NonNullable<Row_[K]> | null> {
    return this.#result(aggregateOne(this.#entry, { max: column }, where, options));
  }

  /**
   * Several aggregates at once: `aggregate({ n: { count: "*" }, oldest: { max: "age" } })`. In the place of a column a function of the
   * row can stand, and `where` beside it says which rows are considered.
   */
  aggregate<const A extends Aggregates<Row_>>(
    aggregates: A,
    where?: WhereInput<Row_, R>,
    options?: ReadOptions,
  ): Result<M, AggregateResult<Row_, A>> {
    return this.#result(aggregateAll(this.#entry, aggregates, where, options));
  }

  /**
   * The groups of the rows with their aggregates, ordered by what makes them unless `orderBy` says otherwise. Without `aggregates` it
   * gives the different values.
   *
   * @param options `by` is a list of columns, or an object of columns and functions of the row by the names they get. Beside an aggregate of a
   * function, `having` is a function of the group, and stands after `aggregates`.
   * @throws {ValidationError} When something computed has no value (`OUT_OF_RANGE`).
   *
   * @example
   * ```ts
   * import { DataTypes, ORM } from "@rinari/orm";
   * import { MemoryDriver } from "@rinari/orm/drivers/memory";
   *
   * const orm = new ORM({ driver: new MemoryDriver() });
   * const Order = orm.define("app", "orders", {
   *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
   *   price: { type: DataTypes.INTEGER, notNull: true },
   *   quantity: { type: DataTypes.INTEGER, notNull: true },
   *   placedAt: { type: DataTypes.DATETIME, notNull: true },
   * });
   * Order.create({ price: 3, quantity: 2, placedAt: "2026-11-30T10:00:00Z" });
   * const months = Order.groupBy({
   *   by: { month: (o) => o.placedAt.startOf("month") },
   *   aggregates: { cents: { sum: (o) => o.price.times(o.quantity) } },
   *   having: (g) => g.cents.gt(5),
   * });
   * console.log(months[0]?.cents); // 6
   * ```
   */
  groupBy<const B extends GroupKeys<Row_>, const A extends Aggregates<Row_>>(
    options: GroupOptions<Row_, B, A, R>,
  ): Result<M, Simplify<Group<Row_, B, A>>[]> {
    return this.#result(groupRowsBy(this.#entry, options));
  }

  /**
   * The rows found, one by one, without holding all of them in memory. Rows that are written while it runs may or may not
   * be seen.
   */
  iterate<
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    options?: FindOptions<Row_, K, R, W, A>,
  ): RowIterator<M, Found<Row_, R, K, W, A>> {
    return rowIterator(this.#entry, options) as RowIterator<M, Found<Row_, R, K, W, A>>;
  }

  /** A page of rows, found by the place where the page before ended, so that the last page costs what the first does. */
  paginate<
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    options?: PageOptions<Row_, K, R, W, A>,
  ): Result<M, Page<Found<Row_, R, K, W, A>>> {
    return this.#result(paginate(this.#entry, options));
  }

  /**
   * A query with parameters, read once and run often.
   *
   * @param build Gives the options of `findAll`, with the parameters in the place of values.
   *
   * @example
   * ```ts
   * import { DataTypes, ORM } from "@rinari/orm";
   * import { MemoryDriver } from "@rinari/orm/drivers/memory";
   *
   * const orm = new ORM({ driver: new MemoryDriver() });
   * const Book = orm.define("app", "books", { id: { type: DataTypes.INTEGER, primaryKey: true }, year: { type: DataTypes.INTEGER } });
   * const since = Book.prepare((given: { year: number }) => ({ where: { year: { $gte: given.year } } }));
   * console.log(since.findAll({ year: 1990 }));
   * ```
   */
  prepare<
    P extends object,
    const K extends keyof Row_ = never,
    const W extends With<R> = never,
    const A extends RelatedAggregates<R> = Empty,
  >(
    build: (params: P) => FindOptions<Row_, K, R, W, A>,
  ): Prepared<Found<Row_, R, K, W, A>, P, M> {
    return prepare(this.#entry, build);
  }

  /**
   * The values of a column, as a list that stands in `$in` or `$notIn` of another condition. Nothing is read before that condition
   * is run; then it is what the list of these values would be, nulls included.
   *
   * @param options `where`, `orderBy` and `limit`: the rows whose values are taken; all when absent.
   *
   * @example
   * ```ts
   * import { DataTypes, ORM } from "@rinari/orm";
   * import { MemoryDriver } from "@rinari/orm/drivers/memory";
   *
   * const orm = new ORM({ driver: new MemoryDriver() });
   * const Post = orm.define("app", "posts", { id: { type: DataTypes.INTEGER, primaryKey: true } });
   * const Tag = orm.define("app", "tags", {
   *   post: { type: DataTypes.INTEGER, primaryKey: true },
   *   name: { type: DataTypes.TEXT, primaryKey: true },
   * });
   * Post.bulkCreate([{ id: 1 }, { id: 2 }]);
   * Tag.create({ post: 2, name: "new" });
   * console.log(Post.count({ id: { $in: Tag.pick("post", { where: { name: "new" } }) } })); // 1
   * ```
   */
  pick<const K extends keyof Row_ & string>(column: K, options?: PickOptions<Row_, R>): Picked<Row_[K]> {
    return pick(this.#entry, column, options) as unknown as Picked<Row_[K]>;
  }

  /** How `findAll` with these options would run. */
  explain(options?: FindOptions<Row_, keyof Row_, R>): Result<M, Explanation> {
    const { signal, rest } = takeSignal(this.#entry.table, options);
    const { plan, params } = this.#find(rest);
    const driver = this.#entry.connection.driver.metadata.name;
    return this.#result(
      chain(this.#entry.execute({ kind: "explain", plan }, params, signal), (steps) => ({ driver, steps })),
    );
  }

  /**
   * Runs a callback in a transaction on this model's database: every operation inside belongs to it, and a throw undoes them
   * all. Inside another transaction it is a savepoint.
   *
   * @returns What the callback returns.
   * @throws {TransactionError} When a second database is touched, or an operation failed and the callback went on.
   * @throws {ConflictError | TimeoutError} When the store stayed busy, or a deadline passed.
   */
  transaction<T>(work: TransactionBody<M, T>, options?: TransactionOptions): Result<M, T> {
    return this.#result(this.#host.transaction(this.database, work as () => Maybe<T>, options));
  }

  #find(options: unknown): ReadFind {
    return readFind(this.#entry.table, options, this.#host.strict);
  }

  #refuse(reason: string): never {
    throw new ValidationError(`Cannot use \`${this.table}\`: ${reason}`, {
      code: "INVALID_OPTIONS",
      table: this.table,
    });
  }

  /** Gives what the store returned the type that the mode says; `iterate` and prepared queries do so for theirs. */
  #result<T>(value: Maybe<unknown>): Result<M, T> {
    return value as Result<M, T>;
  }
}

function first(rows: Row[]): Row | null {
  return rows[0] ?? null;
}
