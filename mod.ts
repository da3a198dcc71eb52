/**
 * Rinari: typed models on SQLite, Deno KV, libSQL or a store of your own, native to Bun and Deno.
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
 *   age: { type: DataTypes.INTEGER },
 * });
 * User.create({ name: "Ada", age: 36 });
 * const adults = User.findAll({ where: { age: { $gte: 18 } } });
 * console.log(adults.length); // 1
 * ```
 *
 * @module
 */
export * from "./src/contract/mod.ts";
export * from "./src/errors/mod.ts";
export { compareValues, matches } from "./src/reference/driver_rows.ts";
export { differencesOf, requireSameSchema } from "./src/reference/same_schema.ts";
export type { TablePlace } from "./src/reference/same_schema.ts";
export { ORM } from "./src/orm/orm.ts";
export type {
  AnyORM,
  DefineOptions,
  DynamicModel,
  InsertFor,
  InterfaceDefinition,
  KeyFor,
  LeftOut,
  ModelOf,
  ORMOptions,
  SchemaFor,
  TableInfo,
} from "./src/orm/orm.ts";
export type { ConditionLimits } from "./src/orm/orm_options.ts";
export { Model } from "./src/model/model.ts";
export type { ScopedModel } from "./src/model/model.ts";
export { View } from "./src/model/view.ts";
export type { Prepared } from "./src/model/prepared.ts";
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
} from "./src/query/operators.ts";
export { belongsTo, hasMany, hasOne } from "./src/relations/makers.ts";
export { now } from "./src/schema/clock.ts";
export type { Naming } from "./src/schema/naming.ts";
export { columns, type } from "./src/schema/model_schema.ts";
export type { ModelColumn, ModelSchema, TypeTag } from "./src/schema/model_schema.ts";
export type { StandardIssue, StandardResult, StandardSchema } from "./src/schema/standard_schema.ts";
export { toAsyncDriver } from "./src/transaction/to_async_driver.ts";
export type { TransactionOptions } from "./src/transaction/options.ts";
export type * from "./src/types/aggregate.ts";
export type * from "./src/types/change.ts";
export type * from "./src/types/condition.ts";
export type * from "./src/types/exact.ts";
export type * from "./src/types/explanation.ts";
export type * from "./src/types/expression.ts";
export type * from "./src/types/find.ts";
export type * from "./src/types/json_place.ts";
export type * from "./src/types/mistakes.ts";
export type * from "./src/types/mode.ts";
export type * from "./src/types/model_like.ts";
export type * from "./src/types/order.ts";
export type * from "./src/types/nested.ts";
export type * from "./src/types/page.ts";
export type * from "./src/types/pick.ts";
export type * from "./src/types/raw.ts";
export type * from "./src/types/relation.ts";
export type * from "./src/types/row.ts";
export type { SqlTag } from "./src/raw/sql_tag.ts";
export type { RowsOf, SqlChanged, SqlStatement } from "./src/raw/sql_statement.ts";
export type { SqlList, SqlName } from "./src/raw/raw_parts.ts";
export type * from "./src/types/schema.ts";
export type * from "./src/types/scope.ts";
export type * from "./src/types/upsert.ts";
export type * from "./src/types/where.ts";
