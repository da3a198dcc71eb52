import { breath } from "../chain/breath.ts";
import { RinariError, TransactionError } from "../errors/mod.ts";

/** How a sync driver waits for locks that other processes hold. */
export interface Waiting {
  /** How long, in milliseconds, once it is connected. */
  timeout: number;
  /** It is connected. */
  connected: boolean;
  /**
   * Set before it is connected: it does not wait, but fails at once with `BUSY`. Whoever calls it tries again, and the event loop goes
   * on meanwhile. Its end is that of the connection.
   */
  outside: boolean;
}

const known = new WeakMap<object, Waiting>();

/** Tells how a driver waits, for those who wait in its place. */
export function lendWaiting(driver: object, waiting: Waiting): void {
  known.set(driver, waiting);
}

/**
 * Whoever waits in place of a sync driver: what meets a lock is run again a little later, until one deadline for the whole wait. A
 * driver that does not say how it waits, waits itself.
 */
export class Patience {
  readonly #waiting: Waiting | undefined;
  /** The open transaction. */
  #open: object | null = null;

  /** Waits for a driver. */
  constructor(driver: object) {
    this.#waiting = known.get(driver);
  }

  /** Called before the driver is connected. One that is in use by others goes on waiting itself. */
  takeOver(): void {
    const waiting = this.#waiting;
    if (waiting !== undefined && !waiting.connected) waiting.outside = true;
  }

  /** Notes that a transaction was opened. @returns What ends it. */
  opened(): () => void {
    const own = this.#open === null ? {} : null;
    if (own !== null) this.#open = own;
    return () => {
      if (own !== null && this.#open === own) this.#open = null;
    };
  }

  /** Runs work, again as long as it meets a lock; its result comes as a Promise. */
  run<T>(work: () => T): Promise<T> {
    let value: T;
    try {
      value = work();
    } catch (error) {
      const waiting = this.#waiting;
      if (waiting === undefined || !waiting.outside || !isBusy(error)) return Promise.reject(error);
      return this.#again(work, { error, until: Date.now() + waiting.timeout, within: this.#open }, 0);
    }
    return inTurn(value);
  }

  /** Runs work that cannot be run again; its result comes as a Promise. */
  once<T>(work: () => T): Promise<T> {
    try {
      return inTurn(work());
    } catch (error) {
      return Promise.reject(error);
    }
  }

  #again<T>(work: () => T, wait: Wait, attempt: number): Promise<T> {
    if (Date.now() >= wait.until) return Promise.reject(wait.error);
    return pause(attempt).then(() => {
      if (this.#open !== wait.within) {
        // What was begun in a transaction is not done after its end, nor in one that was begun later.
        if (wait.within !== null) throw ended();
        return this.#again(work, wait, attempt + 1);
      }
      try {
        return work();
      } catch (error) {
        if (!isBusy(error)) throw error;
        return this.#again(work, { ...wait, error }, attempt + 1);
      }
    });
  }
}

/** What work that met a lock waits for. */
interface Wait {
  readonly error: unknown;
  readonly until: number;
  readonly within: object | null;
}

function inTurn<T>(value: T): Promise<T> {
  const turn = breath();
  return turn === undefined ? Promise.resolve(value) : turn.then(() => value);
}

/** Whether work met a lock of another process, which may be gone a little later: on its way, or when it opened the store. */
export function isBusy(error: unknown): boolean {
  if (!(error instanceof RinariError)) return false;
  return error.code === "BUSY" ? error.retryable : error.code === "IN_USE";
}

function ended(): TransactionError {
  return new TransactionError(
    "Cannot work in a transaction that has ended: await every operation inside the callback",
    { code: "TRANSACTION_ENDED" },
  );
}

/** Waits a little, longer each time and never the same for two that wait. */
function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, (0.5 + Math.random()) * Math.min(20, 2 ** attempt)));
}
