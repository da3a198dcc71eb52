// The checks that read the code without running it; each counts as one test.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, root } from "../runtimes.mjs";
import { runCommand, runTogether } from "./command.mjs";

/** @typedef {{ name: string, binary: string, args: string[], skip?: string }} Check */

/**
 * @param {{ denoFlags: string[], jsr: boolean }} options
 * @returns {Promise<import("./suites.mjs").Suite>}
 */
export async function runStaticChecks(options) {
  const started = performance.now();
  const cases = await runTogether(2, staticChecks(options).map((check) => () => runCheck(check)));
  return { title: "static", seconds: (performance.now() - started) / 1000, cases };
}

/**
 * @param {{ denoFlags: string[], jsr: boolean }} options
 * @returns {Check[]}
 */
function staticChecks({ denoFlags, jsr }) {
  const deno = binaryOf("deno");
  const folders = ["mod.ts", "src", "drivers", "tests", "examples", "bench"].filter((path) =>
    existsSync(join(root, path))
  );
  const exported = Object.values(JSON.parse(readFileSync(join(root, "deno.json"), "utf8")).exports);
  return [
    { name: "deno fmt", binary: deno, args: ["fmt", "--check"] },
    { name: "deno lint", binary: deno, args: ["lint"] },
    { name: "deno check", binary: deno, args: ["check", ...denoFlags, ...folders] },
    { name: "tsc", binary: binaryOf("node"), args: ["node_modules/typescript/bin/tsc", "--project", "."] },
    {
      name: "tsc with what Node 20 has",
      binary: binaryOf("node"),
      args: ["node_modules/typescript/bin/tsc", "--project", "scripts/node20.tsconfig.json"],
    },
    { name: "deno doc --lint", binary: deno, args: ["doc", "--lint", ...exported] },
    { name: "deno publish --dry-run", binary: deno, args: ["publish", "--dry-run", "--allow-dirty"] },
    {
      name: "deno check scripts/build_npm.ts",
      binary: deno,
      args: ["check", "--node-modules-dir=none", "scripts/build_npm.ts"],
      skip: jsr ? undefined : "JSR did not answer, and @deno/dnt comes only from there",
    },
  ];
}

/**
 * @param {Check} check
 * @returns {Promise<import("./junit.mjs").TestCase>}
 */
async function runCheck({ name, binary, args, skip }) {
  if (skip !== undefined) return { name, outcome: "skipped", text: skip };
  const { code, output } = await runCommand(binary, args);
  return { name, outcome: code === 0 ? "passed" : "failed", text: output };
}
