import { chain, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { type ReadFind, readFind } from "../query/find_options.ts";
import { BoundPlaceholder } from "../query/operand.ts";
import { Placeholder } from "../query/operation.ts";
import type { Mode, Result } from "../types/mode.ts";

/** A query that was read once, to be run with different parameters. */
export interface Prepared<T, P extends object, M extends Mode> {
  /** All rows found. */
  findAll(params: P): Result<M, T[]>;
  /** The first row found, or null. */
  findOne(params: P): Result<M, T | null>;
}

/**
 * Reads a query whose values are parameters.
 *
 * @throws {ValidationError} When the options are not those of `findAll`, or a parameter stands where none can.
 */
export function prepare<T, P extends object, M extends Mode>(
  entry: TableEntry,
  build: (params: P) => unknown,
  strict: boolean,
): Prepared<T, P, M> {
  const placeholders = new Proxy({}, {
    get: (_, name) => typeof name === "string" ? new Placeholder(name) : undefined,
  });
  const all = readFind(entry.table, build(placeholders as P), strict);
  const one: ReadFind = { ...all, limit: Math.min(1, all.limit ?? 1), shape: `${all.shape}L1` };
  const run = (find: ReadFind, params: P): Maybe<Record<string, unknown>[]> => {
    const bound = { ...find, params: bind(entry, find.params, params) };
    return entry.run(false, () => entry.store.select(bound));
  };
  return {
    findAll: (params) => run(all, params) as Result<M, T[]>,
    findOne: (params) => chain(run(one, params), (rows) => rows[0] ?? null) as Result<M, T | null>,
  };
}

function bind(entry: TableEntry, slots: readonly unknown[], params: object): unknown[] {
  const bound = new Array<unknown>(slots.length);
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i];
    bound[i] = slot instanceof BoundPlaceholder ? slot.accept(given(entry, slot.name, params)) : slot;
  }
  return bound;
}

function given(entry: TableEntry, name: string, params: object): unknown {
  const value = typeof params === "object" && params !== null && Object.hasOwn(params, name)
    ? (params as Record<string, unknown>)[name]
    : undefined;
  if (value !== undefined) return value;
  throw new ValidationError(
    `Cannot run a prepared query on \`${entry.table.name}\`: parameter \`${name}\` is not given`,
    {
      code: "MISSING_PARAMETER",
      table: entry.table.name,
    },
  );
}
