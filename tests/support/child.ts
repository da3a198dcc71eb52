import { type ChildProcess, spawn } from "node:child_process";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { type Runtime, runtime } from "./runtime.ts";

/** How a child ended and what it printed. */
export interface ChildResult {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
}

/** How a child is started. */
export interface ChildOptions {
  /** The folder it runs in; that of the test when absent. */
  cwd?: string;
  /** The file holds tests and is given to the runtime's own runner. */
  isTest?: boolean;
  /** A command of the shell that the child inherits the effects of, such as `ulimit -f 100`. Not on Windows. */
  after?: string;
  /** It finds no package of this repository. */
  alone?: boolean;
  /** More flags for the runtime. */
  flags?: string[];
}

// A program in another folder finds the packages of this repository only by its manifest.
const manifest = `--config=${fileURLToPath(new URL("../../deno.json", import.meta.url))}`;
const denoFlags = ["--allow-all", "--unstable-kv", "--no-check", "--quiet", manifest];
const runFlags: Record<Runtime, string[]> = {
  bun: ["run"],
  deno: ["run", ...denoFlags],
  node: ["--disable-warning=ExperimentalWarning"],
};
const testFlags: Record<Runtime, string[]> = {
  bun: ["test", "--timeout=0"],
  deno: ["test", ...denoFlags],
  node: ["--test", ...runFlags.node],
};

/**
 * Starts a TypeScript file in a process of its own, under the runtime that runs the test:
 * `startFile(new URL("./fixtures/writer.ts", import.meta.url), ["10"])`.
 */
export function startFile(
  file: URL,
  args: string[] = [],
  { cwd, isTest = false, after, alone = false, flags = [] }: ChildOptions = {},
): ChildProcess {
  const first = (isTest ? testFlags : runFlags)[runtime].filter((flag) => !alone || flag !== manifest);
  const command = [process.execPath, ...first, ...flags, fileURLToPath(file), ...args];
  const [program = "", ...rest] = after === undefined
    ? command
    : ["sh", "-c", `${after}; exec "$@"`, "sh", ...command];
  return spawn(program, rest, {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: environment(),
  });
}

/** Runs a TypeScript file in a process of its own to its end; after `timeout` ms it is killed. */
export function runFile(
  file: URL,
  args: string[] = [],
  { timeout, ...options }: ChildOptions & { timeout?: number } = {},
): Promise<ChildResult> {
  return endOf(startFile(file, args, options), timeout);
}

/** Runs a command to its end, with `env` added to the environment; after `timeout` ms it is killed. */
export function runCommand(
  command: string,
  args: string[],
  { timeout, env, ...options }: { cwd?: string; env?: NodeJS.ProcessEnv; shell?: boolean; timeout?: number } =
    {},
): Promise<ChildResult> {
  const stdio: "pipe"[] = ["pipe", "pipe", "pipe"];
  return endOf(spawn(command, args, { ...options, stdio, env: { ...environment(), ...env } }), timeout);
}

function environment(): NodeJS.ProcessEnv {
  // A test of node:test in the child is its own, not one of the test that runs it.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  return { ...env, NO_COLOR: "1" };
}

function endOf(child: ChildProcess, timeout = 30_000): Promise<ChildResult> {
  const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
  const printed = { stdout: "", stderr: "" };
  child.stdin?.end();
  child.stdout?.setEncoding("utf8").on("data", (text: string) => printed.stdout += text);
  child.stderr?.setEncoding("utf8").on("data", (text: string) => printed.stderr += text);
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...printed });
    });
  });
}
