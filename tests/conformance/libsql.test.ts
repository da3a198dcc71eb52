import { LibSQLDriver, type LibSQLOptions } from "../../drivers/libsql.ts";
import { conformance } from "../../src/testing/mod.ts";
import { type Runtime, runtime, test } from "../support/runner.ts";
import { collectingSeldom } from "../support/libsql/collecting_seldom.ts";
import { noServer } from "../support/libsql/server.ts";
import { ServerStores } from "../support/libsql/stores.ts";
import { inShortForm } from "../support/short_form.ts";
import { torture } from "../support/torture.ts";
import { inFolders, inMemory } from "./stores.ts";

const make = (options: LibSQLOptions) => new LibSQLDriver(options);
const options = { test: inShortForm(collectingSeldom(test), "libsql"), skipTest: test.skip };

await conformance({
  ...options,
  name: "libsql (files)",
  ...inFolders((storageDir) => make({ storageDir, durability: "relaxed" })),
});
await conformance({ ...options, name: "libsql (memory)", ...inMemory((databases) => make({ databases })) });

/** Files and servers over http are asked the whole kit in each runtime; these differ from them only in how a message travels. */
const ONLY: Partial<Record<"http" | "ws" | "replica", Runtime>> = { ws: "bun", replica: "node" };

for (const reach of ["http", "ws", "replica"] as const) {
  const name = `libsql (${reach})`;
  if (noServer !== null) {
    test.skip(`${name}: the conformance kit`, noServer);
    continue;
  }
  const only = ONLY[reach];
  if (only !== undefined && runtime !== only && !torture) {
    test.skip(`${name}: the conformance kit`, `it runs under ${only}, and everywhere by npm run torture`);
    continue;
  }
  const stores = new ServerStores(reach);
  await conformance({
    ...options,
    name,
    databases: stores.databases,
    driver: () => stores.driver(),
    reopen: (driver) => stores.reopen(driver),
    cleanup: (driver) => stores.cleanup(driver),
  });
}
