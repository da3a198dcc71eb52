import type { Maybe } from "../chain/chain.ts";
import { TimeoutError } from "../errors/mod.ts";
import { aborted, onAbort } from "./abort.ts";

interface Waiter {
  readonly exclusive: boolean;
  readonly start: () => void;
}

/**
 * Who may use something now: many at once, or one alone. First come, first served, and nobody waits for ever, nor longer than its
 * signal lets it.
 */
export class TurnQueue {
  #shared = 0;
  #alone = false;
  readonly #waiting: Waiter[] = [];

  /** Takes a turn beside others. Returns a Promise only when it has to wait. */
  share(timeout: number, what: string, signal?: AbortSignal): Maybe<void> {
    if (!this.#alone && this.#waiting.length === 0) {
      this.#shared++;
      return;
    }
    return this.#wait(false, timeout, what, signal);
  }

  /** Takes a turn alone. Returns a Promise only when it has to wait. */
  own(timeout: number, what: string, signal?: AbortSignal): Maybe<void> {
    if (!this.#alone && this.#shared === 0 && this.#waiting.length === 0) {
      this.#alone = true;
      return;
    }
    return this.#wait(true, timeout, what, signal);
  }

  /** Ends a turn. */
  leave(exclusive: boolean): void {
    if (exclusive) this.#alone = false;
    else this.#shared--;
    this.#next();
  }

  #wait(exclusive: boolean, timeout: number, what: string, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = (): void => {
        clearTimeout(timer);
        unheard();
      };
      const waiter: Waiter = {
        exclusive,
        start: () => {
          ended();
          resolve();
        },
      };
      const leave = (error: unknown): void => {
        ended();
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        this.#next();
        reject(error);
      };
      const unheard = onAbort(signal, () => leave(aborted(signal as AbortSignal, what)));
      const timer = setTimeout(() => {
        leave(
          new TimeoutError(
            `Cannot ${what}: waited ${timeout} ms for a transaction that is still open on the same connection; ` +
              "make transactions shorter, do not wait inside one for work outside of it, or raise `waitTimeout`",
            { code: "WAIT_TIMEOUT", retryable: true },
          ),
        );
      }, timeout);
      this.#waiting.push(waiter);
    });
  }

  #next(): void {
    while (this.#waiting.length > 0) {
      const waiter = this.#waiting[0] as Waiter;
      if (this.#alone || (waiter.exclusive && this.#shared > 0)) return;
      this.#waiting.shift();
      if (waiter.exclusive) this.#alone = true;
      else this.#shared++;
      waiter.start();
    }
  }
}
