// Finishes the declarations of a built npm package: `node scripts/finish_types.mjs ./npm`. A program that has neither the types of Node
// nor of a browser compiles against them, and one that resolves modules as Node 10 did finds those of each entry point.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const DISPOSES = /\bSymbol\.(?:asyncD|d)ispose\b/;
const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

/** Merged with what a runtime's own types say of them, and all there is to them where there are none. */
const GLOBALS = ["AbortController", "AbortSignal"];

/** @param {string} folder The package. */
export function finishTypes(folder) {
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.d\.[cm]?ts$/.test(path) || path.includes("node_modules")) continue;
    const file = join(folder, path);
    const text = readFileSync(file, "utf8");
    const before = DISPOSES.test(text) ? DISPOSABLE : "";
    const named = GLOBALS.filter((name) => new RegExp(`\\b${name}\\b`).test(text));
    const after = named.length === 0
      ? ""
      : `declare global {\n${named.map((name) => `  interface ${name} {}\n`).join("")}}\n`;
    if (before + after !== "") writeFileSync(file, `${before}${text.trimEnd()}\n${after}`);
  }
  const path = join(folder, "package.json");
  const manifest = JSON.parse(readFileSync(path, "utf8"));
  const paths = Object.entries(manifest.exports).filter(([name]) => name !== ".").map((
    [name, entry],
  ) => [name.slice("./".length), [typesOf(entry)]]);
  const typesVersions = { "*": Object.fromEntries(paths) };
  writeFileSync(path, `${JSON.stringify({ ...manifest, typesVersions }, null, 2)}\n`);
}

/**
 * The declarations of an entry point: those of the CommonJS half where there is one, as Node 10 had no other.
 * @param {any} entry
 * @returns {string}
 */
function typesOf(entry) {
  return typesBeside(entry.require) ?? entry.types ?? typesBeside(entry.import);
}

/**
 * The declarations of a half, which are named, or lie beside its file.
 * @param {string | { types: string } | undefined} half
 */
function typesBeside(half) {
  return typeof half === "string" ? half.replace(/\.([cm]?)js$/, ".d.$1ts") : half?.types;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) finishTypes(process.argv[2] ?? "npm");
