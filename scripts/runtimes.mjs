// Finds the pinned runtimes in node_modules: the binary inside the platform's own package, so that no install script
// is needed. Where npm has no such package (Node for macOS), the one on PATH serves.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** @typedef {"bun" | "deno" | "node"} Runtime */

/** @type {Runtime[]} */
export const runtimeNames = ["bun", "deno", "node"];

const { platform, arch } = process;
const exe = platform === "win32" ? ".exe" : "";
const bunPlatform = platform === "win32" ? "windows" : platform;
const bunArch = arch === "arm64" ? "aarch64" : arch;

/** @type {Record<Runtime, string[]>} */
const candidates = {
  // The install script of the package `bun`, where it is run, moves the binary to where the last one is.
  bun: [
    ...["", "-musl"].map((libc) => `@oven/bun-${bunPlatform}-${bunArch}${libc}/bin/bun${exe}`),
    "bun/bin/bun.exe",
  ],
  deno: ["", "-glibc"].map((libc) => `@deno/${platform}-${arch}${libc}/deno${exe}`),
  node: [`node-${platform === "win32" ? "win" : platform}-${arch}/bin/node${exe}`],
};

/**
 * The path of a runtime's binary.
 * @param {Runtime} name
 */
export function binaryOf(name) {
  const pinned = candidates[name].map((path) => join(root, "node_modules", path));
  const onPath = (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name + exe));
  const found = [...pinned, ...onPath].find((path) => existsSync(path));
  if (found === undefined) {
    throw new Error(
      `Cannot find ${name}: npm has no package of it for ${platform}-${arch}; install it and put it on PATH`,
    );
  }
  return found;
}

/**
 * The other versions of Node that package.json pins, as `node-20-linux-x64`; npm has none of them for some platforms.
 * @returns {{ name: string, binary: string | null }[]}
 */
export function otherNodes() {
  const { optionalDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const majors = Object.keys(optionalDependencies).flatMap((name) => /^node-(\d+)-/.exec(name)?.[1] ?? []);
  return [...new Set(majors)].map((major) => {
    const binary = join(root, `node_modules/node-${major}-${platform}-${arch}/bin/node${exe}`);
    return { name: `Node ${major}`, binary: existsSync(binary) ? binary : null };
  });
}

/**
 * What a runtime says its version is, as `24.1.0`.
 * @param {Runtime} name
 */
export function versionOf(name) {
  const { stdout } = spawnSync(binaryOf(name), ["--version"], { encoding: "utf8" });
  return /\d+\.\d+\.\d+\S*/.exec(stdout ?? "")?.[0] ?? "unknown";
}

/**
 * The arguments that run a file with everything allowed.
 * @param {Runtime} name
 * @param {string} file
 * @param {string[]} args
 */
export function runArguments(name, file, args) {
  if (name === "deno") return ["run", "--allow-all", "--unstable-kv", "--no-check", file, ...args];
  if (name === "bun") return ["run", file, ...args];
  return ["--disable-warning=ExperimentalWarning", file, ...args];
}
