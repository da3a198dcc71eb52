// Packs this repository as an npm package without dnt and without a network: `node scripts/pack.mjs FOLDER` makes
// FOLDER/rinari-orm.tgz and, as FOLDER/package, what it holds. The modules are joined as in the package that
// scripts/build_npm.ts makes.
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { addBin } from "./add_bin.mjs";
import { finishTypes } from "./finish_types.mjs";
import { joinModules } from "./join_modules.mjs";
import { binaryOf } from "./runtimes.mjs";
import { runCommand } from "./test/command.mjs";

/** @param {string} folder An empty folder. */
export async function packInto(folder) {
  const tarball = join(folder, "rinari-orm.tgz");
  await must(binaryOf("deno"), ["pack", "--quiet", "--allow-dirty", "--output", tarball]);
  await must("tar", ["-xzf", tarball, "-C", folder]);
  await joinModules(join(folder, "package"));
  addBin(join(folder, "package"));
  finishTypes(join(folder, "package"));
  await must("tar", ["-czf", tarball, "-C", folder, "package"]);
}

/**
 * @param {string} binary
 * @param {string[]} args
 */
async function must(binary, args) {
  const { code, output } = await runCommand(binary, args);
  if (code !== 0) throw new Error(`${binary} ${args.join(" ")} failed:\n${output}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await packInto(process.argv[2] ?? ".");
