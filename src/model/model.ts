import { chain, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import { DROP, INDEXES, INSERT, INSERT_ALL, READY } from "../orm/operation.ts";
import { type ReadFind, readFind } from "../query/find_options.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import type { Row } from "../store/any_driver.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { TransactionOptions } from "../transaction/options.ts";
import type {
  AggregateResult,
  Aggregates,
  AggregateValue,
  Group,
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
  RelatedAggregates,
  RowOptions,
  With,
} from "../types/find.ts";
import type { Empty } from "../types/relation.ts";
import type { UpdateOf, WhereInput } from "../types/where.ts";
import { executeUpdate, executeUpdates } from "./computed_update.ts";
import { aggregateAll, aggregateOne, groupRowsBy } from "./aggregating.ts";
import { countRows, deleteRows, readCondition, readNarrowCondition } from "./conditions.ts";
import { checkUnique, conflictColumns } from "./conflict_columns.ts";
import { findByKey, findOneRow, findRows, orFail } from "./finding.ts";
import { rowIterator } from "./row_iterator.ts";
import { keyDelete, showKey } from "./key_find.ts";
import type { ModelHost } from "./model_host.ts";
import { paginate } from "./paginate.ts";
import { prepare, type Prepared } from "./prepared.ts";
import { readBulkUpdate, readInsert, readInserts, readUpdate } from "./row_input.ts";

/**
 * A table, typed: what `orm.define` returns. With a sync driver every method returns its value, with an async driver a
 * Promise of it. Every method refuses names, conditions and options that make no sense with a `ValidationError`, before the
 * store is touched; the first one that needs the store throws what `orm.ready` does.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const User = orm.define("app", "users", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   name: { type: DataTypes.TEXT, notNull: true },
 * });
 * const ada = User.create({ name: "Ada" });
 * console.log(User.findById(ada.id)?.name);
 * ```
 */
export class Model<
  in out Row_ extends object,
  in out Insert extends object,
  in Key,
  out M extends Mode,
  in out R extends object = Empty,
> {
  /** The database's name. */
  readonly database: string;
  /** The table's name. */
  readonly table: string;
  /** The types of a row and of what `create` takes, for `typeof User.$row`; undefined at run time. */
  declare readonly $row: Row_;
  /** The type `create` takes; undefined at run time. */
  declare readonly $insert: Insert;
  /** Whether methods return values or Promises; undefined at run time. */
  declare readonly $mode: M;
  /** The relations; undefined at run time. */
  declare readonly $relations: R;
  readonly #entry: TableEntry;
  readonly #host: ModelHost;

  /**
   * Makes a model of a table.
   *
   * @internal Models are made by `orm.define`.
   */
  constructor(entry: TableEntry, host: ModelHost) {
    this.database = entry.database;
    this.table = entry.table.name;
    this.#entry = entry;
    this.#host = host;
  }

  /**
   * Stores a row.
   *
   * @returns The row as stored, with defaults and the assigned key.
   * @throws {ValidationError} When a value does not fit its column.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses it.
   */
  create(data: Insert): Result<M, Row_> {
    const row = readInsert(this.#entry.table, data);
    this.#entry.checkLimits([row]);
    return this.#result(this.#entry.execute(INSERT, row));
  }

  /**
   * Stores all the rows, in order, or none.
   *
   * @returns The rows as stored.
   * @throws {ValidationError} When a value does not fit its column, or the driver takes fewer rows at once (`LIMIT_EXCEEDED`).
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses one.
   */
  bulkCreate(records: readonly Insert[]): Result<M, Row_[]> {
    if (!Array.isArray(records)) this.#refuse("bulkCreate needs an array of rows");
    const rows = readInserts(this.#entry.table, records);
    this.#entry.checkLimits(rows);
    return this.#result(this.#entry.execute(INSERT_ALL, rows));
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
    return this.#result(chain(findOneRow(this.#entry, options), first));
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
    return this.#result(orFail(this.#entry, findOneRow(this.#entry, options), "row that matches"));
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
  count(where?: WhereInput<Row_>): Result<M, number> {
    return this.#result(countRows(this.#entry, readCondition(this.#entry.table, where)));
  }

  /** Whether a row matches. */
  exists(where?: WhereInput<Row_>): Result<M, boolean> {
    const select = [(this.#entry.table.primaryKey[0] as { name: string }).name];
    const { plan, params } = this.#find(
      where === undefined ? { select, limit: 1 } : { where, select, limit: 1 },
    );
    return this.#result(chain(this.#entry.execute(plan, params), (rows) => rows.length > 0));
  }

  /**
   * Changes the rows that match; a column that is absent or undefined stays as it is.
   *
   * @returns How many rows matched.
   * @throws {ValidationError} When a value does not fit its column, or the condition is empty or always true: `updateAll` says
   * that aloud.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses it.
   */
  update(data: UpdateOf<Insert, Row_>, where: WhereInput<Row_>): Result<M, number> {
    return this.#update(data, readNarrowCondition(this.#entry.table, "update", where));
  }

  /**
   * Changes all rows; a column that is absent or undefined stays as it is.
   *
   * @returns How many rows there are.
   * @throws {ValidationError} When a value does not fit its column.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses it.
   */
  updateAll(data: UpdateOf<Insert, Row_>): Result<M, number> {
    return this.#update(data, null);
  }

  /**
   * Makes several updates, in order, or none of them.
   *
   * @returns How many rows matched in total.
   * @throws {ValidationError} When a value does not fit its column, or a condition is empty or always true.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses one.
   */
  bulkUpdate(
    updates: readonly { readonly where: WhereInput<Row_>; readonly data: UpdateOf<Insert, Row_> }[],
  ): Result<M, number> {
    if (!Array.isArray(updates)) this.#refuse("bulkUpdate needs an array of { where, data }");
    const read = Array.from(updates, (update) => {
      const { where, data } = readBulkUpdate(this.#entry.table, update);
      return { where: readNarrowCondition(this.#entry.table, "update", where), data };
    }).filter(({ data }) => Object.keys(data).length > 0);
    this.#entry.checkLimits(read.map(({ data }) => data));
    return this.#result(executeUpdates(this.#entry, this.#host, read));
  }

  /**
   * Stores a row, or updates the row that is equal in the conflict columns with the values given.
   *
   * @param conflict A primary key or unique columns. Default: the primary key when it is given, else the one unique
   * column given.
   * @returns The row as stored.
   * @throws {ValidationError} When a value does not fit its column, or the conflict columns have no value or are neither the
   * primary key nor unique.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When another constraint refuses it.
   */
  upsert(data: Insert, conflict?: readonly (keyof Row_ & string)[]): Result<M, Row_> {
    const { table } = this.#entry;
    const row = readInsert(table, data);
    this.#entry.checkLimits([row]);
    const given = Object.keys(readUpdate(table, data));
    const columns = conflictColumns(table, row, given, conflict);
    const set = given.filter((name) => !columns.includes(name));
    const operation = { kind: "upsert", conflict: columns, set } as const;
    if (checkUnique(table, columns, this.#entry.indexes)) {
      return this.#result(this.#entry.execute(operation, row));
    }
    return this.#result(chain(this.#entry.execute(INDEXES, null), (indexes) => {
      checkUnique(table, columns, indexes);
      return this.#entry.execute(operation, row);
    }));
  }

  /**
   * Removes the rows that match.
   *
   * @returns How many rows matched.
   * @throws {ValidationError} When the condition is empty or always true: `deleteAll` says that aloud.
   * @throws {ForeignKeyConstraintError} When a row that stays would still refer to one of them.
   */
  delete(where: WhereInput<Row_>): Result<M, number> {
    return this.#result(deleteRows(this.#entry, readNarrowCondition(this.#entry.table, "delete", where)));
  }

  /**
   * Removes all rows.
   *
   * @returns How many there were.
   * @throws {ForeignKeyConstraintError} When a row that stays would still refer to one of them.
   */
  deleteAll(): Result<M, number> {
    return this.#result(deleteRows(this.#entry, null));
  }

  /**
   * Removes the rows with these keys, all or none.
   *
   * @returns How many there were.
   * @throws {ForeignKeyConstraintError} When a row that stays would still refer to one of them.
   */
  bulkDelete(keys: readonly Key[]): Result<M, number> {
    if (!Array.isArray(keys)) this.#refuse("bulkDelete needs an array of keys");
    const { plan, params } = keyDelete(this.#entry.table, keys);
    // Nothing is asked of the store, but that it can be used.
    if (keys.length === 0) return this.#result(chain(this.#entry.execute(READY, null), () => 0));
    return this.#result(this.#entry.execute(plan, params));
  }

  /** The sum of a column; 0 of nothing. A `bigint` column gives a bigint. */
  sum<K extends NumericKeys<Row_>>(
    column: K,
    where?: WhereInput<Row_>,
  ): Result<M, AggregateValue<Row_, { readonly sum: K }>> {
    return this.#result(aggregateOne(this.#entry, { sum: column }, where));
  }

  /** The mean of a column's values; null of nothing. */
  avg(column: NumericKeys<Row_>, where?: WhereInput<Row_>): Result<M, number | null> {
    return this.#result(aggregateOne(this.#entry, { avg: column }, where));
  }

  /** The least value of a column in its order; null of nothing. */
  min<K extends OrderedKeys<Row_>>(
    column: K,
    where?: WhereInput<Row_>,
  ): Result<M, NonNullable<Row_[K]> | null> {
    return this.#result(aggregateOne(this.#entry, { min: column }, where));
  }

  /** The greatest value of a column in its order; null of nothing. */
  max<K extends OrderedKeys<Row_>>(
    column: K,
    where?: WhereInput<Row_>,
  ): Result<M, NonNullable<Row_[K]> | null> {
    return this.#result(aggregateOne(this.#entry, { max: column }, where));
  }

  /** Several aggregates at once: `aggregate({ n: { count: "*" }, oldest: { max: "age" } })`. */
  aggregate<const A extends Aggregates<Row_>>(
    aggregates: A,
    where?: WhereInput<Row_>,
  ): Result<M, AggregateResult<Row_, A>> {
    return this.#result(aggregateAll(this.#entry, aggregates, where));
  }

  /** Aggregates by group, ordered by the grouped columns unless `orderBy` says otherwise. */
  groupBy<const K extends keyof Row_ & string, const A extends Aggregates<Row_>>(
    options: GroupOptions<Row_, K, A>,
  ): Result<M, Group<Row_, K, A>[]> {
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

  /** How `findAll` with these options would run. */
  explain(options?: FindOptions<Row_>): Result<M, Explanation> {
    const { plan, params } = this.#find(options);
    const driver = this.#entry.connection.driver.metadata.name;
    return this.#result(
      chain(this.#entry.execute({ kind: "explain", plan }, params), (steps) => ({ driver, steps })),
    );
  }

  /**
   * Makes an index; does nothing when the same index exists.
   *
   * @throws {ValidationError} When its columns or condition make no sense, or another index has the name (`INDEX_MISMATCH`).
   * @throws {UniqueConstraintError} When it is unique and two rows are equal in its columns.
   * @throws {UnsupportedError} When it is not unique and has a condition that the driver's indexes cannot have.
   */
  createIndex(
    name: string,
    options: {
      readonly columns: readonly (keyof Row_ & string)[];
      readonly unique?: boolean;
      readonly where?: WhereInput<Row_>;
    },
  ): Result<M, void> {
    return this.#result(this.#entry.createIndex(name, options));
  }

  /** Removes an index; does nothing when it is absent. */
  dropIndex(name: string): Result<M, void> {
    return this.#result(this.#entry.dropIndex(name));
  }

  /**
   * Removes the table with its rows. The next operation makes it anew, empty.
   *
   * @throws {ForeignKeyConstraintError} When rows of another table refer to its rows.
   */
  drop(): Result<M, void> {
    return this.#result(this.#entry.execute(DROP, null));
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

  #update(data: unknown, where: ReadWhere | null): Result<M, number> {
    const values = readUpdate(this.#entry.table, data);
    this.#entry.checkLimits([values]);
    if (Object.keys(values).length === 0) return this.#result(countRows(this.#entry, where));
    return this.#result(executeUpdate(this.#entry, this.#host, values, where));
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
