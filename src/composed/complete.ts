import type { AsyncDriver, SyncDriver } from "../contract/mod.ts";
import { anyDriver } from "../store/any_driver.ts";
import { ComposedDriver } from "./composed_driver.ts";
import { isWhole, keepWhole, knownWhole } from "./whole_driver.ts";

/**
 * Makes a driver do everything: what it does itself is left to it, everything else is composed of its sixteen methods. An ORM of
 * `@rinari/orm` does it by itself; one of `@rinari/orm/core` wants it done, so that programs that need no composition do not
 * carry it.
 *
 * @param driver The driver, before an ORM has it.
 * @returns The same driver.
 *
 * @example
 * ```ts
 * import { complete, ORM } from "@rinari/orm/core";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: complete(new MemoryDriver()) });
 * console.log(orm.driverInfo.name);
 * ```
 */
export function complete<D extends SyncDriver | AsyncDriver>(driver: D): D {
  if (knownWhole(driver) === undefined && !isWhole(driver)) {
    keepWhole(driver, new ComposedDriver(anyDriver(driver)));
  }
  return driver;
}
