// Runs the test files under each runtime and reads the runtime's own report.
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { binaryOf, root } from "../runtimes.mjs";
import { runCommand } from "./command.mjs";
import { readJUnit } from "./junit.mjs";

/**
 * @typedef {import("../runtimes.mjs").Runtime} Runtime
 * @typedef {import("./junit.mjs").TestCase} TestCase
 * @typedef {{ title: string, seconds: number, cases: TestCase[] }} Suite
 * @typedef {{ files: string[], filter?: string, denoFlags: string[] }} Selection
 */

const reports = join(root, ".test-output");

/**
 * @param {Runtime} runtime
 * @param {Selection} selection
 * @returns {Promise<Suite>}
 */
export async function runSuite(runtime, selection) {
  mkdirSync(reports, { recursive: true });
  const report = join(reports, `${runtime}.xml`);
  rmSync(report, { force: true });
  const ended = await runCommand(binaryOf(runtime), argumentsOf[runtime](report, selection));
  const cases = (existsSync(report) ? readJUnit(readFileSync(report, "utf8")) : [])
    // A filter makes some runtimes report all the others as skipped; a real skip always has its reason.
    .filter((one) => one.outcome !== "skipped" || one.text !== "" || selection.filter === undefined);
  const nothingMatched = cases.length === 0 && selection.filter !== undefined;
  if (ended.code !== 0 && !nothingMatched && !cases.some((one) => one.outcome === "failed")) {
    const text = `${ended.output.split("\n").slice(-60).join("\n")}\n(exit code ${ended.code})`;
    cases.push({ name: "the run failed outside of any test", outcome: "failed", text });
  }
  return { title: runtime, seconds: ended.seconds, cases };
}

/** @type {Record<Runtime, (report: string, selection: Selection) => string[]>} */
const argumentsOf = {
  bun: (report, { files, filter }) => [
    "test",
    // The runner of tests/support keeps the time itself.
    "--timeout=0",
    "--reporter=junit",
    `--reporter-outfile=${report}`,
    ...(filter === undefined ? [] : ["--test-name-pattern", literal(filter)]),
    ...files.map((file) => `./${file}`),
  ],
  deno: (report, { files, filter, denoFlags }) => [
    "test",
    "--allow-all",
    "--unstable-kv",
    `--junit-path=${report}`,
    ...denoFlags,
    ...(filter === undefined ? [] : [`--filter=${filter}`]),
    ...files,
  ],
  node: (report, { files, filter }) => [
    "--test",
    "--test-concurrency=2",
    "--disable-warning=ExperimentalWarning",
    "--test-reporter=junit",
    `--test-reporter-destination=${report}`,
    ...(filter === undefined ? [] : ["--test-name-pattern", literal(filter)]),
    ...files,
  ],
};

/** @param {string} text */
function literal(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
