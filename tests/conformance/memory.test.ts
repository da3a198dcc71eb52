import { MemoryDriver } from "../../drivers/memory.ts";
import { toAsyncDriver } from "../../mod.ts";
import { conformance } from "../../src/testing/mod.ts";
import { test } from "../support/runner.ts";

const options = { test, skipTest: test.skip };

await conformance({ ...options, driver: () => new MemoryDriver(), reopen: (driver) => driver });
await conformance({ ...options, name: "memory (async)", driver: () => toAsyncDriver(new MemoryDriver()) });
