import { conformance } from "../../src/testing/mod.ts";
import { noKV, openDriver } from "../deno_kv/open_kv.ts";
import { test } from "../support/runner.ts";
import { inFolders } from "./stores.ts";

const options = { test, skipTest: test.skip };

if (noKV !== null) {
  test.skip("deno-kv: the conformance kit", noKV);
} else {
  await conformance({
    ...options,
    name: "deno-kv (file)",
    ...inFolders((folder) => openDriver(`${folder}/kv`)),
  });
  await conformance({ ...options, name: "deno-kv (memory)", driver: () => openDriver(":memory:") });
}
