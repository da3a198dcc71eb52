import process from "node:process";

const GRACE = 10_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Fails a file under Node when its tests have ended and something still keeps the process alive. Bun and Deno end such
 * a process by themselves; Node would wait for ever, and its `--test-force-exit` loses results.
 */
export async function thenExpectEnd(fn: () => Promise<void>): Promise<void> {
  clearTimeout(timer);
  try {
    await fn();
  } finally {
    timer = setTimeout(failOnOpenHandles, GRACE);
    timer.unref();
  }
}

function failOnOpenHandles(): void {
  const open = process.getActiveResourcesInfo().join(", ");
  console.error(`The tests have ended, but something they opened keeps the process alive: ${open}`);
  process.exit(1);
}
