import { chain, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import { DROP, INSERT, INSERT_ALL, READY } from "../orm/operation.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import type { Mode, Result } from "../types/mode.ts";
import { changeLinks, type LinkKind } from "../relations/link.ts";
import { createNested } from "../relations/nested_create.ts";
import type { KeyOfRelated, Nested, NestedData, NestedNames, PayloadOf } from "../types/nested.ts";
import type { Empty } from "../types/relation.ts";
import type { Simplify } from "../types/row.ts";
import type { UpsertChoices } from "../types/upsert.ts";
import type { ReturningOptions, UpdateOf, Where, WhereInput } from "../types/where.ts";
import { upsertAll } from "./bulk_upserting.ts";
import { deleteReturning, readReturning } from "./changed_rows.ts";
import { executeUpdate, executeUpdateReturning, executeUpdates } from "./computed_update.ts";
import { changeApart, countRows, deleteRows, readNarrowCondition } from "./conditions.ts";
import { keyDelete } from "./key_find.ts";
import { patchRow, updateByKey } from "./patching.ts";
import { readBulkUpdate, readInsert, readInserts, readUpdate } from "./row_input.ts";
import { ScopedEntry } from "./scoped_entry.ts";
import { registerModel } from "../orm/model_entry.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { ModelHost } from "./model_host.ts";
import type { ScopedInsert, ScopeOptions } from "../types/scope.ts";
import { readChoices, readFindChoices, type Upsert } from "./upsert_input.ts";
import { readUpserts, storeOrMeet, upsertOne } from "./upserting.ts";
import { entryIn, hostIn, View } from "./view.ts";

/** A model of a part of a table, made by `scope`. A relation to it may lead to nothing. */
export interface ScopedModel<
  in out Row_ extends object,
  in out Insert extends object,
  in Key,
  out M extends Mode,
  in out R extends object = Empty,
> extends Model<Row_, Insert, Key, M, R> {
  /** Tells it from the model of the whole table; a type alone. */
  readonly $scoped: true;
}

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
> extends View<Row_, Key, M, R> {
  /** The type `create` takes; undefined at run time. */
  declare readonly $insert: Insert;

  /**
   * Stores a row.
   *
   * @returns The row as stored, with defaults and the assigned key.
   * @throws {ValidationError} When a value does not fit its column.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses it.
   */
  create(data: Insert): Result<M, Row_>;
  /** Stores a row with the rows that hang on it, by the names of their relations, or nothing. They come with the row. */
  create<const K extends NestedNames<R>>(
    data: Insert,
    options: { readonly with: { readonly [P in K]: NestedData<R[P]> } },
  ): Result<M, Simplify<Row_ & { [P in K]: Nested<R[P]> }>>;
  create(data: unknown, options?: unknown): Result<M, Row_> {
    const row = readInsert(entryIn(this).table, entryIn(this).filled(data));
    entryIn(this).checkLimits([row]);
    if (options !== undefined) {
      return this.#result(createNested(entryIn(this), hostIn(this), row, options));
    }
    return this.#result(entryIn(this).execute(INSERT, row));
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
    const rows = readInserts(entryIn(this).table, Array.from(records, (data) => entryIn(this).filled(data)));
    entryIn(this).checkLimits(rows);
    return this.#result(entryIn(this).execute(INSERT_ALL, rows));
  }

  /**
   * Changes the rows that match; a column that is absent or undefined stays as it is.
   *
   * @returns How many rows matched; with `returning`, the rows as they are then, in the order of their keys.
   * @throws {ValidationError} When a value does not fit its column, or the condition is empty or always true: `updateAll` says
   * that aloud.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses it.
   */
  update(data: UpdateOf<Insert, Row_>, where: WhereInput<Row_, R>): Result<M, number>;
  /** Changes the rows that match, and gives them as they are then. */
  update(
    data: UpdateOf<Insert, Row_>,
    where: WhereInput<Row_, R>,
    options: ReturningOptions,
  ): Result<M, Row_[]>;
  update(data: unknown, where: unknown, options?: unknown): Result<M, number | Row_[]> {
    const { table } = entryIn(this);
    const returning = readReturning(table, options);
    const condition = readNarrowCondition(table, "update", where);
    if (!returning) return this.#update(data, condition);
    const values = readUpdate(table, data);
    entryIn(this).checkLimits([values]);
    return this.#result(
      changeApart(
        entryIn(this),
        hostIn(this),
        [condition],
        () => executeUpdateReturning(entryIn(this), hostIn(this), values, condition),
      ),
    );
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
   * Changes the row with this primary key, as `findById` takes it; a column that is absent or undefined stays as it is.
   *
   * @returns The row as it is then stored.
   * @throws {NotFoundError} When there is none.
   * @throws {ValidationError} When a value does not fit its column.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses it.
   */
  updateById(key: Key, data: UpdateOf<Insert, Row_>): Result<M, Row_> {
    return this.#result(updateByKey(entryIn(this), hostIn(this), key, data));
  }

  /**
   * Changes a row that was read before; a column that is absent or undefined stays as it is. Where a column counts the changes of a
   * row (`version: true`), one that was changed since it was read is left as it is.
   *
   * @param row The row, or its key and version: nothing else of it is read.
   * @returns The row as it is then stored.
   * @throws {ConflictError} When it was changed since it was read (`STALE_ROW`); `current` is the row as it is now.
   * @throws {NotFoundError} When it is no more.
   * @throws {ValidationError} When its key or version is not given (`INVALID_KEY`), or a value does not fit its column.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses it.
   */
  patch(row: Partial<Readonly<Row_>>, data: UpdateOf<Insert, Row_>): Result<M, Row_> {
    return this.#result(patchRow(entryIn(this), hostIn(this), row, data));
  }

  /**
   * Makes several updates, in order, or none of them.
   *
   * @returns How many rows matched in total.
   * @throws {ValidationError} When a value does not fit its column, or a condition is empty or always true.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When a constraint refuses one.
   */
  bulkUpdate(
    updates: readonly { readonly where: WhereInput<Row_, R>; readonly data: UpdateOf<Insert, Row_> }[],
  ): Result<M, number> {
    if (!Array.isArray(updates)) this.#refuse("bulkUpdate needs an array of { where, data }");
    const read = Array.from(updates, (update) => {
      const { where, data } = readBulkUpdate(entryIn(this).table, update);
      return { where: readNarrowCondition(entryIn(this).table, "update", where), data };
    }).filter(({ data }) => Object.keys(data).length > 0);
    entryIn(this).checkLimits(read.map(({ data }) => data));
    return this.#result(
      changeApart(
        entryIn(this),
        hostIn(this),
        read.map(({ where }) => where),
        () => executeUpdates(entryIn(this), hostIn(this), read),
      ),
    );
  }

  /**
   * Stores a row, or changes the row that is there: the one equal in the conflict columns.
   *
   * @param options `conflict`: a primary key, unique columns, or the name of a unique index, also one with a condition (default:
   * the primary key when it is given, else the one unique column given). `update`: what a row that is there gets, as a list of
   * columns of the data (`[]` for nothing) or as an object of values and functions of (old, given) (default: all that is given).
   * `where`: only a row that satisfies this is changed.
   * @returns The row as it is then.
   * @throws {ValidationError} When a value does not fit its column, or the conflict columns have no value or are neither the
   * primary key nor unique (`INVALID_CONFLICT`).
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When another constraint refuses it.
   */
  upsert(data: Insert, options?: UpsertChoices<Insert, Row_>): Result<M, Row_> {
    const entry = entryIn(this);
    const read = readUpserts(entry, [data], readChoices(entry.table, options), false);
    return this.#result(chain(read, ([upsert]) => upsertOne(entry, hostIn(this), upsert as Upsert)));
  }

  /**
   * Finds the row that is equal in the conflict columns, or stores this one. However many do so at the same moment, one row is
   * stored.
   *
   * @param options `conflict`, as `upsert` takes it.
   * @returns The row, and whether it was created.
   * @throws {ValidationError} As `upsert` does.
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When another constraint refuses it.
   */
  findOrCreate(
    data: Insert,
    options?: Pick<UpsertChoices<Insert, Row_>, "conflict">,
  ): Result<M, { readonly row: Row_; readonly created: boolean }> {
    const entry = entryIn(this);
    const read = readUpserts(entry, [data], readFindChoices(entry.table, options), false);
    return this.#result(chain(read, ([upsert]) => {
      entry.checkLimits([(upsert as Upsert).row]);
      return storeOrMeet(entry, hostIn(this), upsert as Upsert);
    }));
  }

  /**
   * Stores rows, or changes those that are there, in order, all or none. A row that an earlier one of the call stored is there for
   * a later one.
   *
   * @param options As `upsert` takes them; `{ update: [] }` leaves the rows that are there as they are.
   * @returns A row for each one given, as it is at the end.
   * @throws {ValidationError} As `upsert` does, or when the driver takes fewer rows at once (`LIMIT_EXCEEDED`).
   * @throws {UniqueConstraintError | ForeignKeyConstraintError | NotNullConstraintError} When another constraint refuses one.
   */
  bulkUpsert(records: readonly Insert[], options?: UpsertChoices<Insert, Row_>): Result<M, Row_[]> {
    if (!Array.isArray(records)) this.#refuse("bulkUpsert needs an array of rows");
    const entry = entryIn(this);
    const read = readUpserts(entry, records, readChoices(entry.table, options), true);
    return this.#result(chain(read, (upserts) => upsertAll(entry, hostIn(this), upserts)));
  }

  /**
   * Removes the rows that match.
   *
   * @returns How many rows matched; with `returning`, the rows as they were, in the order of their keys.
   * @throws {ValidationError} When the condition is empty or always true: `deleteAll` says that aloud.
   * @throws {ForeignKeyConstraintError} When a row that stays would still refer to one of them.
   */
  delete(where: WhereInput<Row_, R>): Result<M, number>;
  /** Removes the rows that match, and gives them as they were. */
  delete(where: WhereInput<Row_, R>, options: ReturningOptions): Result<M, Row_[]>;
  delete(where: unknown, options?: unknown): Result<M, number | Row_[]> {
    const { table } = entryIn(this);
    const returning = readReturning(table, options);
    const condition = readNarrowCondition(table, "delete", where);
    return this.#result(
      changeApart(
        entryIn(this),
        hostIn(this),
        [condition],
        (): Maybe<unknown> =>
          returning
            ? deleteReturning(entryIn(this), hostIn(this), condition)
            : deleteRows(entryIn(this), hostIn(this), condition),
      ),
    );
  }

  /**
   * Removes all rows.
   *
   * @returns How many there were.
   * @throws {ForeignKeyConstraintError} When a row that stays would still refer to one of them.
   */
  deleteAll(): Result<M, number> {
    return this.#result(deleteRows(entryIn(this), hostIn(this), null));
  }

  /**
   * Removes the rows with these keys, all or none.
   *
   * @returns How many there were.
   * @throws {ForeignKeyConstraintError} When a row that stays would still refer to one of them.
   */
  bulkDelete(keys: readonly Key[]): Result<M, number> {
    if (!Array.isArray(keys)) this.#refuse("bulkDelete needs an array of keys");
    const { plan, params } = keyDelete(entryIn(this).table, keys);
    // Nothing is asked of the store, but that it can be used.
    if (keys.length === 0) return this.#result(chain(entryIn(this).execute(READY, null), () => 0));
    return this.#result(entryIn(this).execute(plan, params));
  }

  /**
   * A model of a part of the rows: those that satisfy a condition, which holds in everything that it does. Rows outside are not found,
   * changed or removed, and none is stored there. A scope can be made for each request.
   *
   * @param where The condition. Columns that it gives one value, such as `{ tenant: 7 }`, are filled in by `create`.
   * @param options `deleteAs`: the change that stands for removing a row, such as `{ deletedAt: now }`.
   * @throws {ValidationError} When the condition or the change makes no sense.
   */
  scope<const W extends Where<Row_>>(
    where: W,
    options?: ScopeOptions<Insert, Row_>,
  ): ScopedModel<Row_, ScopedInsert<Insert, W>, Key, M, R>;
  /** A model of a part of the rows, by a condition that gives no column a value. */
  scope(
    where: WhereInput<Row_>,
    options?: ScopeOptions<Insert, Row_>,
  ): ScopedModel<Row_, Insert, Key, M, R>;
  scope(where: unknown, options?: unknown): unknown {
    const Same = this.constructor as new (entry: TableEntry, host: ModelHost) => object;
    const entry = new ScopedEntry(entryIn(this), where, options);
    const model = new Same(entry, hostIn(this));
    registerModel(model, entry);
    return model;
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
    return this.#result(entryIn(this).createIndex(name, options));
  }

  /** Removes an index; does nothing when it is absent. */
  dropIndex(name: string): Result<M, void> {
    return this.#result(entryIn(this).dropIndex(name));
  }

  /**
   * Removes the table with its rows. The next operation makes it anew, empty.
   *
   * @throws {ForeignKeyConstraintError} When rows of another table refer to its rows.
   */
  drop(): Result<M, void> {
    return this.#result(entryIn(this).execute(DROP, null));
  }

  /**
   * Makes rows belong to a row: sets the column by which they refer to it or, with a table between, stores what joins them and is not
   * there yet.
   *
   * @param key The key of the row.
   * @param relation The relation, to other rows that refer to this one or that a table between joins to it.
   * @param keys The keys of the other rows.
   * @param payload What new rows of the table between have besides.
   * @returns How many rows were written.
   * @throws {NotFoundError} When one of the rows is not there; then nothing is done.
   */
  link<const P extends NestedNames<R>>(
    key: Key,
    relation: P,
    keys: readonly KeyOfRelated<R[P]>[],
    ...payload: PayloadOf<R[P]>
  ): Result<M, number>;
  link(key: unknown, name: unknown, keys: unknown, payload?: unknown): Result<M, number> {
    return this.#link("link", { key, name, keys, payload });
  }

  /** Makes rows no longer belong to a row, as `link` takes them. @returns How many rows were written or removed. */
  unlink<const P extends NestedNames<R>>(
    key: Key,
    relation: P,
    keys: readonly KeyOfRelated<R[P]>[],
  ): Result<M, number>;
  unlink(key: unknown, name: unknown, keys: unknown, payload?: unknown): Result<M, number> {
    return this.#link("unlink", { key, name, keys, payload });
  }

  /** Makes exactly these rows belong to a row, as `link` takes them. @returns How many rows were written or removed. */
  relink<const P extends NestedNames<R>>(
    key: Key,
    relation: P,
    keys: readonly KeyOfRelated<R[P]>[],
    ...payload: PayloadOf<R[P]>
  ): Result<M, number>;
  relink(key: unknown, name: unknown, keys: unknown, payload?: unknown): Result<M, number> {
    return this.#link("relink", { key, name, keys, payload });
  }

  #link(kind: LinkKind, given: Parameters<typeof changeLinks>[3]): Result<M, number> {
    return this.#result(changeLinks(entryIn(this), hostIn(this), kind, given));
  }

  #update(data: unknown, where: ReadWhere | null): Result<M, number> {
    const values = readUpdate(entryIn(this).table, data);
    entryIn(this).checkLimits([values]);
    if (Object.keys(values).length === 0) return this.#result(countRows(entryIn(this), where));
    return this.#result(
      changeApart(
        entryIn(this),
        hostIn(this),
        [where],
        () => executeUpdate(entryIn(this), hostIn(this), values, where),
      ),
    );
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
