/** How long transactions take turns after a conflict, in milliseconds. */
const CALM = 500;
/** How long one waits for its turn at most: then it goes on anyway, because the turn is only to avoid conflicts. */
const PATIENCE = 3_000;

/** Lets those that would only conflict go one after another. It is no lock: correctness never depends on it. */
export class Turns {
  readonly #last: Map<string, Promise<void>> = new Map();
  #until = 0;

  /** Whether there was a conflict of transactions a moment ago. */
  get contended(): boolean {
    return performance.now() < this.#until;
  }

  /** Remembers that transactions met each other. */
  contend(): void {
    this.#until = performance.now() + CALM;
  }

  /** Runs work when those before it with the same name have ended. */
  async take<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(name);
    let leave: () => void = () => undefined;
    const mine = new Promise<void>((resolve) => leave = resolve);
    const last = Promise.all([before, mine]).then(() => undefined);
    this.#last.set(name, last);
    try {
      if (before !== undefined) await patiently(before);
      return await work();
    } finally {
      leave();
      if (this.#last.get(name) === last) this.#last.delete(name);
    }
  }
}

async function patiently(turn: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const impatience = new Promise<void>((resolve) => timer = setTimeout(resolve, PATIENCE));
  await Promise.race([turn, impatience]);
  clearTimeout(timer);
}
