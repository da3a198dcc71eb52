import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "./describe_value.ts";

/** Names what tells `now` from other functions; a type alone, which no completion offers. */
export declare const IS_NOW: unique symbol;

/** The time it is, where a point in time can be given. */
export interface Now {
  /** Tells it from other functions; never present. */
  readonly [IS_NOW]: true;
}

/**
 * The time it is, in the place of a point in time: for a column's `default` and `touch`, in data, in conditions and beside what functions of
 * the row compute. It is read from the ORM's clock when the call is read; all columns and rows that it is a default of have the same time.
 *
 * @returns The time it is.
 *
 * @example
 * ```ts
 * import { DataTypes, now, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 *
 * const orm = new ORM({ driver: new MemoryDriver(), now: () => new Date(0) });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 *   createdAt: { type: DataTypes.DATETIME, notNull: true, default: now },
 *   updatedAt: { type: DataTypes.DATETIME, notNull: true, touch: now },
 * });
 * console.log(Note.create({ text: "buy milk" }).updatedAt.toISOString()); // 1970-01-01T00:00:00.000Z
 * console.log(Note.count({ createdAt: { $lte: now } })); // 1
 * ```
 */
export const now: (() => Date) & Now = (() => new Date()) as (() => Date) & Now;

/** What the time is read from: the process's clock, or one that tests put in its place. */
export class Clock {
  readonly #now: () => unknown;
  #held: Date | null = null;

  /** Reads the time from a function. */
  constructor(read: () => unknown = now) {
    this.#now = read;
  }

  /**
   * The time it is, or the time that is held.
   *
   * @throws {ValidationError} When the clock gives no point in time.
   */
  read(): Date {
    if (this.#held !== null) return this.#held;
    const time = this.#now();
    if (time instanceof Date && !Number.isNaN(time.getTime())) return time;
    throw new ValidationError(
      `Cannot tell the time: \`now\` of the ORM gave ${
        describeValue(time)
      }, which is no point in time; return a Date`,
      { code: "INVALID_OPTIONS" },
    );
  }

  /** Runs work in which the time stands still. */
  hold<T>(work: () => T): T {
    if (this.#held !== null) return work();
    this.#held = this.read();
    try {
      return work();
    } finally {
      this.#held = null;
    }
  }
}

/** The clock of what no ORM has told of one. */
export const SYSTEM_CLOCK: Clock = new Clock();
