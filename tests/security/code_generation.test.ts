import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import { noKV } from "../deno_kv/open_kv.ts";
import { runFile } from "../support/child.ts";
import { describe, type Runtime, runtime, test } from "../support/runner.ts";

const FILE = new URL("./fixtures/every_type.ts", import.meta.url);
const FORBID: Record<Runtime, string[]> = {
  bun: ["--preload", fileURLToPath(new URL("./fixtures/no_function.ts", import.meta.url))],
  deno: ["--v8-flags=--disallow-code-generation-from-strings"],
  node: ["--disallow-code-generation-from-strings"],
};

interface Told {
  readonly mayMakeFunctions: boolean;
  /** What each call gave. */
  readonly given: Readonly<Record<string, readonly unknown[]>>;
}

async function run(driver: string, flags: string[]): Promise<Told> {
  const { code, stdout, stderr } = await runFile(FILE, [driver], { flags });
  assertEquals(code, 0, stderr);
  return JSON.parse(stdout) as Told;
}

function sameRows(driver: string): void {
  test(`${driver}: gives the same where no code may be generated`, async () => {
    const [free, strict] = await Promise.all([run(driver, []), run(driver, FORBID[runtime])]);
    assertEquals([free.mayMakeFunctions, strict.mayMakeFunctions], [true, false]);
    assertEquals(free.given["iterate"]?.length, 300);
    for (const call of Object.keys(free.given)) assertEquals(strict.given[call], free.given[call], call);
  });
}

describe("code generation", () => {
  for (const driver of ["memory", "node-sqlite", "rows as objects"]) sameRows(driver);
  if (runtime === "bun") sameRows("bun-sqlite");
  if (noKV === null) sameRows("deno-kv");
  else test.skip("deno-kv: gives the same where no code may be generated", noKV);
});
