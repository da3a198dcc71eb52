import type {
  PostgresDriver,
  PostgresOptions,
} from "../../../examples/custom-driver-postgres/postgres_driver.ts";
import { test } from "../runner.ts";
import { findPlaces, type Place } from "./places.ts";
import { PostgresStores } from "./stores.ts";

/** What a test works with. */
export interface Given {
  /** The place. */
  readonly place: Place;
  /** A driver on empty databases. */
  readonly driver: PostgresDriver;
  /** Another driver on the same databases. */
  again(options?: PostgresOptions): PostgresDriver;
  /** The schema of a database. */
  schema(dbName: string): string;
}

/** Registers a test on every place there is, or on the server alone. */
export async function testPostgres(
  name: string,
  run: (given: Given) => Promise<void>,
  { only, ...options }: PostgresOptions & { only?: Place["name"] } = {},
): Promise<void> {
  for (const place of await findPlaces()) {
    if (only !== undefined && place.name !== only) continue;
    const title = `${name} (${place.name})`;
    if (place.skip !== null) test.skip(title, place.skip);
    else test(title, () => runOn(place, run, options));
  }
}

async function runOn(
  place: Place,
  run: (given: Given) => Promise<void>,
  options: PostgresOptions,
): Promise<void> {
  const stores = new PostgresStores(place);
  const driver = stores.driver(options);
  const others: PostgresDriver[] = [];
  try {
    await run({
      place,
      driver,
      again: (more) => {
        const other = stores.reopen(driver, { ...options, ...more });
        others.push(other);
        return other;
      },
      schema: (dbName) => stores.schemaOf(driver, dbName),
    });
  } finally {
    for (const each of [driver, ...others]) await each.disconnect();
    await stores.cleanup(driver);
  }
}
