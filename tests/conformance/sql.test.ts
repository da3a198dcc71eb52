import { sqlDriver } from "../../src/sql/mod.ts";
import { conformance } from "../../src/testing/mod.ts";
import { test } from "../support/runner.ts";
import { numberedProvider, smallProvider } from "../unit/sql/small_engine.ts";

for (const provider of [smallProvider, numberedProvider]) {
  await conformance({ test, skipTest: test.skip, name: provider.name, driver: () => sqlDriver(provider) });
}
