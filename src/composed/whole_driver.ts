import { doesEverything } from "../contract/everything.ts";
import type { AsyncDriver, SyncDriver } from "../contract/mod.ts";
import { UnsupportedError } from "../errors/mod.ts";
import type { CompleteDriver } from "./complete_driver.ts";

/** One for each driver object, so that what it knows of the tables is the same for everybody who uses the driver. */
const made: WeakMap<object, CompleteDriver> = new WeakMap();

/**
 * The driver that does everything, of one that does or was completed.
 *
 * @throws {UnsupportedError} When it does not, and was not.
 */
export function wholeDriver(driver: SyncDriver | AsyncDriver): CompleteDriver {
  const known = knownWhole(driver);
  if (known !== undefined) return known;
  if (!isWhole(driver)) {
    const { name } = driver.metadata;
    throw new UnsupportedError(
      `Cannot make an ORM: driver ${name} leaves some of what an ORM does to it, and \`@rinari/orm/core\` is without that part; give it as ` +
        'complete(driver), with import { complete } from "@rinari/orm/core", or import ORM from "@rinari/orm"',
      { driver: name },
    );
  }
  const whole = driver as unknown as CompleteDriver;
  made.set(driver, whole);
  return whole;
}

/** What a driver was completed by, if it was. */
export function knownWhole(driver: object): CompleteDriver | undefined {
  return made.get(driver);
}

/** Keeps what a driver was completed by. */
export function keepWhole(driver: object, whole: CompleteDriver): void {
  made.set(driver, whole);
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
export function isWhole(driver: SyncDriver | AsyncDriver): boolean {
  const { capabilities = {} } = driver.metadata;
  return capabilities.expressions === true && doesEverything(capabilities) &&
    MEMBERS.every((name) => driver[name] !== undefined);
}
