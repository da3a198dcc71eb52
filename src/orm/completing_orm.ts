import { complete } from "../composed/complete.ts";
import type { AsyncDriver, SyncDriver } from "../contract/mod.ts";
import { isDriver } from "./orm_options.ts";
import { ORM as CoreORM, type ORMOptions } from "./orm.ts";

/**
 * Models on a driver; `@rinari/orm/core` documents the methods. The ORM connects by itself, and makes tables when they are first needed. What the driver does not do itself
 * is composed of what it does.
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
 * Note.create({ text: "buy milk" });
 * console.log(Note.count());
 * ```
 */
export type ORM<D extends SyncDriver | AsyncDriver> = CoreORM<D>;

/** Makes models on a driver, as {@linkcode ORM} the type says. */
export const ORM: new <D extends SyncDriver | AsyncDriver>(options: ORMOptions<D>) => CoreORM<D> = class ORM<
  D extends SyncDriver | AsyncDriver,
> extends CoreORM<D> {
  /**
   * Connects to a driver.
   *
   * @throws {ValidationError} When an option is unknown or makes no sense.
   * @throws {RinariError} When a sync driver cannot connect. With an async driver the first operation throws it.
   */
  constructor(options: ORMOptions<D>) {
    // What is no driver is refused by the checks of all options.
    if (isDriver(options?.driver)) complete(options.driver);
    super(options);
  }
};
