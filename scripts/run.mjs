// Runs one TypeScript file of the repository under a pinned runtime, and passes every other argument on:
// node scripts/run.mjs examples/atlas.ts --runtime bun --driver memory
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { binaryOf, root, runArguments, runtimeNames } from "./runtimes.mjs";
import { setUp } from "./setup.mjs";

const [file, ...rest] = process.argv.slice(2);
const { wanted, args } = takeRuntime(rest);
const runtime = runtimeNames.find((name) => name === wanted);
if (file === undefined || !existsSync(`${root}/${file}`)) stop(`Cannot run ${file}: there is no such file`);
if (runtime === undefined) stop(`Cannot run under "${wanted}": use ${runtimeNames.join(", ")}`);

setUp();
const child = spawn(binaryOf(runtime), runArguments(runtime, file, args), { cwd: root, stdio: "inherit" });
process.on("SIGINT", () => child.kill("SIGINT"));
process.on("SIGTERM", () => child.kill("SIGTERM"));
child.on("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));

/**
 * The last --runtime wins, so that a command line overrides the script in package.json.
 * @param {string[]} given
 */
function takeRuntime(given) {
  let wanted = "node";
  /** @type {string[]} */
  const args = [];
  const rest = given.values();
  for (const arg of rest) {
    if (arg === "--runtime") wanted = rest.next().value ?? "";
    else if (arg.startsWith("--runtime=")) wanted = arg.slice("--runtime=".length);
    else args.push(arg);
  }
  return { wanted, args };
}

/**
 * @param {string} message
 * @returns {never}
 */
function stop(message) {
  console.error(message);
  process.exit(2);
}
