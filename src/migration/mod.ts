/**
 * Migrations: brings the tables of a store to what the models say, without losing a row.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 * import { migrate, plan } from "@rinari/orm/migrate";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * orm.define("app", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true }, text: { type: DataTypes.TEXT } });
 * console.log(plan(orm, "app").changes.map(({ text }) => text).join()); // table `notes` is made
 * migrate(orm, "app");
 * console.log(plan(orm, "app").changes.length); // 0
 * ```
 *
 * @module
 */
export { checkSteps } from "./check_steps.ts";
export { migrate, plan } from "./migrate.ts";
export { MigrationError } from "./migration_error.ts";
export type { MigrationErrorDetails } from "./migration_error.ts";
export type { MigrateOptions, MigrationProgress, PlanOptions } from "./migration_options.ts";
export type { MigrationDatabase, MigrationStep, MigrationSteps } from "./migration_steps.ts";
export type { BlockedChange, Migration, MigrationPlan, PlannedChange } from "./plan_parts.ts";
