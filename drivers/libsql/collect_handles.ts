import { builtinModule } from "../../src/runtime/builtin_module.ts";

let collecting: Promise<void> | null = null;
let collectGarbage: (() => void) | undefined;

/**
 * Closes the files of connections that were closed. The client leaves that to the garbage collector, because its statements hold
 * them: a file would stay open, and locked by a library that another one does not know of, for as long as nothing is collected.
 */
export function collectHandles(): Promise<void> {
  // Several that are closed at once are collected at once.
  return collecting ??= Promise.resolve().then(() => (collectGarbage ??= collector())()).catch(() =>
    undefined
  ).then(nextTask).finally(() => {
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

/** What was collected is closed in a task of its own. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}
