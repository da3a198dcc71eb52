/**
 * The ORM without the fallbacks by which a driver of only sixteen methods does everything: smaller in a bundle, for drivers that do
 * everything themselves (the SQLite drivers, libSQL and memory). Any other is completed where it is given.
 *
 * @example
 * ```ts
 * import { complete, DataTypes, ORM } from "@rinari/orm/core";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * // `complete` is for drivers that leave something to the ORM; memory leaves nothing, and is returned as it is.
 * const orm = new ORM({ driver: complete(new MemoryDriver()) });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * Note.create({ text: "buy milk" });
 * console.log(Note.count()); // 1
 * ```
 *
 * @module
 */
export { complete } from "../composed/complete.ts";
export * from "../contract/mod.ts";
export * from "../errors/mod.ts";
export { compareValues, matches } from "../reference/driver_rows.ts";
export { differencesOf, requireSameSchema } from "../reference/same_schema.ts";
export type { TablePlace } from "../reference/same_schema.ts";
export { ORM } from "../orm/orm.ts";
export type { AnyORM, DynamicModel, ModelOf, ORMOptions, TableInfo } from "../orm/orm.ts";
export type {
  DefineOptions,
  InsertFor,
  InterfaceDefinition,
  KeyFor,
  LeftOut,
  SchemaFor,
  ViewOptions,
} from "../orm/define_options.ts";
export type { ConditionLimits } from "../orm/orm_options.ts";
export { Model } from "../model/model.ts";
export type { ScopedModel } from "../model/model.ts";
export { omit } from "../model/omit.ts";
export { View } from "../model/view.ts";
export type { Prepared } from "../model/prepared.ts";
export {
  and,
  between,
  contains,
  endsWith,
  eq,
  every,
  gt,
  gte,
  inList,
  is,
  like,
  lt,
  lte,
  ne,
  none,
  not,
  notIn,
  or,
  some,
  startsWith,
  value,
} from "../query/operators.ts";
export { belongsTo, hasMany, hasOne } from "../relations/makers.ts";
export { now } from "../schema/clock.ts";
export type { IS_NOW, Now } from "../schema/clock.ts";
export type { Naming } from "../schema/naming.ts";
export { columns, type } from "../schema/model_schema.ts";
export type { ModelColumn, ModelSchema, TypeTag } from "../schema/model_schema.ts";
export type { StandardIssue, StandardResult, StandardSchema } from "../schema/standard_schema.ts";
export { toAsyncDriver } from "../transaction/to_async_driver.ts";
export type { TransactionDefaults, TransactionOptions } from "../transaction/options.ts";
export type * from "../types/aggregate.ts";
export type * from "../types/change.ts";
export type * from "../types/condition.ts";
export type * from "../types/exact.ts";
export type * from "../types/explanation.ts";
export type * from "../types/expression.ts";
export type * from "../types/find.ts";
export type * from "../types/json_place.ts";
export type * from "../types/mistakes.ts";
export type * from "../types/mode.ts";
export type * from "../types/model_like.ts";
export type * from "../types/order.ts";
export type * from "../types/nested.ts";
export type * from "../types/page.ts";
export type * from "../types/pick.ts";
export type * from "../types/raw.ts";
export type * from "../types/relation.ts";
export type * from "../types/row.ts";
export type { SqlTag } from "../raw/sql_tag.ts";
export type { RowsOf, SqlChanged, SqlStatement } from "../raw/sql_statement.ts";
export type { SqlList, SqlName } from "../raw/raw_parts.ts";
export type * from "../types/schema.ts";
export type * from "../types/scope.ts";
export type * from "../types/upsert.ts";
export type * from "../types/where.ts";
