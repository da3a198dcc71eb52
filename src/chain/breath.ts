/** How long work that never waits for anything may keep the event loop from timers and requests, in milliseconds. */
const LONGEST = 10;

const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };
const nextTask = (callback: () => void): unknown =>
  setImmediate === undefined ? setTimeout(callback, 0) : setImmediate(callback);

/** When the first work since the last turn of the event loop began, or 0. */
let since = 0;

function turned(): void {
  since = 0;
}

/**
 * Called by what answers with a Promise that is there already: awaited in a loop, such answers would keep everything else waiting
 * for as long as the loop runs.
 *
 * @returns What to wait for, when the event loop has not turned for too long; undefined as a rule.
 */
export function breath(): Promise<void> | undefined {
  const now = performance.now();
  if (since === 0) {
    since = now;
    nextTask(turned);
    return undefined;
  }
  if (now - since < LONGEST) return undefined;
  return new Promise((resolve) => nextTask(resolve));
}
