/**
 * A driver that keeps everything in memory: the executable definition of what every other driver must do, and a store for tests.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * Note.bulkCreate([{ text: "buy milk" }, { text: "read" }]);
 * console.log(Note.findAll({ where: { text: { $contains: "milk" } } }).length); // 1
 * ```
 *
 * @module
 */
import { logOf } from "../src/schema/driver_options.ts";
import { Database, type DatabaseProvider, ReferenceDriver, UndoLog } from "../src/reference/mod.ts";

export type { ReferenceDriver } from "../src/reference/mod.ts";

const NAME = "memory";

/**
 * Keeps databases in memory, for as long as the driver object lives. Synchronous, in every runtime. A transaction that is
 * undone is undone in all of them.
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
 * console.log(User.create({ name: "Ada" }));
 * ```
 */
export class MemoryDriver extends ReferenceDriver {
  /** Makes a driver without data. */
  constructor() {
    super(inMemory());
  }
}

function inMemory(): DatabaseProvider {
  const log = new UndoLog();
  const databases = new Map<string, Database>();
  let readonly = false;
  return {
    name: NAME,
    version: "0.1.0",
    log,
    configure(config) {
      readonly = config.readonly === true;
      return logOf(config.verbose);
    },
    database(name) {
      let database = databases.get(name);
      if (database === undefined) databases.set(name, database = new Database(NAME, name, log));
      return database;
    },
    readonly: () => readonly,
    close: () => undefined,
  };
}
