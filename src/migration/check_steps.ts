import { chain, chainAll, type Maybe, promised } from "../chain/chain.ts";
import type { AsyncDriver, SyncDriver } from "../contract/mod.ts";
import type { AnyORM, ORM } from "../orm/orm.ts";
import type { ModeOf, Result } from "../types/mode.ts";
import { MigrationError } from "./migration_error.ts";
import { migrationSettings, type PlanOptions } from "./migration_options.ts";
import { Migrator } from "./migrator.ts";

/**
 * For tests of your own: migrates a copy of an old store, and sees that it then is what the models make of an empty one, and that a
 * second start finds nothing to do.
 *
 * @param orm The models, on a store as an older version of the program left it. It is migrated.
 * @param database The name of the database.
 * @throws {MigrationError} When the steps and the models do not agree.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 * import { checkSteps, type MigrationSteps } from "@rinari/orm/migrate";
 *
 * const id = { type: DataTypes.INTEGER, primaryKey: true } as const;
 * const driver = new MemoryDriver();
 * new ORM({ driver }).define("app", "notes", { id, txt: { type: DataTypes.TEXT } }).create({ id: 1, txt: "a" });
 *
 * const orm = new ORM({ driver });
 * orm.define("app", "notes", { id, text: { type: DataTypes.TEXT } });
 * const steps: MigrationSteps = {
 *   rename: (db) => {
 *     db.renameColumn("notes", "txt", "text");
 *   },
 * };
 * checkSteps(orm, "app", { steps });
 * ```
 */
export function checkSteps<D extends SyncDriver | AsyncDriver>(
  orm: ORM<D>,
  database: string,
  options?: PlanOptions<ModeOf<D>>,
): Result<ModeOf<D>, void> {
  const migrator = (): Migrator =>
    new Migrator(orm as unknown as AnyORM, database, migrationSettings(options));
  const work = (): Maybe<void> =>
    chain(migrator().migrate(), () =>
      chain(migrator().plan(), ({ steps, changes, blocked, newer }) => {
        const left = [
          ...steps,
          ...[...changes, ...blocked].map(({ text }) => text),
          ...(newer === null ? [] : [newer]),
        ];
        if (left.length === 0) return;
        throw new MigrationError(
          `Cannot call the steps of \`${database}\` whole: after they have run there is left: ${
            left.join("; ")
          }`,
          { code: "MIGRATION_BLOCKED", blocked },
        );
      }));
  const models = orm.getAllModels().filter((model) => model.database === database);
  const counted = (): Maybe<void> =>
    chain(work(), () => chain(chainAll(models, (model) => model.count() as Maybe<number>), () => undefined));
  return (migrator().mode === "async" ? promised(counted) : counted()) as Result<ModeOf<D>, void>;
}
