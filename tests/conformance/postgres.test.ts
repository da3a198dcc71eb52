import { conformance } from "../../src/testing/mod.ts";
import { findPlace, PLACES } from "../support/postgres/places.ts";
import { PostgresStores } from "../support/postgres/stores.ts";
import { runtime, test } from "../support/runner.ts";

/** What a network can make go wrong. The rest of the kit asks a server nothing that PGlite, which is the same code, is not asked. */
const OVER_TCP =
  /^postgres \(server\): (?:flows|transaction|reopen|driver\.(?:begin|connect|iterate|transaction)|create: a value|bulkCreate)/;

for (const each of PLACES) {
  const place = await findPlace(each);
  const name = `postgres (${place.name})`;
  if (place.skip !== null) {
    test.skip(`${name}: the conformance kit`, place.skip);
    continue;
  }
  const all = place.name === "PGlite" || runtime === "bun";
  if (!all) {
    test.skip(
      `${name}: the kit but for what goes wrong over a network`,
      "Bun asks the whole kit of the server",
    );
  }
  const stores = new PostgresStores(place);
  await conformance({
    test: (title, fn) => all || OVER_TCP.test(title) ? test(title, fn) : undefined,
    skipTest: (title, reason) => all || OVER_TCP.test(title) ? test.skip(title, reason) : undefined,
    name,
    driver: () => stores.driver(),
    reopen: (driver) => stores.reopen(driver),
    cleanup: (driver) => stores.cleanup(driver),
  });
}
