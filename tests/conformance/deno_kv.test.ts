import { conformance } from "../../src/testing/mod.ts";
import { noKV, openDriver } from "../deno_kv/open_kv.ts";
import { test } from "../support/runner.ts";
import { runtime } from "../support/runtime.ts";
import { inShortForm } from "../support/short_form.ts";
import { inFolders } from "./stores.ts";

const tooMuch =
  "it changes more rows in one statement than a commit of Deno KV holds, which is refused: see limits.test.ts";
const options = {
  test,
  skipTest: test.skip,
  skip: {
    "iterate: may be left before its end, and the store can then be written": tooMuch,
    "iterate: rows may be changed and removed while it runs": tooMuch,
    // `openDriver` closes the store it was given, which no driver could open again.
    ...(runtime === "deno" ? {} : {
      "disconnect: nothing is written after it, though the store was still being opened":
        "its store is one given from outside",
      "disconnect: operations after it are refused, a new ORM connects again":
        "its store is one given from outside",
      "driver.connect: after disconnect, a table is used again when createTable has come again":
        "its store is one given from outside",
    }),
  },
};

if (noKV !== null) {
  test.skip("deno-kv: the conformance kit", noKV);
} else {
  await conformance({
    ...options,
    test: inShortForm(test, "deno-kv (file)"),
    name: "deno-kv (file)",
    ...inFolders((folder) => openDriver(`${folder}/kv`)),
  });
  await conformance({ ...options, name: "deno-kv (memory)", driver: () => openDriver(":memory:") });
}
