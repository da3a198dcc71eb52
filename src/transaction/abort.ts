import { RinariError } from "../errors/mod.ts";

/** What waits for a signal: however many, it has one listener. */
const known: WeakMap<AbortSignal, Set<() => void>> = new WeakMap();

/** Whether a value is a signal: of this realm, or of another. */
export function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as {
    readonly aborted?: unknown;
    readonly addEventListener?: unknown;
  };
  return typeof aborted === "boolean" && typeof addEventListener === "function";
}

/** Calls a function when a signal is aborted, until what it returns is called. Without a signal it does nothing. */
export function onAbort(signal: AbortSignal | undefined, work: () => void): () => void {
  if (signal === undefined) return () => undefined;
  // A function that is given twice is called twice.
  const step = (): void => work();
  const steps = known.get(signal) ?? new Set();
  if (steps.size === 0) signal.addEventListener("abort", tell);
  known.set(signal, steps.add(step));
  return () => {
    if (steps.delete(step) && steps.size === 0) signal.removeEventListener("abort", tell);
  };
}

function tell(this: AbortSignal): void {
  this.removeEventListener("abort", tell);
  const steps = known.get(this) ?? [];
  known.delete(this);
  for (const step of steps) step();
}

/** The error of what a signal has ended. */
export function aborted(signal: AbortSignal, what: string): RinariError {
  return new RinariError(`Cannot ${what}: its signal was aborted, by the cause of this error`, {
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

/** The same of what is read of a table. */
export function checkReading(signal: AbortSignal | undefined, table: string): void {
  if (signal !== undefined) checkSignal(signal, `read \`${table}\``);
}
