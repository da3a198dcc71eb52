// Runs one command to its end and keeps what it printed.
import { spawn } from "node:child_process";
import { root } from "../runtimes.mjs";

/** @typedef {{ code: number, output: string, seconds: number }} Ended */

/** What takes longer hangs. */
const DEADLINE = 40 * 60_000;
const LONG_DEADLINE = 180 * 60_000;

/** Colours and update notes would end up in the report; a stack trace of the tool itself helps nobody. */
const quiet = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", RUST_BACKTRACE: "0" };
const unset = ["FORCE_COLOR", "NODE_TEST_CONTEXT"];

/**
 * @param {string} binary
 * @param {string[]} args
 * @param {Record<string, string>} more What is added to the environment.
 * @returns {Promise<Ended>}
 */
export function runCommand(binary, args, more = {}) {
  const started = performance.now();
  const inherited = Object.entries(process.env).filter(([name]) => !unset.includes(name));
  const child = spawn(binary, args, {
    cwd: root,
    env: { ...Object.fromEntries(inherited), ...quiet, ...more },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: process.env.RINARI_TORTURE === "1" ? LONG_DEADLINE : DEADLINE,
    killSignal: "SIGKILL",
  });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout.on("data", (chunk) => chunks.push(chunk));
  child.stderr.on("data", (chunk) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (/** @type {number} */ code, note = "") =>
      resolve({
        code,
        output: (Buffer.concat(chunks).toString("utf8") + note).trim(),
        seconds: (performance.now() - started) / 1000,
      });
    child.on("error", (error) => end(1, `\nCannot run ${binary}: ${error.message}`));
    child.on("close", (code, signal) => end(code ?? 1, signal ? `\nEnded by ${signal}` : ""));
  });
}

/**
 * At most `width` jobs at a time; the results in the order of the jobs.
 * @template T
 * @param {number} width
 * @param {(() => Promise<T>)[]} jobs
 */
export async function runTogether(width, jobs) {
  /** @type {T[]} */
  const results = [];
  const queue = [...jobs.entries()];
  const worker = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) results[next[0]] = await next[1]();
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
