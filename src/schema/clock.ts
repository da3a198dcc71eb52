import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "./describe_value.ts";

/**
 * The time it is, for a column's `default` and `touch`: read from the ORM's clock, once for each call, so that all of its columns and
 * rows have the same time.
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
 * ```
 */
export function now(): Date {
  return new Date();
}

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
