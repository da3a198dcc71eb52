// Runs the test files under each runtime and reads the runtime's own report.
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binaryOf, root, runArguments } from "../runtimes.mjs";
import { runCommand } from "./command.mjs";
import { readJUnit } from "./junit.mjs";

/**
 * @typedef {import("../runtimes.mjs").Runtime} Runtime
 * @typedef {import("./junit.mjs").TestCase} TestCase
 * @typedef {{ title: string, seconds: number, cases: TestCase[] }} Suite
 * @typedef {{ files: string[], filter?: string, denoFlags: string[] }} Selection
 */

/**
 * The temporary folder of this run. It holds the reports, since two runs in one work tree must not read each other's, and whatever the
 * tests leave behind: a runtime that ends removes nothing more, and a server or a replica may write until then.
 */
const folder = mkdtempSync(join(tmpdir(), "rinari-tests-"));
// As open as the folder it stands in for: tests lay their rights down, and PostgreSQL runs as a user of its own.
chmodSync(folder, 0o1777);
const environment = { TMPDIR: folder, TMP: folder, TEMP: folder };
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/**
 * @param {Runtime} runtime
 * @param {Selection} selection
 * @returns {Promise<Suite>}
 */
export async function runSuite(runtime, selection) {
  const report = join(folder, `${runtime}.xml`);
  const ended = await runCommand(binaryOf(runtime), argumentsOf[runtime](report, selection), environment);
  const cases = readCases(report, selection.filter);
  for (const text of strayErrors(ended.output)) {
    cases.push({ name: "an error outside of any test", outcome: "failed", text });
  }
  for (const one of cases.filter(isWholeFile)) {
    one.text = tail(
      (await runCommand(binaryOf(runtime), runArguments(runtime, one.name, []), environment)).output,
    );
  }
  const nothingMatched = cases.length === 0 && selection.filter !== undefined;
  if (ended.code !== 0 && !nothingMatched && !cases.some((one) => one.outcome === "failed")) {
    const text = `${tail(ended.output)}\n(exit code ${ended.code})`;
    cases.push({ name: "the run failed outside of any test", outcome: "failed", text });
  }
  return { title: runtime, seconds: ended.seconds, cases };
}

/**
 * @param {string} report
 * @param {string | undefined} filter
 */
function readCases(report, filter) {
  const cases = existsSync(report) ? readJUnit(readFileSync(report, "utf8")) : [];
  return cases.filter((one) => {
    // Node passes a file in which no test ran; with a filter, Bun and Deno report all other tests as skipped.
    if (isWholeFile(one)) return one.outcome === "failed";
    return one.outcome === "failed" || filter === undefined || one.name.includes(filter);
  });
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
    "--test-concurrency=1",
    "--disable-warning=ExperimentalWarning",
    "--test-reporter=junit",
    `--test-reporter-destination=${report}`,
    ...(filter === undefined ? [] : ["--test-name-pattern", literal(filter)]),
    ...files,
  ],
};

/**
 * Errors while a test file loads or between two tests are in what Bun and Deno print, but not in their reports.
 * @param {string} output
 */
function strayErrors(output) {
  const bun = /^# Unhandled error between tests\n-+\n(.*?)\n-{9,}$/gms;
  const deno = /^(\S+ \(uncaught error\)\n.*?)\nThis error was not caught from a test/gms;
  return [bun, deno].flatMap((pattern) => [...output.matchAll(pattern)].map(([, text = ""]) => text));
}

/**
 * Node reports a file that does not load as a failed test with the file's name, but not why.
 * @param {TestCase} one
 */
function isWholeFile({ name }) {
  return name.endsWith(".test.ts") && existsSync(join(root, name));
}

/** @param {string} text */
function tail(text) {
  return text.split("\n").slice(-60).join("\n");
}

/** @param {string} text */
function literal(text) {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
