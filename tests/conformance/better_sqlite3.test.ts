import { createRequire } from "node:module";
import {
  BetterSQLite3Driver,
  type Database,
  type DatabaseClass,
} from "../../examples/custom-driver-better-sqlite3/better_sqlite3_driver.ts";
import type { SQLiteOptions } from "../../src/sql/mod.ts";
import { conformance } from "../../src/testing/mod.ts";
import { runtime, test } from "../support/runner.ts";
import { torture } from "../support/torture.ts";
import { inFolders, inMemory } from "./stores.ts";

const NAME = "better-sqlite3";

/** The class, or why its native part cannot be loaded here. */
function load(): DatabaseClass | string {
  try {
    const Client = createRequire(import.meta.url)(NAME) as DatabaseClass;
    new Client(":memory:", { readonly: false }).close();
    return Client;
  } catch (error) {
    return `its native part cannot be loaded: ${(error as Error).message.split("\n")[0]}`;
  }
}

const elsewhere = runtime === "node" || torture
  ? null
  : "it runs under Node, and everywhere by npm run torture";
const Client = elsewhere ?? load();
if (typeof Client === "string") {
  test.skip(`${NAME}: the conformance kit`, Client);
} else {
  const make = (options: SQLiteOptions<Database>) => new BetterSQLite3Driver(Client, options);
  const options = { test, skipTest: test.skip };
  const inFolder = (storageDir: string) => make({ storageDir, durability: "relaxed" });
  await conformance({ ...options, name: `${NAME} (files)`, ...inFolders(inFolder) });
  await conformance({
    ...options,
    name: `${NAME} (memory)`,
    ...inMemory((databases) => make({ databases })),
  });
}
