import type { BelongsTo, HasMany, HasManyThrough, HasOne, RelatableView } from "../types/relation.ts";

/**
 * The row that a column of this table refers to: not null where the column is `notNull`.
 *
 * @param model The model of the table that the column's `references` names.
 * @param column The column of this table.
 *
 * @example
 * ```ts
 * import { belongsTo, DataTypes, hasMany, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
 * const Author = orm.define("app", "authors", { id, name: { type: DataTypes.TEXT, notNull: true } }, {
 *   relations: { books: () => hasMany(Book, "authorId") },
 * });
 * const Book = orm.define("app", "books", {
 *   id,
 *   title: { type: DataTypes.TEXT, notNull: true },
 *   authorId: { type: DataTypes.INTEGER, notNull: true, references: { table: "authors", column: "id" } },
 * }, { relations: { author: () => belongsTo(Author, "authorId") } });
 *
 * const mary = Author.create({ name: "Mary Shelley" });
 * Book.create({ title: "Frankenstein", authorId: mary.id });
 * console.log(Book.findOne({ with: { author: true } })?.author.name); // Mary Shelley
 * ```
 */
export function belongsTo<M extends RelatableView, const C extends string>(
  model: M,
  column: C,
): BelongsTo<M, C> {
  return { kind: "belongsTo", many: false, model, column };
}

/**
 * The one row of another table that refers to this one, or null. Its column has to be unique.
 *
 * @param model The model that refers to this one.
 * @param column Its column that does.
 */
export function hasOne<M extends RelatableView, const C extends keyof M["$row"] & string>(
  model: M,
  column: C,
): HasOne<M, C> {
  return { kind: "hasOne", many: false, model, column };
}

/**
 * The rows of another table that refer to this one.
 *
 * @param model The model that refers to this one.
 * @param column Its column that does.
 */
export function hasMany<M extends RelatableView, const C extends keyof M["$row"] & string>(
  model: M,
  column: C,
): HasMany<M, C>;
/**
 * The rows of another table that rows of a third one join to this.
 *
 * @param model The model joined to this one.
 * @param options `through`: the model whose rows join the two; `from`: its column that refers to this table; `to`: the one
 * that refers to the other.
 */
export function hasMany<
  M extends RelatableView,
  J extends RelatableView,
  const F extends keyof J["$row"] & string,
  const T extends keyof J["$row"] & string,
>(
  model: M,
  options: { readonly through: J; readonly from: F; readonly to: T },
): HasManyThrough<M, J, F, T>;
export function hasMany(
  model: RelatableView,
  by: string | { readonly through: RelatableView; readonly from: string; readonly to: string },
): HasMany<RelatableView, string> | HasManyThrough<RelatableView, RelatableView, string, string> {
  return typeof by === "string"
    ? { kind: "hasMany", many: true, model, column: by }
    : { kind: "through", many: true, model, through: by.through, from: by.from, to: by.to };
}
