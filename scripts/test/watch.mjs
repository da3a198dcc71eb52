// Runs the tests again whenever a module changes on which one of them depends.
import { existsSync, watch } from "node:fs";
import { join, relative } from "node:path";
import { root } from "../runtimes.mjs";
import { SOURCES, testsOf } from "./changed.mjs";

/** Editors write a file in several steps, and formatters once more after them. */
const PAUSE = 100;

/**
 * @param {readonly string[]} tests
 * @param {(files: string[]) => Promise<void>} run
 */
export async function watchTests(tests, run) {
  /** @type {Set<string>} */
  const changed = new Set();
  /** @type {() => void} */
  let wake = () => {};
  for (const path of SOURCES.map((name) => join(root, name)).filter((name) => existsSync(name))) {
    watch(path, { recursive: true }, (_event, name) => {
      changed.add(path.endsWith(".ts") ? relative(root, path) : relative(root, join(path, name ?? "")));
      wake();
    });
  }
  for (let files = [...tests];;) {
    if (files.length > 0) await run(files);
    console.log("\nWaiting for a change; Ctrl+C ends");
    if (changed.size === 0) await new Promise((resolve) => wake = () => resolve(undefined));
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
    files = testsOf([...changed], tests);
    changed.clear();
  }
}
