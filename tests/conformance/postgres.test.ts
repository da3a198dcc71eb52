import { conformance } from "../../src/testing/mod.ts";
import { findPlace, PLACES } from "../support/postgres/places.ts";
import { PostgresStores } from "../support/postgres/stores.ts";
import { runtime, test } from "../support/runner.ts";
import { inShortForm } from "../support/short_form.ts";
import { torture } from "../support/torture.ts";

/** What a network and a runtime can make go wrong. The rest of the kit asks PostgreSQL, which is the same code everywhere. */
const OVER_TCP =
  /^postgres \((?:server|PGlite)\): (?:flows|transaction|reopen|driver\.(?:begin|connect|iterate|transaction)|create: a value|bulkCreate)/;

for (const each of PLACES) {
  const place = await findPlace(each);
  const name = `postgres (${place.name})`;
  if (place.skip !== null) {
    test.skip(`${name}: the conformance kit`, place.skip);
    continue;
  }
  const all = torture || (runtime === "bun" && place.name === "server");
  if (!all) {
    test.skip(
      `${name}: the kit but for what goes wrong over a network`,
      "the whole kit is asked of a server under bun, and of both everywhere by npm run torture",
    );
  }
  const stores = new PostgresStores(place);
  await conformance({
    test: inShortForm((title, fn) => all || OVER_TCP.test(title) ? test(title, fn) : undefined, name),
    skipTest: (title, reason) => all || OVER_TCP.test(title) ? test.skip(title, reason) : undefined,
    name,
    driver: () => stores.driver(),
    reopen: (driver) => stores.reopen(driver),
    cleanup: (driver) => stores.cleanup(driver),
  });
}
