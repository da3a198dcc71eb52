import { JSONFileDriver } from "../../drivers/json_file.ts";
import { conformance } from "../../src/testing/mod.ts";
import { test } from "../support/runner.ts";
import { asynchronous, inFolders } from "./stores.ts";

const inFolder = (storageDir: string) => new JSONFileDriver({ storageDir, durability: "relaxed" });
const options = { test, skipTest: test.skip };

await conformance({ ...options, ...inFolders(inFolder) });
await conformance({ ...options, name: "json-file (async)", ...inFolders(asynchronous(inFolder)) });
