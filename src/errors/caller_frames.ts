import { lowerFrames, raiseFrames } from "./frames.ts";
import { RinariError } from "./rinari_error.ts";

/** V8's own way to write down where a program is; not every engine has it. */
const { captureStackTrace } = Error as {
  captureStackTrace?: (target: object, above?: (...args: never[]) => unknown) => void;
};

/** JavaScriptCore knows who waits for an async function, and V8 who waits for any Promise, which costs less. */
const ONLY_ASYNC_FUNCTIONS = "Bun" in globalThis;

/** Those that begin with a caller's frames. */
const begun = new WeakSet<RinariError>();

/**
 * Lets an error begin with the frames of whoever called a function, in the place of those below it, which are all of this package.
 * What the store threw keeps its own, as the cause.
 *
 * @returns The error.
 */
export function atCaller(error: unknown, called: (...args: never[]) => unknown): unknown {
  if (captureStackTrace === undefined || !(error instanceof RinariError) || begun.has(error)) return error;
  begun.add(error);
  const limit = raiseFrames();
  captureStackTrace(error, called);
  lowerFrames(limit);
  return error;
}

/**
 * The same Promise for those who call a method: the frames of the functions that wait for it are added to an error of this package,
 * which begins where no call of theirs is left. Nothing is written down before it fails.
 */
export function withCallers<T>(promise: Promise<T>): Promise<T> {
  if (captureStackTrace === undefined) return promise;
  return ONLY_ASYNC_FUNCTIONS ? awaited(promise) : promise.then(undefined, rethrow);
}

async function awaited<T>(promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    addFrames(error, awaited);
    throw error;
  }
}

function rethrow(error: unknown): never {
  addFrames(error, rethrow);
  throw error;
}

function addFrames(error: unknown, above: (...args: never[]) => unknown): void {
  if (!(error instanceof RinariError) || typeof error.stack !== "string") return;
  const here: { stack?: unknown } = {};
  captureStackTrace?.(here, above);
  if (typeof here.stack !== "string") return;
  const { stack } = error;
  // Those that the engine has found by itself are there already.
  const frames = here.stack.split("\n").filter((line) =>
    /^\s+at /.test(line) && !stack.includes(line.trim())
  );
  if (frames.length > 0) error.stack = [stack, ...frames].join("\n");
}
