import { chain, type Maybe } from "../chain/chain.ts";
import { RinariError } from "../errors/mod.ts";

/** Who waits for a signal, and how it is no longer listened to. */
interface Waiting {
  readonly steps: Set<() => void>;
  readonly stop: () => void;
}

/** However many wait for a signal, it has one listener. */
const known: WeakMap<AbortSignal, Waiting> = new WeakMap();

/** Whether a value is a signal: of this realm, or of another. */
export function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}

/** Calls a function when a signal is aborted, until what it returns is called. */
export function onAbort(signal: AbortSignal, step: () => void): () => void {
  const waiting = known.get(signal) ?? listen(signal);
  // A function that is given twice is called twice.
  const own = (): void => step();
  waiting.steps.add(own);
  return () => {
    waiting.steps.delete(own);
    if (waiting.steps.size === 0) waiting.stop();
  };
}

function listen(signal: AbortSignal): Waiting {
  const steps = new Set<() => void>();
  const all = (): void => {
    stop();
    for (const step of [...steps]) step();
  };
  const stop = (): void => {
    signal.removeEventListener("abort", all);
    if (known.get(signal) === waiting) known.delete(signal);
  };
  const waiting: Waiting = { steps, stop };
  known.set(signal, waiting);
  signal.addEventListener("abort", all);
  return waiting;
}

/** The error of what a signal has ended. */
export function aborted(signal: AbortSignal, what: string): RinariError {
  return new RinariError(`Cannot ${what}: its signal was aborted; the reason is the cause of this error`, {
    code: "ABORTED",
    cause: signal.reason,
  });
}

/**
 * Lets nothing go on whose signal was aborted.
 *
 * @throws {RinariError} `ABORTED`, with the signal's reason as its cause.
 */
export function checkSignal(signal: AbortSignal | undefined, what: string): void {
  if (signal?.aborted === true) throw aborted(signal, what);
}

/** Runs work that changes nothing: not at all when its signal was aborted before, and with no answer when it was meanwhile. */
export function abortable<T>(signal: AbortSignal, what: string, work: () => Maybe<T>): Maybe<T> {
  checkSignal(signal, what);
  return chain(work(), (answer) => {
    checkSignal(signal, what);
    return answer;
  });
}
