/**
 * A driver for the Rinari ORM.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { TemplateDriver } from "rinari-driver-template";
 *
 * const orm = new ORM({ driver: new TemplateDriver() });
 * const User = orm.define("app", "users", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   name: { type: DataTypes.TEXT, notNull: true },
 * });
 * console.log(User.create({ name: "Ada" }));
 * ```
 *
 * @module
 */
export { TemplateDriver } from "./src/template_driver.ts";
