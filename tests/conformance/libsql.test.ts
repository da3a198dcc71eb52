import { LibSQLDriver, type LibSQLOptions } from "../../drivers/libsql.ts";
import { conformance } from "../../src/testing/mod.ts";
import { test } from "../support/runner.ts";
import { inFolders, inMemory } from "./stores.ts";

const make = (options: LibSQLOptions) => new LibSQLDriver(options);
const options = { test, skipTest: test.skip };

await conformance({
  ...options,
  name: "libsql (files)",
  ...inFolders((storageDir) => make({ storageDir, durability: "relaxed" })),
});
await conformance({ ...options, name: "libsql (memory)", ...inMemory((databases) => make({ databases })) });
