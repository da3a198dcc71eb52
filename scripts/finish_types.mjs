// Finishes the declarations of a built npm package: `node scripts/finish_types.mjs ./npm`. A program that has neither the types of Node
// nor of a browser compiles against them, and one that resolves modules as Node 10 did finds those of each entry point.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const DISPOSES = /\bSymbol\.(?:asyncD|d)ispose\b/;
const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

/** Merged with what a runtime's own types say of it, and all there is to it where there are none. */
const SIGNALS = /\bAbortSignal\b/;
const SIGNAL = "declare global {\n  interface AbortSignal {}\n}\n";

/** @param {string} folder The package. */
export function finishTypes(folder) {
  for (const path of readdirSync(folder, { recursive: true, encoding: "utf8" })) {
    if (!/\.d\.[cm]?ts$/.test(path) || path.includes("node_modules")) continue;
    const file = join(folder, path);
    const text = readFileSync(file, "utf8");
    const before = DISPOSES.test(text) ? DISPOSABLE : "";
    const after = SIGNALS.test(text) ? SIGNAL : "";
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
  return entry.require?.types ?? entry.types ?? entry.import.types;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) finishTypes(process.argv[2] ?? "npm");
