import { assertEquals, assertMatch } from "@std/assert";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { runCommand } from "../support/child.ts";
import { noServer, withServer } from "../support/libsql/server.ts";
import { describe, runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { root } from "../repo/source_files.ts";

const PROGRAM = fileURLToPath(new URL("./fixtures/browser_program.ts", import.meta.url));

/** What a browser has beyond the language. */
const web = {
  ...{ AbortController, AbortSignal, crypto, fetch, Headers, performance, queueMicrotask, Request, Response },
  ...{ clearTimeout, setTimeout, structuredClone, TextDecoder, TextEncoder, URL, WebSocket, atob, btoa },
};

describe("LibSQLDriver in a browser", () => {
  const name = "reads and writes on a server, and says why it opens no transaction";
  if (runtime !== "node") test.skip(name, "it is bundled once, under Node");
  else if (noServer !== null) test.skip(name, noServer);
  else test(name, () => withServer(({ url }) => withTempDir((folder) => runInBrowser(url, folder))));
});

async function runInBrowser(url: string, folder: string): Promise<void> {
  const bundle = join(folder, "bundle.js");
  const options = ["--bundle", "--minify", "--platform=browser", "--format=iife", `--outfile=${bundle}`];
  const { code, stderr } = await runCommand(join(root, "node_modules/.bin/esbuild"), [...options, PROGRAM], {
    cwd: root,
  });
  assertEquals(code, 0, stderr);
  const page: typeof web & { url: string; outcome?: Promise<string> } = { ...web, url };
  runInNewContext(readFileSync(bundle, "utf8"), page, { filename: bundle });
  const { seen, twin, transaction, count } = JSON.parse(await page.outcome ?? "{}");
  assertEquals([seen, count], [[7, 5], 2]);
  assertMatch(twin, /^UniqueConstraintError: Cannot insert into `users`/);
  assertMatch(
    transaction,
    /^UnsupportedError: Cannot open a transaction: this runtime has no AsyncLocalStorage/,
  );
}
