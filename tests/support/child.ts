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

const flags: Record<Runtime, string[]> = {
  bun: ["run"],
  deno: ["run", "--allow-all", "--unstable-kv", "--no-check", "--quiet"],
  node: ["--disable-warning=ExperimentalWarning"],
};

/**
 * Starts a TypeScript file in a process of its own, under the runtime that runs the test:
 * `startFile(new URL("./fixtures/writer.ts", import.meta.url), ["10"])`.
 */
export function startFile(file: URL, args: string[] = [], { cwd }: { cwd?: string } = {}): ChildProcess {
  return spawn(process.execPath, [...flags[runtime], fileURLToPath(file), ...args], {
    cwd,
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1" },
  });
}

/** Runs a TypeScript file in a process of its own to its end; after `timeout` ms it is killed. */
export function runFile(
  file: URL,
  args: string[] = [],
  { timeout = 30_000, cwd }: { timeout?: number; cwd?: string } = {},
): Promise<ChildResult> {
  const child = startFile(file, args, { cwd });
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
