import { promised } from "../chain/chain.ts";
import { withCallers } from "../errors/caller_frames.ts";
import type { AsyncDriver, SyncDriver } from "../contract/mod.ts";
import { INSIDES, type Insides } from "../orm/insides.ts";
import type { AnyORM, ORM } from "../orm/orm.ts";
import type { ModeOf, Result } from "../types/mode.ts";
import { type MigrateOptions, migrationSettings, type PlanOptions } from "./migration_options.ts";
import { Migrator } from "./migrator.ts";
import type { Migration, MigrationPlan } from "./plan_parts.ts";

/**
 * Brings a database to what the models say: what loses nothing by itself, everything else by the steps that ask for it. Called at the
 * start of the program, before the first use. What is done is written down in the store, in table `rinari_migrations`; a start that finds
 * nothing to do reads that and returns. Several processes may start at once: one does it, the others wait.
 *
 * @param database The name of the database.
 * @returns What was done.
 * @throws {MigrationError} When something would be lost that no step asks for (`MIGRATION_BLOCKED`), a step failed, or the store is
 * newer than the program (`STORE_IS_NEWER`). Nothing is changed then, but by the steps before the one that failed.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 * import { migrate, type MigrationSteps } from "@rinari/orm/migrate";
 *
 * const driver = new MemoryDriver();
 * const id = { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true } as const;
 * const before = new ORM({ driver });
 * before.define("app", "users", { id, name: { type: DataTypes.TEXT } }).create({ name: "Ada" });
 *
 * const orm = new ORM({ driver });
 * const User = orm.define("app", "users", {
 *   id,
 *   fullName: { type: DataTypes.TEXT },
 *   born: { type: DataTypes.DATE },
 * });
 * const steps: MigrationSteps = {
 *   "2026-11 full names": (db) => {
 *     db.renameColumn("users", "name", "fullName");
 *   },
 * };
 * migrate(orm, "app", { steps });
 * console.log(User.findByIdOrFail(1).fullName); // Ada
 * ```
 */
export function migrate<D extends SyncDriver | AsyncDriver>(
  orm: ORM<D>,
  database: string,
  options?: MigrateOptions<ModeOf<D>>,
): Result<ModeOf<D>, Migration> {
  return answer(
    orm,
    () => new Migrator(orm as unknown as AnyORM, database, migrationSettings(options)).migrate(),
  );
}

/**
 * Says what `migrate` would do. Nothing is changed.
 *
 * @param database The name of the database.
 */
export function plan<D extends SyncDriver | AsyncDriver>(
  orm: ORM<D>,
  database: string,
  options?: PlanOptions<ModeOf<D>>,
): Result<ModeOf<D>, MigrationPlan> {
  return answer(
    orm,
    () => new Migrator(orm as unknown as AnyORM, database, migrationSettings(options)).plan(),
  );
}

function answer<D extends SyncDriver | AsyncDriver, T>(
  orm: ORM<D>,
  work: () => T | Promise<T>,
): Result<ModeOf<D>, T> {
  const { connection } = (orm as unknown as { readonly [INSIDES]: Insides })[INSIDES] ?? { connection: null };
  return (connection?.mode === "async" ? withCallers(promised(work)) : work()) as Result<ModeOf<D>, T>;
}
