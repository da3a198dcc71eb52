// What the command line of npm test asks for.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { root, runtimeNames } from "../runtimes.mjs";
import { changedFiles, testsOf } from "./changed.mjs";

const parts = ["static", ...runtimeNames];

/** @param {string[]} args */
export function readOptions(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      only: { type: "string", multiple: true },
      filter: { type: "string" },
      changed: { type: "boolean", default: false },
      torture: { type: "boolean", default: false },
      watch: { type: "boolean", default: false },
    },
  });
  if (values.torture) process.env.RINARI_TORTURE = "1";
  const unknown = values.only?.find((part) => !parts.includes(part));
  if (unknown !== undefined) throw new Error(`Cannot test only "${unknown}": use ${parts.join(", ")}`);
  // A part of the tests was asked for: then the checks of the whole repository are not.
  const narrowed = values.filter !== undefined || positionals.length > 0 || values.changed || values.watch;
  const chosen = new Set(values.only ?? (narrowed ? runtimeNames : parts));
  const files = testFiles(positionals.length > 0 ? positionals : ["tests"]);
  return {
    chosen,
    filter: values.filter,
    watch: values.watch,
    files: values.changed ? testsOf(changedFiles(), files) : files,
  };
}

/** @param {string[]} paths */
function testFiles(paths) {
  return [...new Set(paths.flatMap(listTests))].sort();
}

/**
 * @param {string} path
 * @returns {string[]}
 */
function listTests(path) {
  const full = join(root, relative(root, path));
  if (!existsSync(full)) throw new Error(`Cannot test ${path}: there is no such file`);
  if (!statSync(full).isDirectory()) return [relative(root, full)];
  return readdirSync(full, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => relative(root, join(full, name)));
}
