import type { TransactionOptions } from "../transaction/options.ts";
import type { Explanation } from "./explanation.ts";
import type { Mode, Result, RowIterator, TransactionBody } from "./mode.ts";
import type { NumericKeys } from "./aggregate.ts";
import type { FindOptions, ReadOptions } from "./find.ts";
import type { Page, PageOptions } from "./page.ts";
import type { Accepted, KeyValue } from "./row.ts";
import type { OrderBy, OrderDirection } from "./order.ts";
import type { WhereInput } from "./where.ts";

/**
 * What a function asks of the models it is given: rows with at least these columns. Every model that has them fits, whatever else it
 * has. Conditions name the columns that are asked for; what comes back are whole rows. What depends on all columns, such as `select`
 * and `groupBy`, is only in the model itself.
 *
 * `Row` are the rows, inferred from the model given. `Insert` is what `create` takes, inferred too; without it `create` cannot be called.
 *
 * @example
 * ```ts
 * import { DataTypes, type Mode, type ModelLike, ORM, type Result } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * interface Deletable {
 *   id: number;
 *   deletedAt: Date | null;
 * }
 *
 * function live<R extends Deletable, M extends Mode>(model: ModelLike<Deletable, M, R>): Result<M, R[]> {
 *   return model.findAll({ where: { deletedAt: null } });
 * }
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 *   deletedAt: { type: DataTypes.DATETIME },
 * });
 * Note.create({ text: "buy milk" });
 * console.log(live(Note)[0]?.text); // buy milk
 * ```
 */
export interface ModelLike<
  Columns extends object,
  M extends Mode = Mode,
  Row extends Columns = Columns,
  Insert = never,
> {
  /** The database's name. */
  readonly database: string;
  /** The table's name. */
  readonly table: string;
  /** The type of a row; undefined at run time. */
  readonly $row: Row;
  /** Whether methods return values or Promises; undefined at run time. */
  readonly $mode: M;
  /** As `Model.create`. */
  create(data: Insert): Result<M, Row>;
  /** As `Model.bulkCreate`. */
  bulkCreate(records: readonly Insert[]): Result<M, Row[]>;
  /** As `Model.upsert`. */
  upsert(
    data: Insert,
    options?: { readonly conflict?: string | readonly (keyof Columns & string)[] },
  ): Result<M, Row>;
  /** As `Model.bulkUpsert`. */
  bulkUpsert(
    records: readonly Insert[],
    options?: { readonly conflict?: string | readonly (keyof Columns & string)[] },
  ): Result<M, Row[]>;
  /** As `Model.findOrCreate`. */
  findOrCreate(
    data: Insert,
    options?: { readonly conflict?: string | readonly (keyof Columns & string)[] },
  ): Result<M, { readonly row: Row; readonly created: boolean }>;
  /** As `Model.findOne`. */
  findOne(options?: Omit<LikeOptions<Columns>, "limit">): Result<M, Row | null>;
  /** As `Model.findOrFail`. */
  findOrFail(options: Omit<LikeOptions<Columns>, "limit">): Result<M, Row>;
  /** As `Model.findAll`. */
  findAll(options?: LikeOptions<Columns>): Result<M, Row[]>;
  /** As `Model.findById`. */
  findById(key: LikeKey<Columns>): Result<M, Row | null>;
  /** As `Model.findByIdOrFail`. */
  findByIdOrFail(key: LikeKey<Columns>): Result<M, Row>;
  /** As `Model.iterate`. */
  iterate(options?: LikeOptions<Columns>): RowIterator<M, Row>;
  /** As `Model.paginate`. */
  paginate(options?: LikePageOptions<Columns>): Result<M, Page<Row>>;
  /** As `Model.count`. */
  count(where?: LikeWhere<Columns>, options?: ReadOptions): Result<M, number>;
  /** As `Model.exists`. */
  exists(where?: LikeWhere<Columns>, options?: ReadOptions): Result<M, boolean>;
  /** As `Model.update`. */
  update(data: LikeUpdate<Columns>, where: LikeWhere<Columns>): Result<M, number>;
  /** As `Model.updateById`. */
  updateById(key: LikeKey<Columns>, data: LikeUpdate<Columns>): Result<M, Row>;
  /** As `Model.updateAll`. */
  updateAll(data: LikeUpdate<Columns>): Result<M, number>;
  /** As `Model.bulkUpdate`. */
  bulkUpdate(
    updates: readonly { readonly where: LikeWhere<Columns>; readonly data: LikeUpdate<Columns> }[],
  ): Result<M, number>;
  /** As `Model.delete`. */
  delete(where: LikeWhere<Columns>): Result<M, number>;
  /** As `Model.deleteAll`. */
  deleteAll(): Result<M, number>;
  /** As `Model.bulkDelete`. */
  bulkDelete(keys: readonly LikeKey<Columns>[]): Result<M, number>;
  /** As `Model.sum`. */
  sum(
    column: NumericKeys<Columns>,
    where?: LikeWhere<Columns>,
    options?: ReadOptions,
  ): Result<M, number | bigint>;
  /** As `Model.avg`. */
  avg(
    column: NumericKeys<Columns>,
    where?: LikeWhere<Columns>,
    options?: ReadOptions,
  ): Result<M, number | null>;
  /** As `Model.explain`. */
  explain(options?: LikeOptions<Columns>): Result<M, Explanation>;
  /** As `Model.createIndex`. */
  createIndex(
    name: string,
    options: {
      readonly columns: readonly (keyof Columns & string)[];
      readonly unique?: boolean;
      readonly where?: LikeWhere<Columns>;
    },
  ): Result<M, void>;
  /** As `Model.dropIndex`. */
  dropIndex(name: string): Result<M, void>;
  /** As `Model.drop`. */
  drop(): Result<M, void>;
  /** As `Model.transaction`. */
  transaction<T>(work: TransactionBody<M, T>, options?: TransactionOptions): Result<M, T>;
}

/** A model of any table, of which only what all have in common is known. */
export type AnyModel<M extends Mode = Mode> = ModelLike<
  Record<string, unknown>,
  M,
  Record<string, unknown>,
  object
>;

/** A condition on the columns that are known; an object, where none is. */
export type LikeWhere<Columns> = string extends keyof Columns ? object : WhereInput<Columns>;

/** An order by the columns that are known; by anything, where none is. */
export type LikeOrder<Columns> = string extends keyof Columns
  ? readonly (readonly [by: string | ((row: never) => unknown), direction: OrderDirection])[]
  : OrderBy<Columns>;

/** A key: a value, or an object of columns; anything, where no column is known. */
export type LikeKey<Columns> = string extends keyof Columns ? unknown : KeyValue | object;

/** The options of `findAll` where not all columns are known: whole rows come back. */
export interface LikeOptions<Columns>
  extends Omit<FindOptions<Columns>, "select" | "where" | "orderBy" | "with" | "aggregates"> {
  /** The rows to find; all when absent. */
  readonly where?: LikeWhere<Columns> | undefined;
  /** As in `FindOptions`. */
  readonly orderBy?: LikeOrder<Columns> | undefined;
}

/** The options of `paginate` where not all columns are known: whole rows come back. */
export interface LikePageOptions<Columns>
  extends Omit<PageOptions<Columns>, "select" | "where" | "with" | "aggregates"> {
  /** The rows to find; all when absent. */
  readonly where?: LikeWhere<Columns> | undefined;
}

/** New values for the columns that are known. */
export type LikeUpdate<Columns> = { readonly [K in keyof Columns]?: Accepted<Columns[K]> | undefined };
