import { assertEquals, assertStringIncludes } from "@std/assert";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { binaryOf, runArguments, runtimeNames } from "../../scripts/runtimes.mjs";
import { browserPath, withBrowser } from "../support/browser.ts";
import { runFile } from "../support/child.ts";
import { runtime, test } from "../support/runner.ts";
import { withTempDir } from "../support/temp_dir.ts";
import { until } from "../support/until.ts";

const folder = new URL("../../examples/live-page/", import.meta.url);

/** Starts the page under a runtime, and waits for its address. */
async function start(
  name: "bun" | "deno" | "node",
  file: string,
): Promise<{ url: string; server: ChildProcess }> {
  const args = runArguments(name, fileURLToPath(new URL("main.ts", folder)), [file, "0"]);
  const server = spawn(binaryOf(name), args, { stdio: ["ignore", "pipe", "pipe"] });
  let printed = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (chunk) => printed += chunk);
  const address = () => /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
  await until(`the address of the page under ${name}`, () => {
    if (server.exitCode !== null) throw new Error(`the server ended: ${printed}`);
    return address() !== undefined;
  });
  return { url: address() as string, server };
}

for (const name of runtimeNames) {
  const title = `live page under ${name}: two tabs show what one of them and another process write`;
  if (runtime !== "node") test.skip(title, "it starts every runtime by itself: run under Node");
  else if (browserPath === null) test.skip(title, "there is no Chromium here; CHROMIUM names one");
  else {
    const path = browserPath;
    test(title, () =>
      withTempDir(async (temporary) => {
        const file = join(temporary, "messages.db");
        const { url, server } = await start(name, file);
        try {
          await withBrowser(path, async (browser) => {
            const [one, two] = [await browser.newPage(), await browser.newPage()];
            const errors: string[] = [];
            for (const tab of [one, two]) {
              tab.on("pageerror", (error) => errors.push(String(error)));
              await tab.goto(url);
              await tab.getByText("live", { exact: true }).waitFor();
            }
            await one.getByLabel("Name").fill("Ada");
            await one.getByLabel("Message").fill("<b>hello</b> & goodbye");
            await one.getByRole("button").click();
            for (const tab of [one, two]) await tab.getByText("<b>hello</b> & goodbye").waitFor();
            const written = await runFile(new URL("write.ts", folder), [file, "Grace", "from elsewhere"]);
            assertEquals([written.code, written.stderr], [0, ""]);
            for (const tab of [one, two]) {
              await tab.getByText("from elsewhere").waitFor();
              assertEquals(await tab.locator("#messages li").allTextContents(), [
                "Gracefrom elsewhere",
                "Ada<b>hello</b> & goodbye",
              ]);
            }
            assertEquals(errors, []);
          });
          const refused = await fetch(`${url}/messages`, {
            method: "POST",
            body: '{"author":{},"text":"x"}',
          });
          assertEquals(refused.status, 400);
          assertStringIncludes(await refused.text(), "short texts");
          assertEquals((await fetch(`${url}/nowhere`)).status, 404);
        } finally {
          server.kill();
        }
      }), { timeout: 120_000 });
  }
}
