/** How long a machine that has other work too may take for what is a matter of moments. */
const DEADLINE = 60_000;

/** Waits until a condition holds; what it waits for in vain is named. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE;
  while (!await holds()) {
    if (Date.now() > end) throw new Error(`It did not come within ${DEADLINE} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
