/**
 * Registers tests with whichever runner loads the file: `bun test`, `deno test` or `node --test`.
 *
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { describe, runtime, test } from "../support/runner.ts";
 *
 * describe("MemoryDriver.count", () => {
 *   test("counts every row without a where", () => assertEquals(count(), 3));
 *   test("waits for the lock", async () => {…}, { timeout: 5_000 });
 *   if (runtime !== "bun") test.skip("opens a bun:sqlite file", "bun:sqlite exists only in Bun");
 * });
 * ```
 *
 * @module
 */

import { thenExpectEnd } from "./open_handles.ts";
import { type Runtime, runtime } from "./runtime.ts";

export { type Runtime, runtime };

export interface TestOptions {
  /** Milliseconds until an asynchronous test counts as failed. A synchronous one cannot be interrupted. */
  timeout?: number;
}

export interface TestFunction {
  (name: string, fn: () => unknown, options?: TestOptions): void;
  /** Counts as skipped; the reason is printed at the end of the run. */
  skip(name: string, reason: string): void;
}

interface Registrar {
  run(name: string, fn: () => Promise<void>): void;
  skip(name: string): void;
}

interface DenoLike {
  test(definition: { name: string; ignore?: boolean; fn: () => Promise<void> }): void;
}

interface BunTestLike {
  test: ((name: string, fn: () => Promise<void>, timeout: number) => void) & {
    skip(name: string, fn: () => void): void;
  };
}

interface NodeTestLike {
  test(name: string, options: { skip?: boolean }, fn: () => Promise<void>): void;
}

const DEFAULT_TIMEOUT = 60_000;

/** Stands between a skipped test's name and the reason; `scripts/test` reads it back from the reports. */
const SKIP_MARK = " # SKIP ";

const global = globalThis as { Deno?: DenoLike };

const registrar = await registrarOf(runtime);
const path: string[] = [];

/** Puts `name` before the names of the tests that `fn` registers. */
export function describe(name: string, fn: () => void): void {
  path.push(name);
  try {
    fn();
  } finally {
    path.pop();
  }
}

export const test: TestFunction = Object.assign(
  (name: string, fn: () => unknown, options: TestOptions = {}): void =>
    registrar.run(fullName(name), () => withTimeout(fn, options.timeout ?? DEFAULT_TIMEOUT)),
  {
    skip(name: string, reason: string): void {
      if (reason.trim() === "") throw new TypeError(`Cannot skip "${name}": the reason is empty`);
      registrar.skip(fullName(name) + SKIP_MARK + reason);
    },
  },
);

function fullName(name: string): string {
  return [...path, name].join(" ");
}

async function withTimeout(fn: () => unknown, timeout: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Test did not end within ${timeout} ms`)), timeout);
  });
  try {
    await Promise.race([fn(), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function registrarOf(runtime: Runtime): Promise<Registrar> {
  if (runtime === "deno") {
    return {
      run: (name, fn) => global.Deno!.test({ name, fn }),
      skip: (name) => global.Deno!.test({ name, ignore: true, fn: () => Promise.resolve() }),
    };
  }
  if (runtime === "bun") {
    // The specifier is put together so that no other runtime tries to resolve it.
    const { test } = await import(["bun", "test"].join(":")) as BunTestLike;
    return {
      run: (name, fn) => test(name, fn, 2 ** 31 - 1),
      skip: (name) => test.skip(name, () => {}),
    };
  }
  const { test } = await import("node:test") as NodeTestLike;
  return {
    run: (name, fn) => test(name, {}, () => thenExpectEnd(fn)),
    skip: (name) => test(name, { skip: true }, () => Promise.resolve()),
  };
}
