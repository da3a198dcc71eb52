import { RinariError, TransactionError } from "../errors/mod.ts";
import type { Maybe } from "../chain/chain.ts";
import type { Change } from "./commit.ts";
import { TurnQueue } from "./turn_queue.ts";

/** An open transaction or savepoint, as its owner's operations see it. */
export class Scope {
  /** What it belongs to: one driver's connection. */
  readonly owner: object;
  /** The transaction around it on the same connection, or null. */
  readonly parent: Scope | null;
  /** The scope the flow was in before, of any connection, or null. */
  readonly outer: Scope | null;
  /** Who may use it now: operations beside each other, a nested transaction alone. Only async drivers need it. */
  readonly turns: TurnQueue = new TurnQueue();
  /** What to forget when the work is undone. */
  readonly forget: (() => void)[] = [];
  /** What is done when the work is committed. */
  readonly afterCommit: (() => Maybe<unknown>)[] = [];
  /** What the work has changed. */
  changes: Set<Change> | null = null;
  /** The open scopes inside it. */
  #inner: Set<Scope> | null = null;
  #failure: { readonly cause: unknown } | null = null;
  #ended = false;
  #database: string | null = null;

  /** Opens a scope. */
  constructor(owner: object, parent: Scope | null, outer: Scope | null) {
    this.owner = owner;
    this.parent = parent;
    this.outer = outer;
    if (parent !== null) (parent.#inner ??= new Set()).add(this);
  }

  /** The failure that allows only rollback, or null. */
  get failure(): { readonly cause: unknown } | null {
    return this.#failure;
  }

  /**
   * Lets an operation in.
   *
   * @throws {TransactionError} When it, or a transaction around it, has ended or failed, or works on another database.
   */
  enter(database: string | null): void {
    const failure = this.#failureWithin();
    if (failure !== null) {
      const { cause } = failure;
      throw new TransactionError(
        "Cannot go on in a transaction after an operation in it failed: let the error leave the callback, " +
          "or put what may fail in a nested transaction and catch it around that",
        { code: "TRANSACTION_FAILED", cause, retryable: cause instanceof RinariError && cause.retryable },
      );
    }
    if (database !== null) this.#useDatabase(database);
  }

  /** Remembers that an operation failed: from now on only rollback is possible. */
  fail(cause: unknown): void {
    this.#failure ??= { cause };
  }

  /** Ends the scope: nothing may use it any more, nor what is open inside it. */
  end(): void {
    this.#ended = true;
    if (this.parent !== null) this.parent.#inner?.delete(this);
  }

  /** Passes what to forget on to the transaction around it, when this one has succeeded. */
  handOver(): void {
    if (this.parent === null) return;
    for (const step of this.forget) this.parent.forget.push(step);
    this.parent.afterCommit.push(...this.afterCommit);
    for (const change of this.changes ?? []) this.parent.note(change);
  }

  /** Remembers what an operation has changed. */
  note(change: Change): void {
    (this.changes ??= new Set()).add(change);
  }

  /** Forgets what the undone work had established, here and in what is open inside. */
  forgetAll(): void {
    for (const each of this.#taken().reverse()) each();
  }

  #taken(): (() => void)[] {
    const steps = this.forget.splice(0);
    for (const scope of this.#inner ?? []) steps.push(...scope.#taken());
    return steps;
  }

  /** The failure of it, or of one around it; throws when one of them has ended. */
  #failureWithin(): { readonly cause: unknown } | null {
    if (this.#ended) {
      throw new TransactionError(
        "Cannot work in a transaction that has ended: await every operation inside the callback",
        { code: "TRANSACTION_ENDED" },
      );
    }
    const around = this.parent === null ? null : this.parent.#failureWithin();
    return this.#failure ?? around;
  }

  #useDatabase(database: string): void {
    if (this.parent !== null) return this.parent.#useDatabase(database);
    this.#database ??= database;
    if (this.#database !== database) {
      throw new TransactionError(
        `Cannot use database \`${database}\` in a transaction on \`${this.#database}\`: a transaction spans one database, ` +
          "as two cannot be committed together; use one for each",
        { code: "SECOND_DATABASE" },
      );
    }
  }
}
