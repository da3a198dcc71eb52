// Joins the modules of a built npm package: `node scripts/join_modules.mjs ./npm`. Each entry point stays a file where it was,
// and what several of them share becomes a file of its own, loaded once. A program then reads some ten files instead of 160,
// which is most of the time that its import takes (bench/README.md). A bundle of a program with models is no larger for it.
import { mkdirSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build, transform } from "esbuild";

/** @typedef {{ path: string, text: string }} Module A path inside the folder of the modules. */

/**
 * Replaces the JavaScript of a package by joined modules; the declarations beside it stay as they are.
 *
 * @param {string} folder The package: each entry point of its manifest has `import` and may have `require`.
 */
export async function joinModules(folder) {
  // esbuild follows links, as that of the temporary folder of macOS, and would take its entries to be elsewhere.
  folder = realpathSync(folder);
  const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  /** @type {{ import: string, require?: string }[]} */
  const entries = Object.values(exports);
  if (entries.some((entry) => [entry.import, entry.require ?? ""].some((path) => typeof path !== "string"))) {
    throw new Error(`Cannot join the modules of ${folder}: an entry of its \`exports\` is no path`);
  }
  const modules = await joined(folder, entries.map((entry) => entry.import));
  const required = entries.flatMap((entry) => entry.require ?? []);
  replace(folder, folderOf(entries.map((entry) => entry.import)), modules);
  if (required.length > 0) replace(folder, folderOf(required), await asCommonJS(modules));
}

/**
 * @param {string} folder
 * @param {string[]} entries
 * @returns {Promise<Module[]>}
 */
async function joined(folder, entries) {
  const base = join(folder, folderOf(entries));
  const { outputFiles } = await build({
    entryPoints: entries.map((path) => join(folder, path)),
    absWorkingDir: base,
    outdir: base,
    outbase: base,
    chunkNames: "shared/[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    packages: "external",
    charset: "utf8",
    write: false,
  });
  return outputFiles.map(({ path, text }) => ({ path: relative(base, path), text }));
}

/**
 * @param {Module[]} modules
 * @returns {Promise<Module[]>}
 */
function asCommonJS(modules) {
  return Promise.all(modules.map(async ({ path, text }) => {
    const { code } = await transform(text, { format: "cjs", platform: "node", charset: "utf8" });
    // As TypeScript does, for runners of CommonJS that know no `import()`, such as Jest.
    return { path, text: code.replaceAll(/\bimport\((?=")/g, "require(") };
  }));
}

/**
 * The first folder of the paths when all have the same (`./esm/mod.js`), else the package itself (`./mod.js`).
 * @param {string[]} paths
 */
function folderOf(paths) {
  const folders = new Set(paths.map((path) => /^\.\/([^/]+)\//.exec(path)?.[1] ?? "."));
  return folders.size === 1 ? /** @type {string} */ ([...folders][0]) : ".";
}

/**
 * @param {string} folder
 * @param {string} base
 * @param {Module[]} modules
 */
function replace(folder, base, modules) {
  const files = readdirSync(join(folder, base), { recursive: true, withFileTypes: true });
  for (const file of files) {
    if (file.isFile() && file.name.endsWith(".js")) rmSync(join(file.parentPath, file.name));
  }
  for (const { path, text } of modules) {
    const file = join(folder, base, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await joinModules(process.argv[2] ?? "npm");
}
