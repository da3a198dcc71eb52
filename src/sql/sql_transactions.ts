import { chain, isPromise, type Maybe, settle } from "../chain/chain.ts";
import { RinariError, TransactionError } from "../errors/mod.ts";
import { type AnyEngine, type AnySession, type AnyTransaction, command } from "./any_engine.ts";
import type { SqlAlter } from "./sql_alter.ts";
import type { SqlDatabase } from "./sql_database.ts";

/** A transaction or, inside one, a savepoint. */
export interface Frame {
  /** The store knows of it. */
  begun: boolean;
  /** What brings back what this driver remembers, when the work is undone. */
  readonly undo: (() => void)[];
}

/**
 * A transaction of a driver, with its savepoints: the only one of a sync driver, one for each flow of an async one. Nothing is
 * sent to a store until the first operation inside tells which database it is about.
 */
export class SqlTransactions {
  readonly #frames: Frame[] = [];
  #database: SqlDatabase | null = null;
  #engine: AnyEngine | null = null;
  #handle: AnyTransaction | null = null;
  #lost = false;
  /** What it was lost by, when that is known and tells more than that it is lost: the connection, as a rule. */
  #lostBy: RinariError | null = null;
  #failed = false;
  #ended = false;
  #entering: Promise<AnySession> | null = null;
  /** Foreign keys are not enforced: the references that pointed at nothing when they ceased to be. */
  #suspended: readonly string[] | null = null;

  /** Whether a transaction is open, begun or not. */
  get open(): boolean {
    return this.#frames.length > 0;
  }

  /** Whether the store knows of it. */
  get begun(): boolean {
    return this.#frames[0]?.begun === true;
  }

  /**
   * Checks that work of its flow may run.
   *
   * @throws {TransactionError} When the transaction of the flow has ended for good.
   */
  checkNotEnded(driver: string): void {
    if (!this.#ended) return;
    throw new TransactionError(
      "Cannot work in a transaction that has ended: await every operation inside the callback",
      { code: "TRANSACTION_ENDED", driver },
    );
  }

  /**
   * Begins, or begins anew as nothing was done yet, with foreign keys off: inside a transaction it is too late to switch them.
   *
   * @throws {UnsupportedError} When the store cannot switch them.
   */
  suspendReferences(database: SqlDatabase): Maybe<void> {
    const frame = this.#frames[0] as Frame;
    const undone = frame.begun ? this.#end(0, false) : undefined;
    return chain(undone, () => {
      frame.begun = false;
      this.#handle = null;
      this.#suspended = [];
      database.leave();
      return chain(database.enter(), (session) => {
        const { dialect } = this.#engine as AnyEngine;
        return chain((dialect.alter as SqlAlter).brokenReferences(session), (broken) => {
          this.#suspended = broken;
        });
      });
    });
  }

  /** Opens a transaction or savepoint. What comes next has to enter it. */
  push(): Frame {
    const frame: Frame = { begun: false, undo: [] };
    this.#frames.push(frame);
    return frame;
  }

  /** Remembers how to bring back what is remembered of the store, should the work be undone. */
  onRollback(undo: () => void): void {
    this.#frames.at(-1)?.undo.push(undo);
  }

  /**
   * Begins on a database what was opened and is not begun yet.
   *
   * @returns Where statements run.
   * @throws {TransactionError} When the transaction is on another database, or the store has ended it.
   */
  enter(database: SqlDatabase, engine: AnyEngine): Maybe<AnySession> {
    if (this.#frames.length === 0) return engine;
    if (this.#lostBy !== null) throw this.#lostBy;
    if (this.#lost || this.#failed) {
      throw new TransactionError(
        `Cannot go on in the transaction on \`${this.#database?.name}\`: ${this.#why}; let the error leave the callback`,
        { code: "TRANSACTION_FAILED", driver: database.driver },
      );
    }
    if (this.#database !== null && this.#database !== database) {
      throw new TransactionError(
        `Cannot use database \`${database.name}\` in a transaction on \`${this.#database.name}\`: a transaction spans one ` +
          "database, as two cannot be committed together; use one for each",
        { code: "SECOND_DATABASE", driver: database.driver },
      );
    }
    if (this.#entering !== null) return this.#entering.then(() => this.enter(database, engine));
    this.#database = database;
    this.#engine = engine;
    const entered = this.#begin(this.#frames.findIndex(({ begun }) => !begun));
    if (!isPromise(entered)) return entered;
    const done = (): void => {
      this.#entering = null;
    };
    entered.then(done, done);
    return this.#entering = entered;
  }

  /** Notices that an operation failed: a store that may have ended the transaction is only told to roll back from now on. */
  fail(): void {
    if (this.open && this.#engine?.endsOnError === true) this.#failed = true;
    this.observe();
  }

  /** Notices when the store has ended the transaction behind the caller, as some errors make it do. */
  observe(): void {
    if (this.#frames[0]?.begun !== true || this.#engine === null) return;
    const active = this.#handle === null ? this.#engine.active : this.#handle.active;
    if (!active) {
      this.#lost = true;
      this.#database?.leave();
    }
  }

  /**
   * Ends a frame and keeps its work. A commit that fails undoes everything; with `again` not one that met a lock, because whoever calls
   * tries it again, or rolls back.
   */
  commit(frame: Frame, again = false): Maybe<void> {
    if (this.#frames.at(-1) !== frame) {
      throw new TransactionError(
        "Cannot commit the transaction: it has ended, as `disconnect` ends it, or one inside it has not; end each once, the innermost first",
        { code: "TRANSACTION_ENDED" },
      );
    }
    const depth = this.#frames.length - 1;
    if (this.#lost || this.#failed) {
      const why = this.#why;
      const by = this.#lostBy;
      return chain(this.rollback(frame), () => {
        if (by !== null) throw by;
        throw new TransactionError(
          `Cannot commit the transaction: ${why}, and nothing of it is stored`,
          { code: "TRANSACTION_FAILED" },
        );
      });
    }
    const database = this.#database;
    const work = (): Maybe<void> => {
      if (!frame.begun) return;
      if (depth === 0) database?.checkThereAtEdge();
      return chain(this.#checkReferences(depth), () => this.#end(depth, true));
    };
    return settle(work, () => this.#resume(depth, () => this.#pop(frame, true)), (error) => {
      if (again && depth === 0 && this.#engine?.failure(error).kind === "busy") {
        throw (database as SqlDatabase).error(error, undefined, null);
      }
      this.#lose(error);
      return chain(this.rollback(frame), () => {
        throw database === null ? error : database.error(error, undefined, null);
      });
    });
  }

  /** Ends a frame, and those inside it, and undoes its work. */
  rollback(frame: Frame): Maybe<void> {
    const depth = this.#frames.indexOf(frame);
    if (depth < 0) return;
    const inner = this.#frames.splice(depth + 1);
    for (const each of inner.reverse()) undoAll(each);
    this.observe();
    // A handle is told in any case: it may hold more than the store's transaction.
    const handled = depth === 0 && this.#handle !== null;
    const work = (): Maybe<void> => {
      if (!frame.begun || (this.#lost && !handled)) return;
      return chain(this.#database?.drain(), () => this.#end(depth, false));
    };
    // What cannot be rolled back, the store has ended itself.
    return settle(work, () => {
      this.#failed = false;
      return this.#resume(depth, () => this.#pop(frame, false));
    }, (error) => {
      this.#lost = true;
      this.#lose(error);
      return this.#resume(depth, () => this.#pop(frame, false));
    });
  }

  /** Ends it for good: operations that come later are refused. */
  end(): void {
    this.#ended = true;
  }

  /** Undoes what is open, because the connection is closed: the engine may be one that stays open. */
  clear(): Maybe<void> {
    const [frame] = this.#frames;
    if (frame === undefined) return;
    // Nothing more enters it meanwhile.
    this.#failed = true;
    this.#database?.leave();
    const undo = (): Maybe<void> => this.rollback(frame);
    return this.#entering === null ? undo() : this.#entering.then(undo, undo);
  }

  /** Keeps an error after which the whole can be run again. */
  #lose(error: unknown): void {
    if (error instanceof RinariError && error.retryable) this.#lostBy ??= error;
  }

  get #why(): string {
    return this.#lost ? "the store has ended it after an error" : "an operation in it failed";
  }

  #begin(from: number): Maybe<AnySession> {
    const engine = this.#engine as AnyEngine;
    for (let depth = from; depth >= 0 && depth < this.#frames.length; depth++) {
      const begun = depth === 0 ? this.#beginWhole(engine) : this.#run(`SAVEPOINT ${savepoint(depth)}`);
      const frame = this.#frames[depth] as Frame;
      if (isPromise(begun)) {
        return begun.then(() => {
          frame.begun = true;
          return this.#begin(depth + 1);
        });
      }
      frame.begun = true;
    }
    return this.#handle ?? engine;
  }

  #beginWhole(engine: AnyEngine): Maybe<unknown> {
    this.#database?.checkThereAtEdge();
    if (engine.begin === undefined) {
      const begin = command(engine.readonly ? engine.dialect.beginRead : engine.dialect.begin);
      if (this.#suspended === null) return engine.run(begin, []);
      const { referencesOff } = engine.dialect.alter as SqlAlter;
      return chain(engine.run(command(referencesOff), []), () => engine.run(begin, []));
    }
    return chain(engine.begin(this.#suspended !== null), (handle) => {
      this.#handle = handle;
    });
  }

  #end(depth: number, keep: boolean): Maybe<void> {
    if (depth > 0) {
      const name = savepoint(depth);
      const undone = keep ? undefined : this.#run(`ROLLBACK TO SAVEPOINT ${name}`);
      return chain(undone, () => this.#run(`RELEASE SAVEPOINT ${name}`));
    }
    const { dialect } = this.#engine as AnyEngine;
    if (this.#handle !== null) return keep ? this.#handle.commit() : this.#handle.rollback();
    return this.#run(keep ? dialect.commit : dialect.rollback);
  }

  /** What foreign keys would have refused or followed must not be kept. */
  #checkReferences(depth: number): Maybe<void> {
    const before = this.#suspended;
    if (depth > 0 || before === null) return;
    const { dialect } = this.#engine as AnyEngine;
    const session = this.#handle ?? this.#engine as AnyEngine;
    return chain((dialect.alter as SqlAlter).brokenReferences(session), (now) => {
      const broken = now.filter((reference) => !before.includes(reference));
      if (broken.length === 0) return;
      throw new TransactionError(
        `Cannot commit: ${broken.length} references would point at nothing, as ${
          broken[0]
        }, because foreign keys did nothing while a table was remade; delete rows and change keys in a transaction of their own`,
        { code: "REFERENCES_BROKEN" },
      );
    });
  }

  /** Foreign keys are enforced again when the whole transaction has ended. A handle of its own sees to that itself. */
  #resume(depth: number, next: () => void): Maybe<void> {
    const engine = this.#engine;
    if (depth > 0 || this.#suspended === null || engine === null || engine.begin !== undefined) return next();
    return settle(
      () => engine.run(command((engine.dialect.alter as SqlAlter).referencesOn), []),
      () => next(),
      (error) => {
        next();
        throw error;
      },
    );
  }

  #run(sql: string): Maybe<void> {
    return chain((this.#handle ?? this.#engine as AnyEngine).run(command(sql), []), () => undefined);
  }

  #pop(frame: Frame, keep: boolean): void {
    this.#frames.pop();
    if (!keep) undoAll(frame);
    const outer = this.#frames.at(-1);
    if (outer === undefined) this.#reset();
    else if (keep) outer.undo.push(...frame.undo);
  }

  #reset(): void {
    this.#database?.leave();
    this.#database = null;
    this.#engine = null;
    this.#handle = null;
    this.#lost = false;
    this.#lostBy = null;
    this.#failed = false;
    this.#entering = null;
    this.#suspended = null;
  }
}

function savepoint(depth: number): string {
  return `rinari_${depth}`;
}

function undoAll({ undo }: Frame): void {
  for (const each of undo.splice(0).reverse()) each();
}
