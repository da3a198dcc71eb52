// Which tests a change can concern: those that import a changed file, over however many steps.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { root } from "../runtimes.mjs";

/** The places of modules; what stands elsewhere is imported by none. */
export const SOURCES = ["mod.ts", "src", "drivers", "tests", "examples", "bench"];

const IMPORT = /\bfrom\s+"(\.[^"]+)"|\bimport\s*\(?\s*"(\.[^"]+)"/g;

/** What differs from the last commit, files that are not in it yet too. */
export function changedFiles() {
  return [["diff", "--name-only", "--relative", "HEAD"], ["ls-files", "--others", "--exclude-standard"]]
    .flatMap((args) => {
      const { status, stdout, stderr } = spawnSync("git", args, { cwd: root, encoding: "utf8" });
      if (status !== 0) throw new Error(`Cannot tell what has changed: ${stderr.trim()}`);
      return stdout.split("\n").filter((line) => line !== "");
    });
}

/**
 * @param {readonly string[]} changed
 * @param {readonly string[]} tests
 */
export function testsOf(changed, tests) {
  const importers = readImporters();
  const reached = new Set(changed);
  for (const file of reached) for (const importer of importers.get(file) ?? []) reached.add(importer);
  return tests.filter((file) => reached.has(file));
}

function readImporters() {
  /** @type {Map<string, string[]>} */
  const importers = new Map();
  for (const file of SOURCES.flatMap(modulesIn)) {
    for (const [, one, other] of readFileSync(join(root, file), "utf8").matchAll(IMPORT)) {
      const target = relative(root, join(root, dirname(file), one ?? other ?? ""));
      importers.set(target, [...importers.get(target) ?? [], file]);
    }
  }
  return importers;
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function modulesIn(path) {
  const full = join(root, path);
  if (!existsSync(full)) return [];
  if (path.endsWith(".ts")) return [path];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|mjs)$/.test(name) && !name.includes("node_modules"))
    .map((name) => join(path, name));
}
