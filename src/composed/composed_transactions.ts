import { chain, ensure, type Maybe, settle } from "../chain/chain.ts";
import { type FlowStorage, flowStorage } from "../chain/flow.ts";
import type { AnyDriver } from "../store/any_driver.ts";
import { takeBack, type UndoStep } from "./undo.ts";

/** A transaction or, inside one, a savepoint. */
class Frame {
  /** The one around it, or null. */
  readonly outer: Frame | null;
  /** Those inside it that have not come to their end. */
  readonly inner: Set<Frame> = new Set();
  /** What takes back what was written, for a driver that does not. */
  readonly steps: UndoStep[] = [];
  /** What brings back what is remembered of the store. */
  readonly forget: (() => void)[] = [];

  constructor(outer: Frame | null) {
    this.outer = outer;
    outer?.inner.add(this);
  }

  /** Takes over what was left by those inside it: it goes the way of its own. */
  close(): void {
    this.outer?.inner.delete(this);
    for (const frame of this.inner) {
      frame.close();
      append(this.steps, frame.steps.splice(0));
      append(this.forget, frame.forget.splice(0));
    }
  }
}

/** The transactions of a driver: what it does not undo itself, is undone here. */
export class ComposedTransactions {
  /** Whether the driver undoes a failed transaction or savepoint itself. */
  readonly undoes: boolean;
  /** Whether flows run beside each other. */
  readonly concurrent: boolean;
  readonly #driver: AnyDriver;
  /** The open ones, the outermost first. Only one flow at a time has any, unless each has its own. */
  #open: Frame[] = [];
  readonly #flows: FlowStorage<Frame> | null;

  /** Keeps the transactions of one driver. */
  constructor(driver: AnyDriver) {
    const { transactions, savepoints } = driver.metadata.capabilities ?? {};
    this.#driver = driver;
    this.undoes = transactions !== undefined && savepoints === true;
    this.concurrent = transactions === "concurrent";
    this.#flows = this.concurrent ? flowStorage<Frame>() : null;
  }

  /** Runs work as one: all of it is kept, or nothing. Inside another it is a savepoint. */
  run<T>(work: () => Maybe<T>): Maybe<T> {
    const outer = this.#current;
    const frame = new Frame(outer);
    const nested = outer !== null;
    const undoes = nested ? this.undoes : this.#driver.metadata.capabilities?.transactions !== undefined;
    const body = (): Maybe<T> =>
      settle(() => this.#inside(frame, work), (result) => {
        this.#handOver(frame);
        return result;
      }, (error) =>
        chain(undoes ? undefined : takeBack(frame.steps), () => {
          throw error;
        }));
    return settle(
      () => nested && !this.undoes ? body() : this.#driver.transaction(body),
      (result) => result,
      (error) => {
        for (const each of frame.forget.splice(0).reverse()) each();
        throw error;
      },
    );
  }

  /** Remembers how to take back a write that was just made. */
  record(step: UndoStep): void {
    if (!this.undoes) this.#current?.steps.push(step);
  }

  /** Remembers how to bring back what is remembered of the store, should the work be undone. */
  onUndo(forget: () => void): void {
    this.#current?.forget.push(forget);
  }

  /** Forgets what is open, because the driver was closed. */
  clear(): void {
    this.#open = [];
  }

  get #current(): Frame | null {
    return this.#flows === null ? this.#open.at(-1) ?? null : this.#flows.getStore() ?? null;
  }

  #inside<T>(frame: Frame, work: () => Maybe<T>): Maybe<T> {
    if (this.#flows !== null) {
      return ensure(() => this.#flows?.run(frame, work) as Maybe<T>, () => frame.close());
    }
    this.#open.push(frame);
    return ensure(work, () => {
      const at = this.#open.indexOf(frame);
      if (at >= 0) this.#open.length = at;
      frame.close();
    });
  }

  #handOver({ outer, steps, forget }: Frame): void {
    if (outer === null) return;
    append(outer.steps, steps);
    append(outer.forget, forget);
  }
}

function append<T>(to: T[], from: readonly T[]): void {
  for (const each of from) to.push(each);
}
