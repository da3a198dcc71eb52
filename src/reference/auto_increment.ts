import type { Column } from "../schema/column.ts";
import type { Entry } from "./hash_index.ts";

/** The largest value of a bigint column. */
const INT64_MAX = 2n ** 63n - 1n;

/**
 * The numbers a table gives to an autoIncrement column: always one more than the largest it ever gave or was given by an
 * insert, and more than any there is. An update that moves a key counts only while a row has it, as in SQLite.
 */
export class AutoIncrement {
  /** The column. */
  readonly column: Column;
  /** The largest number given so far. */
  last: number | bigint;
  /** An update changed the column, so that a row may have more than `last`. */
  moved = false;

  /** Begins at 1. */
  constructor(column: Column) {
    this.column = column;
    this.last = column.kind === "bigint" ? 0n : 0;
  }

  /** The next number, or null when none is left. */
  next(entries: Iterable<Entry>): number | bigint | null {
    if (this.moved) {
      for (const { row } of entries) this.note(row[this.column.name] as number | bigint);
      this.moved = false;
    }
    if (typeof this.last === "bigint") return this.last < INT64_MAX ? this.last + 1n : null;
    return this.last < Number.MAX_SAFE_INTEGER ? this.last + 1 : null;
  }

  /** Takes notice of a number that an insert uses. */
  note(used: number | bigint): void {
    if (used > this.last) this.last = used;
  }

  /** Goes on after the largest number given before rows were stored and read back. */
  resume(last: number | bigint): void {
    this.note(last);
    this.moved = true;
  }

  /** Remembers the state. @returns The function that brings it back. */
  save(): () => void {
    const { last, moved } = this;
    return () => {
      this.last = last;
      this.moved = moved;
    };
  }
}
