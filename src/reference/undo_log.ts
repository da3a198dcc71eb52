import type { SyncTransaction } from "../contract/mod.ts";
import { TransactionError } from "../errors/mod.ts";

/** How to take back what was done, last first: what makes statements atomic and transactions roll back. */
export class UndoLog {
  readonly #steps: (() => void)[] = [];
  /** The open transactions, the outermost first, each with the length of the log at its beginning. */
  readonly #open: { readonly mark: number }[] = [];
  #statements = 0;

  /** How many transactions and savepoints are open. */
  get depth(): number {
    return this.#open.length;
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
      if (this.#statements === 1 && this.#open.length === 0) this.#steps.length = 0;
      return result;
    } catch (error) {
      this.#undoTo(mark);
      throw error;
    } finally {
      this.#statements--;
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
            "Cannot commit the transaction: it has ended, or one inside it has not; end each once, the innermost first",
            { code: "TRANSACTION_ENDED" },
          );
        }
        this.#open.pop();
        if (this.#open.length === 0) this.#steps.length = 0;
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

  #undoTo(mark: number): void {
    while (this.#steps.length > mark) (this.#steps.pop() as () => void)();
  }
}
