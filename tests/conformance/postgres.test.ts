import { conformance } from "../../src/testing/mod.ts";
import { findPlaces } from "../support/postgres/places.ts";
import { PostgresStores } from "../support/postgres/stores.ts";
import { test } from "../support/runner.ts";

for (const place of await findPlaces()) {
  const name = `postgres (${place.name})`;
  if (place.skip !== null) {
    test.skip(`${name}: the conformance kit`, place.skip);
    continue;
  }
  const stores = new PostgresStores(place);
  await conformance({
    test,
    skipTest: test.skip,
    name,
    driver: () => stores.driver(),
    reopen: (driver) => stores.reopen(driver),
    cleanup: (driver) => stores.cleanup(driver),
  });
}
