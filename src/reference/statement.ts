import { chain, chainAll, isPromise, type Maybe } from "../chain/chain.ts";
import type { ReferenceAction } from "../contract/mod.ts";
import {
  type Attempt,
  missingParent,
  type NoParent,
  orphans,
  outOfRange,
  type ReferenceNames,
  type Scene,
} from "../errors/violations.ts";
import type { Column } from "../schema/column.ts";
import { keyOf } from "./keys.ts";
import type { Row } from "./row.ts";

/** A foreign key, as a statement needs to know it. */
export interface Link<Table> extends ReferenceNames {
  /** The table that refers. */
  readonly child: Table;
  /** Its column. */
  readonly column: Column;
  /** On delete of the row referred to. */
  readonly onDelete: ReferenceAction;
  /** On a change of the value referred to. */
  readonly onUpdate: ReferenceAction;
}

/** The rows that a statement works on: in memory, behind a driver that enforces no references, or in a key-value store. */
export interface StatementRows<Table, Held extends { readonly row: Row }, Reference extends Link<Table>> {
  /** A table, for errors. */
  scene(table: Table): Scene;
  /** A column of a table; undefined when it has none of that name. */
  column(table: Table, name: string): Column | undefined;
  /** The foreign keys of a table. */
  of(table: Table): readonly Reference[];
  /** The foreign keys that refer to a table. */
  to(table: Table): readonly Reference[];
  /** A row as the statement has left it; null when it has removed it. */
  current(held: Held): Held | null;
  /** Changes columns of a row, and sees that what is unique stays so. The object is the same for all that one change leads to. */
  change(table: Table, held: Held, values: Row): Maybe<Held>;
  /** Removes a row. */
  remove(table: Table, held: Held): Maybe<void>;
  /** The rows that have a value in the column that refers. */
  children(reference: Reference, value: unknown): Maybe<readonly Held[]>;
  /** Whether there are any. @param own The statement itself gave the value to a row of its own table. */
  hasChildren(reference: Reference, value: unknown, own: boolean): Maybe<boolean>;
  /** Whether a row has the value that is referred to. */
  hasParent(reference: Reference, value: unknown): Maybe<boolean>;
  /** Why no row can be referred to; null when one just is not there. */
  noParent(reference: Reference): NoParent | null;
}

/** A value that rows may refer to went away. */
interface Departure<Reference> {
  readonly reference: Reference;
  readonly value: unknown;
  /** What the rows that refer are given on update; undefined when the row was deleted. */
  readonly next: { readonly value: unknown; readonly column: Column } | undefined;
  /** The column of the statement's own table it began with. */
  readonly root: string;
}

/** A reference to be checked at the end. */
interface Check<Reference> {
  readonly reference: Reference;
  readonly value: unknown;
  /** As in a departure; null when a row that refers was written, not the row referred to. */
  readonly root: string | null;
}

/**
 * One statement: changes rows and then what refers to them, and checks at its end that nothing refers to nothing. What it means on
 * every store whose rows are not SQL's; each gives it the rows. It is written for rows that come at once as much as for those that are
 * waited for: nothing is allocated for the latter where they do not.
 */
export class Statement<Table, Held extends { readonly row: Row }, Reference extends Link<Table>> {
  readonly #rows: StatementRows<Table, Held, Reference>;
  readonly #target: Table;
  readonly #attempt: Attempt;
  readonly #departures: Departure<Reference>[] = [];
  readonly #checks: Check<Reference>[] = [];

  /** Begins a statement on a table. */
  constructor(rows: StatementRows<Table, Held, Reference>, target: Table, attempt: Attempt) {
    this.#rows = rows;
    this.#target = target;
    this.#attempt = attempt;
  }

  /**
   * Checks a row that was stored: what it refers to must be there, or be itself.
   *
   * @throws {ForeignKeyConstraintError} When it is not.
   */
  inserted(row: Row): Maybe<void> {
    return this.#checkParents(this.#rows.of(this.#target), row, 0);
  }

  /** Changes a row, unless something of this statement has removed it. @returns It as it is then, or null when it is gone. */
  update(held: Held, values: Row): Maybe<Held | null> {
    const now = this.#rows.current(held);
    if (now === null) return null;
    const changed = this.#change(this.#target, now, values, null);
    return isPromise(changed) ? changed.then((after) => this.#settled(after)) : this.#settled(changed);
  }

  /** Removes a row, unless something of this statement has removed it. */
  delete(held: Held): Maybe<void> {
    const now = this.#rows.current(held);
    if (now === null) return;
    const removed = this.#remove(this.#target, now, null);
    return isPromise(removed) ? removed.then(() => this.#settle()) : this.#settle();
  }

  /**
   * Ends the statement.
   *
   * @throws {ForeignKeyConstraintError} When a row refers to one that does not exist.
   */
  finish(): Maybe<void> {
    if (this.#checks.length === 0) return;
    return chain(chainAll(this.#checks, (check) => this.#check(check)), () => undefined);
  }

  /**
   * Checks that a row has the value that is referred to.
   *
   * @throws {ForeignKeyConstraintError} When none has.
   */
  checkParent(reference: Reference, value: unknown): Maybe<void> {
    const has = this.#rows.hasParent(reference, value);
    return isPromise(has)
      ? has.then((has) => this.#requireParent(reference, has))
      : this.#requireParent(reference, has);
  }

  #checkParents(references: readonly Reference[], row: Row, from: number): Maybe<void> {
    for (let i = from; i < references.length; i++) {
      const reference = references[i] as Reference;
      const value = row[reference.column.name] ?? null;
      if (value === null) continue;
      const checked = this.checkParent(reference, value);
      if (isPromise(checked)) return checked.then(() => this.#checkParents(references, row, i + 1));
    }
  }

  #settled(after: Held): Maybe<Held | null> {
    return this.#departures.length === 0 ? after : chain(this.#settle(), () => this.#rows.current(after));
  }

  #change(table: Table, held: Held, values: Row, root: string | null): Maybe<Held> {
    const before = held.row;
    const changed = this.#rows.change(table, held, values);
    return isPromise(changed)
      ? changed.then((after) => this.#noteChange(table, before, after, root))
      : this.#noteChange(table, before, changed, root);
  }

  #noteChange(table: Table, before: Row, after: Held, root: string | null): Held {
    for (const reference of this.#rows.of(table)) {
      const { name, kind } = reference.column;
      const value = after.row[name] ?? null;
      if (value !== null && !isSame(kind, value, before[name])) {
        this.#checks.push({ reference, value, root });
      }
    }
    this.#leave(table, before, after.row, root);
    return after;
  }

  #remove(table: Table, held: Held, root: string | null): Maybe<void> {
    const before = held.row;
    const removed = this.#rows.remove(table, held);
    return isPromise(removed)
      ? removed.then(() => this.#leave(table, before, null, root))
      : this.#leave(table, before, null, root);
  }

  /** Notes what rows may refer to that went away with a row's old values. */
  #leave(table: Table, before: Row, after: Row | null, root: string | null): void {
    for (const reference of this.#rows.to(table)) {
      const column = this.#rows.column(table, reference.parentColumn);
      const value = column === undefined ? null : before[column.name] ?? null;
      if (column === undefined || value === null) continue;
      const next = after === null ? undefined : { value: after[column.name] ?? null, column };
      if (next !== undefined && isSame(column.kind, value, next.value)) continue;
      this.#departures.push({ reference, value, next, root: root ?? column.name });
    }
  }

  /**
   * Follows the references to what went away, to any depth, without recursion. What a change leads to is followed to its
   * end before the next one, so that it ends: one value is replaced by one other wherever it is found.
   */
  #settle(): Maybe<void> {
    if (this.#departures.length === 0) return;
    const stack: Departure<Reference>[] = [];
    const run = (): Maybe<void> => {
      this.#stackUp(stack);
      for (let departure = stack.pop(); departure !== undefined; departure = stack.pop()) {
        const followed = this.#follow(departure);
        if (isPromise(followed)) return followed.then(run);
        this.#stackUp(stack);
      }
    };
    return run();
  }

  #stackUp(stack: Departure<Reference>[]): void {
    while (this.#departures.length > 0) stack.push(this.#departures.pop() as Departure<Reference>);
  }

  #follow({ reference, value, next, root }: Departure<Reference>): Maybe<unknown> {
    const { child, column } = reference;
    const action = next === undefined ? reference.onDelete : reference.onUpdate;
    if (action === "RESTRICT" || action === "NO ACTION") {
      this.#checks.push({ reference, value, root });
      return;
    }
    const given = action === "SET NULL" || next === undefined
      ? null
      : this.#convert(next.value, next.column, column);
    const values: Row = { [column.name]: given };
    const removes = action === "CASCADE" && next === undefined;
    return chain(
      this.#rows.children(reference, value),
      (children) =>
        chainAll(
          children,
          (each): Maybe<unknown> =>
            removes ? this.#remove(child, each, root) : this.#change(child, each, values, root),
        ),
    );
  }

  /** Turns a value of the column referred to into one of the column that refers. */
  #convert(value: unknown, from: Column, to: Column): unknown {
    if (value === null || from.kind === to.kind) return value;
    if (to.kind === "bigint" && typeof value === "number") return BigInt(value);
    if ((to.kind !== "integer" && to.kind !== "real") || typeof value !== "bigint") return to.accept(value);
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    const why = `${value} does not fit \`${to.name}\` of \`${to.table}\``;
    throw outOfRange(this.#rows.scene(this.#target), this.#attempt, to, why);
  }

  #check({ reference, value, root }: Check<Reference>): Maybe<void> {
    return chain(this.#rows.hasChildren(reference, value, root === null), (some) => {
      if (!some) return;
      if (root === null) return this.checkParent(reference, value);
      return chain(this.#rows.hasParent(reference, value), (has) => {
        if (!has) throw orphans(this.#rows.scene(this.#target), this.#attempt, reference, [root]);
      });
    });
  }

  #requireParent(reference: Reference, has: boolean): void {
    if (has) return;
    const why = this.#rows.noParent(reference);
    throw missingParent(this.#rows.scene(this.#target), this.#attempt, reference, why);
  }
}

function isSame(kind: Column["kind"], value: unknown, other: unknown): boolean {
  return (other ?? null) !== null && keyOf(kind, value) === keyOf(kind, other);
}
