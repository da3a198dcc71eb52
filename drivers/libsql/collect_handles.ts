import { builtinModule } from "../../src/runtime/builtin_module.ts";

let collecting: Promise<void> | null = null;
let collectGarbage: (() => void) | undefined;
let isLeftToRuntime = false;

/**
 * Leaves it to the runtime when something is collected, or no longer.
 *
 * @internal For tests that open thousands of files which nobody else opens: each collection stops the whole program.
 */
export function leaveHandles(leave: boolean): void {
  isLeftToRuntime = leave;
}

/**
 * Closes the files of connections that were closed. The client leaves that to the garbage collector, because its statements hold
 * them: a file would stay open, and locked by a library that another one does not know of, for as long as nothing is collected.
 */
export function collectHandles(): Promise<void> {
  if (isLeftToRuntime) return Promise.resolve();
  // Several that are closed at once are collected at once.
  return collecting ??= Promise.resolve().then(() => (collectGarbage ??= collector())()).catch(() =>
    undefined
  ).then(nextTask).then(nextTask).finally(() => {
    collecting = null;
  });
}

/** The garbage collector. That of V8 has no name unless it is asked for. */
function collector(): () => void {
  const { Bun, gc } = globalThis as { Bun?: { gc(force: boolean): void }; gc?: () => void };
  if (Bun !== undefined) return () => Bun.gc(true);
  if (gc !== undefined) return gc;
  builtinModule<typeof import("node:v8")>("node:v8")?.setFlagsFromString("--expose-gc");
  const run = builtinModule<typeof import("node:vm")>("node:vm")?.runInNewContext;
  return run?.("gc") ?? (() => undefined);
}

/** What was collected is closed in tasks of their own, which under Node come after the next timers: two of these are past them. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
