import { type BunDatabase, BunSQLiteDriver, type SQLiteOptions } from "../../drivers/bun_sqlite.ts";
import { conformance } from "../../src/testing/mod.ts";
import { runtime, test } from "../support/runner.ts";
import { asynchronous, inFolders, inMemory } from "./stores.ts";

const make = (options: SQLiteOptions<BunDatabase>) => new BunSQLiteDriver(options);
const inFolder = (storageDir: string) => make({ storageDir, durability: "relaxed" });
const inNames = (databases: Record<string, string>) => make({ databases });

/** One that has the rows looked at found by their keys. */
function withoutRelated(driver: BunSQLiteDriver): BunSQLiteDriver {
  const { related: _related, ...capabilities } = driver.metadata.capabilities ?? {};
  return Object.assign(driver, { metadata: { ...driver.metadata, capabilities } });
}

const options = { test, skipTest: test.skip };

if (runtime !== "bun") {
  test.skip("bun-sqlite: the conformance kit", "bun:sqlite exists only in Bun");
} else {
  await conformance({ ...options, name: "bun-sqlite (files)", ...inFolders(inFolder) });
  await conformance({ ...options, name: "bun-sqlite (memory)", ...inMemory(inNames) });
  await conformance({ ...options, name: "bun-sqlite (files, async)", ...inFolders(asynchronous(inFolder)) });
  await conformance({
    ...options,
    test: (title, fn) => /: (?:where|pick): /.test(title) ? test(title, fn) : undefined,
    name: "bun-sqlite (without related)",
    ...inMemory((databases) => withoutRelated(inNames(databases))),
  });
  await conformance({ ...options, name: "bun-sqlite (memory, async)", ...inMemory(asynchronous(inNames)) });
}
