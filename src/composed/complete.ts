import { doesEverything } from "../contract/everything.ts";
import type { AsyncDriver, SyncDriver } from "../contract/mod.ts";
import { anyDriver } from "../store/any_driver.ts";
import type { CompleteDriver } from "./complete_driver.ts";
import { ComposedDriver } from "./composed_driver.ts";

/** One for each driver object, so that what it knows of the tables is the same for everybody who uses the driver. */
const made: WeakMap<object, CompleteDriver> = new WeakMap();

/**
 * A driver that does everything, made of any driver: what the driver does itself is left to it, everything else is composed of
 * its sixteen methods.
 */
export function complete(driver: SyncDriver | AsyncDriver): CompleteDriver {
  let completed = made.get(driver);
  if (completed === undefined) {
    completed = isWhole(driver) ? driver as unknown as CompleteDriver : new ComposedDriver(anyDriver(driver));
    made.set(driver, completed);
  }
  return completed;
}

const MEMBERS = [
  "createTableWithIndexes",
  "indexes",
  "prepare",
  "iterate",
  "upsert",
  "group",
  "explain",
] as const;

/** Whether nothing has to be composed. */
function isWhole(driver: SyncDriver | AsyncDriver): boolean {
  const { capabilities = {} } = driver.metadata;
  return capabilities.expressions === true && doesEverything(capabilities) &&
    MEMBERS.every((name) => driver[name] !== undefined);
}
