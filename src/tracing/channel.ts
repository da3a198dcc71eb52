import { isPromise, type Maybe } from "../chain/chain.ts";
import { RinariError } from "../errors/mod.ts";
import { builtinModule } from "../runtime/builtin_module.ts";

/** An operation as the channel `rinari:operation` tells it: what was asked of which table, and never a value. */
export interface TracedOperation {
  /** What is done: `select`, `insert`, `update`, `transaction`, `sql` and so on. */
  readonly operation: string;
  /** The table, or null for what is on none or on several. */
  readonly table: string | null;
  /** The database, or null for a transaction that nothing was done in yet. */
  readonly database: string | null;
  /** The driver's name. */
  readonly driver: string;
  /** How many rows were given, when several were. */
  readonly batch: number | undefined;
  /** Whether it goes on after its synchronous part: its end is told by `asyncEnd` then. */
  pending: boolean;
  /** How many rows were found, or changed, once it is known. */
  rows: number | undefined;
  /** What went wrong: the code of the error, or its name. */
  error: string | undefined;
}

/** The part of a channel that is used. */
export interface Channel {
  /** Whether anybody listens. */
  readonly hasSubscribers: boolean;
  /** Tells those who listen. */
  publish(message: unknown): void;
  /** Tells those who listen, and runs work with what they keep in an AsyncLocalStorage. */
  runStores<T>(message: unknown, work: () => T): T;
}

/** The channels of one kind of operation. */
export interface TracingChannel {
  /** Before the work. */
  readonly start: Channel;
  /** After its synchronous part. */
  readonly end: Channel;
  /** When what it promised is there, or has failed. */
  readonly asyncStart: Channel;
  /** After that. */
  readonly asyncEnd: Channel;
  /** When it fails. */
  readonly error: Channel;
}

/** The name of the channel. */
export const CHANNEL = "rinari:operation";

/** Where operations are told, or null where the runtime has no channels (a browser). */
export const tracing: TracingChannel | null = builtinModule<
  { tracingChannel?: (name: string) => TracingChannel }
>("node:diagnostics_channel")?.tracingChannel?.(CHANNEL) ?? null;

/**
 * Runs an operation and tells of it.
 *
 * @param channel Where to; somebody listens.
 * @param message What it is.
 * @param rowsOf How many rows an answer is about.
 */
export function traced<T>(
  channel: TracingChannel,
  message: TracedOperation,
  work: () => Maybe<T>,
  rowsOf: (answer: T) => number | undefined,
): Maybe<T> {
  const fail = (error: unknown): never => {
    message.error = error instanceof RinariError ? error.code : error instanceof Error ? error.name : "Error";
    channel.error.publish(message);
    throw error;
  };
  const run = (): Maybe<T> => {
    try {
      const answer = work();
      if (!isPromise(answer)) {
        message.rows = rowsOf(answer);
        return answer;
      }
      message.pending = true;
      const settled = (): void => {
        channel.asyncStart.publish(message);
        channel.asyncEnd.publish(message);
      };
      return answer.then((value) => {
        message.rows = rowsOf(value);
        settled();
        return value;
      }, (error) => {
        try {
          return fail(error);
        } finally {
          settled();
        }
      });
    } catch (error) {
      return fail(error);
    } finally {
      channel.end.publish(message);
    }
  };
  return channel.start.runStores(message, run);
}
