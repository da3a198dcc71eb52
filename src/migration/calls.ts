import { chain, isPromise, type Maybe, settle } from "../chain/chain.ts";
import { decodeTagged, encodeTagged } from "../composed/tagged_json.ts";
import { UnsupportedError } from "../errors/mod.ts";
import { openProgress, type Progress, readProgress, writeProgress } from "./progress.ts";
import { readDoneAlone } from "./record.ts";
import type { MigrationStore } from "./store.ts";
import { inTransaction, isTooLarge, repeat } from "./turn.ts";

/** How many rows are read or changed at once. */
export const CHUNK = 500;

/** The same, where the driver takes so many. */
export function chunkOf({ driver }: Pick<MigrationStore, "driver">): number {
  return Math.min(CHUNK, driver.metadata.capabilities?.limits?.batchRows ?? CHUNK);
}

/** Calls are numbered by tens: their parts have the numbers between. */
export const PARTS = 10;

/** A change of a row, by its key. */
export interface RowUpdate {
  /** The key. */
  readonly where: Record<string, unknown>;
  /** The new values. */
  readonly data: Record<string, unknown>;
}

/** Rows that are changed some at a time. */
export interface RowWork {
  /** Their table. */
  readonly table: string;
  /** Reads the next rows and says what becomes of them. */
  read(
    after: string | null,
    size: number,
  ): Maybe<{ readonly updates: readonly RowUpdate[]; readonly next: string | null }>;
  /** Changes them. */
  write(updates: readonly RowUpdate[]): Maybe<unknown>;
}

/** A part of what a method of a step does. */
export interface Part {
  /** Its number in the call. */
  readonly index: number;
  /** Nothing of the call comes after it. */
  readonly last?: boolean;
  /** Does outside of a transaction what one cannot hold. */
  readonly beforehand?: (() => Maybe<void>) | undefined;
}

/** One call of a method of a step. */
export interface Call {
  /** Does a part of it. */
  part(part: Part, work: () => Maybe<void>): Maybe<void>;
  /** Changes rows. */
  rows(part: Part, work: RowWork): Maybe<void>;
}

/** How the calls of a step are made. */
export interface Calls {
  /** Makes the next one, unless it was made before. */
  make(work: (call: Call) => Maybe<void>): Maybe<void>;
  /** Refuses what has to be part of one transaction. */
  refuse(what: string): void;
}

/** Told how many rows of a table were looked at. */
export type TellRows = (table: string, rows: number) => void;

/** All calls are part of the transaction that is open: nothing of them stays when it is interrupted. */
export function wholeCalls(tell: TellRows, store: Pick<MigrationStore, "driver"> | null = null): Calls {
  const size = store === null ? CHUNK : chunkOf(store);
  return {
    make: (work) =>
      work({
        part: (_, run) => run(),
        rows(_, { table, read, write }) {
          let after: string | null = null;
          let rows = 0;
          return repeat(() =>
            chain(read(after, size), ({ updates, next }) =>
              chain(updates.length === 0 ? undefined : write(updates), () => {
                after = next;
                tell(table, rows += size);
                return next === null;
              }))
          );
        },
      }),
    refuse: () => {},
  };
}

/** What is known of rows that are being changed. */
interface RowState {
  /** The number of the part. */
  readonly at: number;
  /** After which row it goes on. */
  readonly after: string | null;
  /** What was to be written next. */
  readonly updates?: readonly RowUpdate[];
}

/**
 * The calls of a step that is no single transaction: each part is done with a note of it, so that an interrupted step goes on after
 * the last one. Processes that do the same at once take turns: who finds that a part was done goes on with the next.
 */
export class ResumedCalls implements Calls {
  readonly #store: MigrationStore;
  readonly #name: string;
  readonly #step: string | null;
  readonly #until: number;
  readonly #tell: TellRows;
  #count = 0;
  #size: number;
  #last: Maybe<void> = undefined;

  /**
   * Begins something, or goes on with it.
   *
   * @param name What its notes are called.
   * @param step The step that it is; null when it is none.
   */
  constructor(store: MigrationStore, name: string, step: string | null, until: number, tell: TellRows) {
    this.#tell = tell;
    this.#size = chunkOf(store);
    this.#store = store;
    this.#name = name;
    this.#step = step;
    this.#until = until;
  }

  /** Makes where the notes are kept. */
  open(): Maybe<void> {
    return openProgress(this.#store);
  }

  /** Makes the next call, after the one before it. */
  make(work: (call: Call) => Maybe<void>): Maybe<void> {
    const first = this.#count++ * PARTS;
    const number = ({ index, last }: Part): number => last === true ? first + PARTS - 1 : first + index;
    const call: Call = {
      part: (part, run) => this.#part(first + part.index, number(part), run, part.beforehand),
      rows: (part, rows) => this.#rows(first + part.index, number(part), rows),
    };
    const run = (): Maybe<void> =>
      chain(this.#now(), ({ operation }) => operation >= first + PARTS - 1 ? undefined : work(call));
    const made = isPromise(this.#last) ? this.#last.then(run) : run();
    this.#last = isPromise(made) ? made.catch(() => undefined) : made;
    return made;
  }

  /** Refuses what would be done twice after an interruption. */
  refuse(what: string): never {
    const { driverName, database } = this.#store;
    throw new UnsupportedError(
      `Cannot use ${what} in step ${
        JSON.stringify(this.#step)
      } of \`${database}\`: the step is no single transaction on driver ${driverName}, ` +
        "and could be interrupted; use `eachRow` and the methods that change tables",
      { driver: driverName },
    );
  }

  /** How far the step is. Its notes are gone when another process has ended it: then all of it is done. */
  #now(): Maybe<Progress> {
    return chain(readProgress(this.#store, this.#name), (found) => {
      if (found.operation >= 0 || found.state !== null) return found;
      return chain(
        readDoneAlone(this.#store),
        (done) =>
          this.#step !== null && done.some(({ step }) => step === this.#step)
            ? { operation: Number.MAX_SAFE_INTEGER, state: null }
            : found,
      );
    });
  }

  #note(progress: Progress): Maybe<void> {
    return writeProgress(this.#store, this.#name, progress);
  }

  #part(
    number: number,
    mark: number,
    work: () => Maybe<void>,
    beforehand: (() => Maybe<void>) | undefined,
  ): Maybe<void> {
    const once = (): Maybe<void> =>
      inTransaction(this.#store, () =>
        chain(this.#now(), ({ operation }) => {
          if (operation >= number) return;
          return chain(work(), () => this.#note({ operation: mark, state: null }));
        }), this.#until);
    return settle(once, () => undefined, (error) => {
      if (!isTooLarge(error) || beforehand === undefined) throw error;
      return chain(this.#store.lookAgain(), () => chain(beforehand(), once));
    });
  }

  #rows(number: number, mark: number, rows: RowWork): Maybe<void> {
    const chunk = (): Maybe<boolean> =>
      inTransaction(this.#store, () =>
        chain(this.#now(), (now) => {
          if (now.operation >= number) return true;
          const state = stateOf(now, number);
          const end = (next: string | null): Maybe<boolean> => {
            const noted = next === null
              ? { operation: mark, state: null }
              : { operation: now.operation, state: encodeTagged({ at: number, after: next }) };
            return chain(this.#note(noted), () => next === null);
          };
          if (state.updates !== undefined) {
            return chain(rows.write(state.updates), () => end(state.after));
          }
          return chain(rows.read(state.after, this.#size), ({ updates, next }) => {
            if (updates.length === 0) return end(next);
            if (this.#store.copied === null) return chain(rows.write(updates), () => end(next));
            // Without a transaction it is said first what will be written: it can be written twice then.
            const noted = encodeTagged({ at: number, after: next, updates });
            return chain(this.#note({ operation: now.operation, state: noted }), () => false);
          });
        }), this.#until);
    let looked = 0;
    return repeat(() =>
      settle(chunk, (over) => {
        this.#tell(rows.table, looked += this.#size);
        return over;
      }, (error) => {
        if (!isTooLarge(error) || this.#size === 1) throw error;
        this.#size = Math.ceil(this.#size / 4);
        return chain(this.#store.lookAgain(), () => false);
      })
    );
  }
}

function stateOf({ state }: Progress, number: number): RowState {
  const found = state === null ? null : decodeTagged<RowState>(state);
  return found?.at === number ? found : { at: number, after: null };
}
