import type { SyncTransaction } from "../contract/mod.ts";
import { TransactionError } from "../errors/mod.ts";

/** How to take back what was done, last first: what makes statements atomic and transactions roll back. */
export class UndoLog {
  readonly #steps: (() => void)[] = [];
  /** The open transactions, the outermost first, each with the length of the log at its beginning. */
  readonly #open: { readonly mark: number }[] = [];
  readonly #store: () => void;
  #statements = 0;

  /**
   * Makes an empty log.
   *
   * @param store Makes what was done last: called at the end of a transaction, or of a statement outside one, that changed
   * something. When it throws, all of that is taken back.
   */
  constructor(store: () => void = () => undefined) {
    this.#store = store;
  }

  /** How many transactions and savepoints are open. */
  get depth(): number {
    return this.#open.length;
  }

  /** The outermost open transaction, or null. */
  get transaction(): object | null {
    return this.#open[0] ?? null;
  }

  /** Remembers how to take back one step that was just done. */
  record(undo: () => void): void {
    this.#steps.push(undo);
  }

  /** Runs a statement, which can be a part of another one: when it throws, nothing of it stays. */
  atomically<T>(work: () => T): T {
    const mark = this.#steps.length;
    this.#statements++;
    try {
      const result = work();
      if (this.#statements === 1 && this.#open.length === 0) this.#keep();
      return result;
    } catch (error) {
      this.#undoTo(mark);
      throw error;
    } finally {
      this.#statements--;
    }
  }

  /** Runs work that no rollback takes back and that is not stored: reading in what is stored already. */
  unrecorded<T>(work: () => T): T {
    const mark = this.#steps.length;
    this.#statements++;
    try {
      return work();
    } finally {
      this.#statements--;
      this.#steps.length = mark;
    }
  }

  /** Opens a transaction or, inside one, a savepoint. */
  begin(): SyncTransaction {
    const level = { mark: this.#steps.length };
    this.#open.push(level);
    return {
      commit: () => {
        if (this.#open.at(-1) !== level) {
          throw new TransactionError(
            "Cannot commit the transaction: it has ended, as `disconnect` ends it, or one inside it has not; end each once, the innermost first",
            { code: "TRANSACTION_ENDED" },
          );
        }
        this.#open.pop();
        if (this.#open.length > 0) return;
        try {
          this.#keep();
        } catch (error) {
          this.#undoTo(0);
          throw error;
        }
      },
      rollback: () => {
        const index = this.#open.indexOf(level);
        if (index < 0) return;
        this.#open.length = index;
        this.#undoTo(level.mark);
      },
    };
  }

  /** Takes back everything that is not committed and ends all transactions. */
  rollbackAll(): void {
    this.#open.length = 0;
    this.#undoTo(0);
  }

  #keep(): void {
    if (this.#steps.length > 0) this.#store();
    this.#steps.length = 0;
  }

  #undoTo(mark: number): void {
    while (this.#steps.length > mark) (this.#steps.pop() as () => void)();
  }
}
