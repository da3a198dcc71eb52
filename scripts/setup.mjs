// Installs node_modules when it is absent or older than package-lock.json. Plain JavaScript without dependencies: it
// runs in a fresh clone, on any Node from 20 on.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, statSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./runtimes.mjs";

export function setUp() {
  if (!isStale()) return;
  console.log("Installing the pinned development tools (npm ci) …");
  // The runtimes are found without any install script, so one that fails does not matter.
  if (!install("ci") && !install("ci", "--ignore-scripts")) {
    throw new Error("Cannot install the development tools: npm ci failed, see its messages above");
  }
}

function isStale() {
  const modules = join(root, "node_modules");
  // A link leads into another work tree, which npm ci would empty.
  if (lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink()) return false;
  const installed = join(modules, ".package-lock.json");
  return !existsSync(installed) ||
    statSync(installed).mtimeMs < statSync(join(root, "package-lock.json")).mtimeMs;
}

/** @param {string[]} args */
function install(...args) {
  const { command, first, shell } = npmCommand();
  return spawnSync(command, [...first, ...args], { cwd: root, stdio: "inherit", shell }).status === 0;
}

/** How npm is started: the one that runs this script, or the one on PATH. */
export function npmCommand() {
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  if (npm && node) return { command: node, first: [npm], shell: false };
  return { command: "npm", first: [], shell: process.platform === "win32" };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) setUp();
