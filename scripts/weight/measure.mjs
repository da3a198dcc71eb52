// Measures the programs as their users have them: the packed tarball in node_modules, bundled by esbuild, imported by Bun.
import { spawnSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { packInto } from "../pack.mjs";
import { binaryOf, root } from "../runtimes.mjs";
import { programs } from "./programs.mjs";

/** @typedef {Record<"bun" | "node", number>} ImportTimes Milliseconds that the imports take, in the quickest of the rounds. */

/**
 * @typedef {object} Weight
 * @property {string} name
 * @property {number} modules How many files are imported, which is what the time of an import comes from.
 * @property {number} minified Bytes of the bundle.
 * @property {number} gzipped Bytes of it when it is gzipped.
 * @property {ImportTimes} importTimes
 * @property {string} bundle The bundle itself.
 */

const ROUNDS = 20;

/**
 * Weighs every program; their times are 0 unless they are asked for.
 * @param {{ times: boolean }} options
 * @returns {Promise<Weight[]>}
 */
export async function weigh(options) {
  const folder = mkdtempSync(join(tmpdir(), "rinari-weight-"));
  try {
    await install(folder);
    const bundles = programs.map((program) => bundled(folder, program));
    const [bun, node] = options.times ? [importTimes(folder, "bun"), importTimes(folder, "node")] : [];
    return bundles.map((bundle, i) => ({
      ...bundle,
      importTimes: { bun: bun?.[i] ?? 0, node: node?.[i] ?? 0 },
    }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** @param {string} folder */
async function install(folder) {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, "@rinari"), { recursive: true });
  await packInto(folder);
  renameSync(join(folder, "package"), join(modules, "@rinari/orm"));
  for (const name of ["drizzle-orm", "kysely"]) {
    symlinkSync(join(root, "node_modules", name), join(modules, name), "junction");
  }
}

/**
 * @param {string} folder
 * @param {{ name: string, text: string }} program
 */
function bundled(folder, { name, text }) {
  const source = join(folder, `${name}.mjs`);
  const target = join(folder, `${name}.min.mjs`);
  const meta = join(folder, `${name}.json`);
  writeFileSync(source, text);
  const options = ["--bundle", "--minify", "--format=esm", "--platform=node", "--external:bun:*"];
  const files = [`--metafile=${meta}`, `--outfile=${target}`, source];
  // Not by a Node.js of ours: the install script of esbuild, where it is run, puts a binary there.
  run(join(root, "node_modules/.bin/esbuild"), [...options, "--log-level=error", ...files], folder);
  // What does not run is not a weight.
  run(binaryOf("bun"), [target], folder);
  const bundle = readFileSync(target, "utf8");
  const modules = Object.keys(JSON.parse(readFileSync(meta, "utf8")).inputs).length - 1;
  const gzipped = gzipSync(bundle, { level: 9 }).length;
  return { name, modules, minified: Buffer.byteLength(bundle), gzipped, bundle };
}

/**
 * The quickest round of every program; they are taken in turn, so that noise meets all alike.
 * @param {string} folder
 * @param {"bun" | "node"} runtime
 */
function importTimes(folder, runtime) {
  const files = programs.map(({ name, imports }) => {
    const file = join(folder, `${name}.${runtime}.mjs`);
    const all = imports[runtime].map((specifier) => `await import("${specifier}");`).join("\n");
    writeFileSync(
      file,
      `const start = performance.now();\n${all}\nconsole.log(performance.now() - start);\n`,
    );
    return file;
  });
  const times = files.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, file] of files.entries()) {
      times[i] = Math.min(times[i] ?? Infinity, Number(run(binaryOf(runtime), [file], folder)));
    }
  }
  return times;
}

/**
 * @param {string} binary
 * @param {string[]} args
 * @param {string} cwd
 */
function run(binary, args, cwd) {
  const { status, stdout, stderr } = spawnSync(binary, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${binary} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}
