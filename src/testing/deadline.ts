/** Waits for work no longer than some milliseconds. What comes of it later is looked at by nobody, and ends no process. */
export async function within<T>(work: T | PromiseLike<T>, ms: number, late: () => Error): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const deadline = new Promise<never>((_, reject) => {
    // It also keeps the process alive: where nothing but a Promise is waited for, Node would end without a word.
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/** A test that is sound has a fiftieth of the time even in a run where most others never end. */
const MOST_SHORTENED = 49;

/** The deadlines of a run. Each that is reached makes the later ones shorter, so that a run with many of them ends too. */
export class Deadlines {
  readonly #ms: number;
  #reached = 0;

  /** @param ms The deadline of the first test. */
  constructor(ms: number) {
    this.#ms = ms;
  }

  /** The milliseconds that are left to what begins now. */
  get ms(): number {
    return this.#ms / (1 + Math.min(this.#reached, MOST_SHORTENED));
  }

  /** Notes that a deadline was reached. */
  reached(): void {
    this.#reached++;
  }
}
