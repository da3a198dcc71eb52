import type { Maybe } from "../../src/chain/chain.ts";
import { ConflictError } from "../../src/errors/mod.ts";

/** One at a time, in the order of asking, and nobody waits for ever. */
export class Turn {
  #taken = false;
  readonly #waiting: (() => void)[] = [];

  /**
   * Takes the turn, or waits for it when another has it.
   *
   * @returns What ends it. A second call does nothing.
   * @throws {ConflictError} When it has not come in time.
   */
  take(timeout: number, what: { readonly driver: string; readonly database: string }): Maybe<() => void> {
    if (!this.#taken) {
      this.#taken = true;
      return this.#leave();
    }
    return new Promise((resolve, reject) => {
      const start = (): void => {
        clearTimeout(timer);
        resolve(this.#leave());
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(
          new ConflictError(
            `Cannot use database \`${what.database}\`: another transaction held it for ${timeout} ms; make transactions ` +
              "shorter, do not wait inside one for work outside of it, or raise `busyTimeout`",
            { code: "BUSY", driver: what.driver, retryable: true },
          ),
        );
      }, timeout);
      this.#waiting.push(start);
    });
  }

  #leave(): () => void {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#waiting.shift();
      if (next === undefined) this.#taken = false;
      else next();
    };
  }
}

const turns = new Map<string, { readonly turn: Turn; users: number }>();

/** The turn of those in this process who write to a file; `release` is called when one of them closes it. */
export function turnOfFile(path: string): { readonly turn: Turn; release(): void } {
  let shared = turns.get(path);
  if (shared === undefined) turns.set(path, shared = { turn: new Turn(), users: 0 });
  const kept = shared;
  kept.users++;
  return {
    turn: kept.turn,
    release() {
      if (--kept.users === 0) turns.delete(path);
    },
  };
}
