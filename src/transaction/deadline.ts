import { type Maybe, promised } from "../chain/chain.ts";
import { TimeoutError } from "../errors/mod.ts";
import { aborted, onAbort } from "./abort.ts";
import type { Scope } from "./scope.ts";

/** How long after the deadline of a transaction it is waited for its end, in milliseconds: a store that answers has undone it by then. */
const GRACE = 500;

/**
 * The time that one run of a transaction's callback has, and the signal that ends it before. When it is over, its callback is not waited
 * for any more; and a little later neither is its store, which may not answer at all.
 */
export class Deadline {
  readonly #scope: Scope;
  readonly #timeout: number;
  #expire: ((error: unknown) => void) | null = null;
  #thrown: { readonly error: unknown } | null = null;
  #committing = false;
  /** Why it was ended from outside. */
  #ended: unknown = null;

  /** Makes one for a scope; `timeout` is what was given, for the message. */
  constructor(scope: Scope, timeout: number) {
    this.#scope = scope;
    this.#timeout = timeout;
  }

  /** Runs the callback, for as long as there is time. */
  run<T>(work: () => Maybe<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#expire = reject;
      promised(work).then(resolve, reject);
    });
  }

  /** Notes why the transaction is undone. */
  undone(error: unknown): void {
    this.#thrown ??= { error };
  }

  /** Notes that the callback and all that it began has ended well: what comes is the commit. */
  committing(): void {
    this.#committing = true;
  }

  /**
   * Settles as the whole transaction does, and `left` milliseconds from now, and a little more, whatever the store does. When the signal
   * is aborted the transaction is undone; who waits for a store that has not even begun it is told at once.
   */
  settle<T>(whole: Promise<T>, left: number | null, signal: AbortSignal | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const late = (): void => {
        const error = this.#late();
        this.#end(error);
        timer = setTimeout(() => reject(this.#given(error)), GRACE);
      };
      let timer = left === null ? undefined : setTimeout(late, left);
      const unheard = onAbort(signal, () => {
        if (this.#committing) return;
        const error = aborted(signal as AbortSignal, "finish a transaction");
        const begun = this.#expire !== null;
        this.#end(error);
        if (!begun) reject(error);
      });
      const settled = (): void => {
        clearTimeout(timer);
        unheard();
      };
      whole.then((value) => {
        settled();
        resolve(value);
      }, (error) => {
        settled();
        // An operation that came too late says so, and why: that is what the caller is told.
        reject(this.#ended !== null && error?.cause === this.#ended ? this.#ended : error);
      });
    });
  }

  /** Nothing more is done in it. */
  #end(error: unknown): void {
    this.#ended = error;
    this.#scope.fail(error);
    this.#expire?.(error);
  }

  /** What to say to who is not kept waiting any longer. */
  #given(late: unknown): unknown {
    if (!this.#committing) return this.#thrown?.error ?? late;
    return new TimeoutError(
      `Cannot finish a transaction: its store did not answer to the commit within ${this.#timeout} ms from its beginning; it may be ` +
        "stored or not, look before you run it again",
      { code: "TRANSACTION_TIMEOUT", outcome: "unknown" },
    );
  }

  #late(): TimeoutError {
    return new TimeoutError(
      `Cannot finish a transaction: its callback was still running after ${this.#timeout} ms and it is rolled back; ` +
        "make it shorter, or raise `timeout`",
      { code: "TRANSACTION_TIMEOUT" },
    );
  }
}
