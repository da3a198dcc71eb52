import { type NodeDatabase, NodeSQLiteDriver, type SQLiteOptions } from "../../drivers/node_sqlite.ts";
import { conformance } from "../../src/testing/mod.ts";
import { test } from "../support/runner.ts";
import { asynchronous, inFolders, inMemory } from "./stores.ts";

const make = (options: SQLiteOptions<NodeDatabase>) => new NodeSQLiteDriver(options);
const inFolder = (storageDir: string) => make({ storageDir, durability: "relaxed" });
const inNames = (databases: Record<string, string>) => make({ databases });
const options = { test, skipTest: test.skip };

await conformance({ ...options, name: "node-sqlite (files)", ...inFolders(inFolder) });
await conformance({ ...options, name: "node-sqlite (memory)", ...inMemory(inNames) });
await conformance({ ...options, name: "node-sqlite (files, async)", ...inFolders(asynchronous(inFolder)) });
await conformance({ ...options, name: "node-sqlite (memory, async)", ...inMemory(asynchronous(inNames)) });
