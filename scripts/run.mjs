// Runs one TypeScript file of the repository under a pinned runtime, and passes every other argument on:
// node scripts/run.mjs examples/atlas.ts --runtime bun --driver memory
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { binaryOf, root, runArguments, runtimeNames } from "./runtimes.mjs";
import { setUp } from "./setup.mjs";

const [file, ...rest] = process.argv.slice(2);
const { runtime, args } = takeRuntime(rest);
if (file === undefined || !existsSync(`${root}/${file}`)) stop(`Cannot run ${file}: there is no such file`);
if (!runtimeNames.includes(runtime)) stop(`Cannot run under "${runtime}": use ${runtimeNames.join(", ")}`);

setUp();
const child = spawn(binaryOf(runtime), runArguments(runtime, file, args), { cwd: root, stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/**
 * The last --runtime wins, so that a command line overrides the script in package.json.
 * @param {string[]} given
 */
function takeRuntime(given) {
  let runtime = "node";
  const args = [];
  for (let at = 0; at < given.length; at++) {
    if (given[at] === "--runtime") runtime = given[++at] ?? "";
    else if (given[at].startsWith("--runtime=")) runtime = given[at].slice("--runtime=".length);
    else args.push(given[at]);
  }
  return { runtime, args };
}

/** @param {string} message */
function stop(message) {
  console.error(message);
  process.exit(1);
}
