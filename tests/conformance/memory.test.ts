import { MemoryDriver } from "../../drivers/memory.ts";
import { type Capabilities, toAsyncDriver } from "../../mod.ts";
import { conformance } from "../../src/testing/mod.ts";
import { test } from "../support/runner.ts";

/** A driver that does everything but one thing. */
function without(name: keyof Capabilities): MemoryDriver {
  const driver = new MemoryDriver();
  const { [name]: _left, ...capabilities } = driver.metadata.capabilities as Capabilities;
  return Object.assign(driver, {
    metadata: { ...driver.metadata, capabilities },
  });
}

const options = { test, skipTest: test.skip };

await conformance({ ...options, driver: () => new MemoryDriver(), reopen: (driver) => driver });
await conformance({ ...options, name: "memory (without expressions)", driver: () => without("expressions") });
await conformance({ ...options, name: "memory (async)", driver: () => toAsyncDriver(new MemoryDriver()) });
