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
export * from "./src/core/mod.ts";
export { ORM } from "./src/orm/completing_orm.ts";
