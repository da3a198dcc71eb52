/**
 * A log of operations: what was done, how long it took, and on how many rows. It never shows a value.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 * import { logOperations } from "@rinari/orm/log";
 *
 * const stop = logOperations(({ operation, table, rows }) => console.log(operation, table, rows));
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const Note = orm.define("app", "notes", { id: { type: DataTypes.INTEGER, primaryKey: true } });
 * Note.create({ id: 1 }); // insert notes 1
 * stop();
 * ```
 *
 * @module
 */
import { CHANNEL, type TracedOperation } from "./channel.ts";
import { listen } from "./listen.ts";

export type { TracedOperation } from "./channel.ts";

/** An operation that has ended. */
export interface LoggedOperation extends Readonly<TracedOperation> {
  /** How long it took, in milliseconds; waiting for its turn included. */
  readonly duration: number;
}

/** The options of a log. */
export interface LogOptions {
  /** Leaves out what took fewer milliseconds than this. Default 0. */
  readonly slowerThan?: number;
}

/**
 * Calls a function after every operation of every ORM of the program, those that failed included.
 *
 * @param write Is given the operation. Default: prints it, a line each.
 * @returns Ends it.
 * @throws {UnsupportedError} Where the runtime has no diagnostics channels (a browser).
 */
export function logOperations(
  write: (operation: LoggedOperation) => void = printOperation,
  { slowerThan = 0 }: LogOptions = {},
): () => void {
  const begun = new WeakMap<TracedOperation, number>();
  return listen(CHANNEL, {
    started: (operation) => begun.set(operation, performance.now()),
    ended: (operation) => {
      const duration = performance.now() - (begun.get(operation) ?? performance.now());
      if (duration >= slowerThan) write({ ...operation, duration });
    },
  });
}

/** Prints an operation: `select app.notes 0.12 ms, 3 rows`. */
function printOperation({ operation, database, table, duration, rows, error }: LoggedOperation): void {
  const place = [database, table].filter((name) => name !== null).join(".");
  const count = rows === undefined ? "" : `, ${rows} ${rows === 1 ? "row" : "rows"}`;
  console.log(
    `${operation} ${place} ${duration.toFixed(2)} ms${count}${error === undefined ? "" : `, ${error}`}`,
  );
}
