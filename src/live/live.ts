/**
 * Live queries: the rows of a search, and again after each commit that changes them.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { MemoryDriver } from "@rinari/orm/drivers/memory";
 * import { live } from "@rinari/orm/live";
 *
 * const orm = new ORM({ driver: new MemoryDriver() });
 * const Todo = orm.define("app", "todos", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 *   done: { type: DataTypes.BOOLEAN, notNull: true, default: false },
 * });
 * Todo.create({ text: "buy milk" });
 * for await (const todos of live(Todo, { where: { done: false } })) {
 *   console.log(todos.length);
 *   if (todos.length === 0) break;
 *   Todo.updateAll({ done: true });
 * }
 * ```
 *
 * @module
 */
import { ValidationError } from "../errors/mod.ts";
import { entryIn, type View } from "../model/view.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { FindOptions, Found, RelatedAggregates, With } from "../types/find.ts";
import type { Mode } from "../types/mode.ts";
import type { Empty } from "../types/relation.ts";
import { isSignal, onAbort } from "../transaction/abort.ts";
import { watchElsewhere } from "./elsewhere.ts";
import { quietTimer } from "./quiet_timer.ts";
import { sameValue } from "./same_value.ts";
import { watchedTables } from "./watched_tables.ts";

/** How a live query runs. Times are in milliseconds. */
export interface LiveOptions {
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
  /** The least time between two runs; commits meanwhile are answered by one. Default 0: the next task. */
  readonly interval?: number | undefined;
  /**
   * Runs it this often besides, for what others change where the store does not tell it: servers, Deno KV and JSON files. On a file of SQLite
   * or libSQL the commits of other processes are seen without. Default: never.
   */
  readonly poll?: number | undefined;
}

/**
 * The rows of a search: first as they are, then again after each commit that touched one of its tables and changed
 * them: of this program and, on a file of SQLite, of others. Tables of relations and those that foreign keys change count. Who reads slowly gets the latest rows only.
 *
 * @param model The model to search.
 * @param options As of `findAll`.
 * @returns What `for await` reads. It ends with `break`, with the signal, and when the ORM is disconnected; an error ends it too.
 * @throws {ValidationError} When an option makes no sense.
 */
export function live<
  Row extends object,
  Key,
  M extends Mode,
  R extends object = Empty,
  const K extends keyof Row = never,
  const W extends With<R> = never,
  const A extends RelatedAggregates<R> = Empty,
>(
  model: View<Row, Key, M, R>,
  options?: FindOptions<Row, K, R, W, A>,
  how: LiveOptions = {},
): AsyncIterableIterator<Found<Row, R, K, W, A>[]> {
  const { signal, interval, poll } = readHow(model.table, how);
  const { connection, database } = entryIn(model);
  const tables = watchedTables(entryIn(model), options);
  type Rows = Found<Row, R, K, W, A>[];
  type Answer = IteratorResult<Rows>;

  let ended = signal?.aborted === true;
  let dirty = true;
  let last: Rows | null = null;
  let ran = -Infinity;
  let wake: (() => void) | null = null;
  const notice = (): void => {
    dirty = true;
    wake?.();
  };
  const stop = ended ? () => {} : connection.changes.listen({
    changed: (event) => {
      const touched = tables === null || event.tables === null ||
        event.tables.some((name) => tables.has(name));
      if (event.database === database && touched) notice();
    },
    ended: () => end(),
  });
  const unwatch = ended ? () => {} : watchElsewhere(connection, database);
  const timer = poll === undefined || ended ? undefined : quietTimer(notice, poll);
  const end = (): void => {
    if (!ended) {
      ended = true;
      stop();
      unwatch();
      unheard();
      clearInterval(timer);
    }
    wake?.();
  };
  const unheard = onAbort(ended ? undefined : signal, () => end());

  const waitFor = (ms: number | null): Promise<void> =>
    new Promise((resolve) => {
      const pause = ms === null ? undefined : setTimeout(() => wake?.(), ms);
      wake = () => {
        // What changes while it pauses is answered after the pause.
        if (ms !== null && !ended && performance.now() < ran + interval) return;
        wake = null;
        clearTimeout(pause);
        resolve();
      };
      if (ended) wake();
    });
  const done = { done: true, value: undefined } as const;
  const run = (): Promise<Answer> => {
    dirty = false;
    ran = performance.now();
    return Promise.resolve(model.findAll(options) as unknown).then((found) => {
      const rows = found as Rows;
      if (last !== null && sameValue(rows, last)) return next();
      last = rows;
      // What is given away may be changed by whom it is given.
      return { done: false, value: structuredClone(rows) };
    }, (error) => {
      const closed = ended;
      end();
      if (closed) return done;
      throw error;
    });
  };
  const next = (): Promise<Answer> => {
    if (ended) return Promise.resolve(done);
    if (!dirty) return waitFor(null).then(next);
    const left = last === null ? 0 : Math.max(0, ran + interval - performance.now());
    return last === null ? run() : waitFor(left).then(() => ended ? done : run());
  };
  let queue: Promise<unknown> = Promise.resolve();
  return {
    next() {
      const answer = queue.then(next);
      queue = answer.catch(() => undefined);
      return answer;
    },
    return() {
      end();
      return Promise.resolve(done);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

const MAX_MS = 2 ** 31 - 1;

function readHow(
  table: string,
  { signal, interval = 0, poll }: LiveOptions,
): {
  readonly signal: AbortSignal | undefined;
  readonly interval: number;
  readonly poll: number | undefined;
} {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot watch \`${table}\`: ${reason}`, { code: "INVALID_OPTIONS", table });
  };
  const isTime = (ms: unknown, least: number): boolean =>
    Number.isInteger(ms) && (ms as number) >= least && (ms as number) <= MAX_MS;
  if (!isTime(interval, 0)) {
    refuse(`\`interval\` is a whole number of milliseconds, not ${describeValue(interval)}`);
  }
  if (poll !== undefined && !isTime(poll, 1)) {
    refuse(`\`poll\` is a whole number of milliseconds from 1, not ${describeValue(poll)}`);
  }
  if (signal !== undefined && !isSignal(signal)) {
    refuse(`\`signal\` is an AbortSignal, not ${describeValue(signal)}`);
  }
  return { signal, interval, poll };
}
