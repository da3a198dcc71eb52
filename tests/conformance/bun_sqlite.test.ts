import { type BunDatabase, BunSQLiteDriver, type SQLiteOptions } from "../../drivers/bun_sqlite.ts";
import { conformance } from "../../src/testing/mod.ts";
import { runtime, test } from "../support/runner.ts";
import { asynchronous, inFolders, inMemory } from "./stores.ts";

const make = (options: SQLiteOptions<BunDatabase>) => new BunSQLiteDriver(options);
const inFolder = (storageDir: string) => make({ storageDir, durability: "relaxed" });
const inNames = (databases: Record<string, string>) => make({ databases });
const options = { test, skipTest: test.skip };

if (runtime !== "bun") {
  test.skip("bun-sqlite: the conformance kit", "bun:sqlite exists only in Bun");
} else {
  await conformance({ ...options, name: "bun-sqlite (files)", ...inFolders(inFolder) });
  await conformance({ ...options, name: "bun-sqlite (memory)", ...inMemory(inNames) });
  await conformance({ ...options, name: "bun-sqlite (files, async)", ...inFolders(asynchronous(inFolder)) });
  await conformance({ ...options, name: "bun-sqlite (memory, async)", ...inMemory(asynchronous(inNames)) });
}
