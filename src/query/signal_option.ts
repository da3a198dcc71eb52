import type { Table } from "../schema/table.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import { isSignal } from "../transaction/abort.ts";
import { refuseSearch } from "./find_options.ts";

/** Options of a search, and what ends it. */
export interface TakenSignal {
  readonly signal: AbortSignal | undefined;
  /** The options without it. */
  readonly rest: unknown;
}

/** Whether options have one. */
export function hasSignal(options: unknown): options is object {
  return typeof options === "object" && options !== null && "signal" in options;
}

/**
 * Takes the signal out of the options of a search.
 *
 * @throws {ValidationError} When it is none.
 */
export function takeSignal(table: Table, options: unknown): TakenSignal {
  if (!hasSignal(options) || !Object.hasOwn(options, "signal") || !isPlain(options)) {
    return { signal: undefined, rest: options };
  }
  const { signal, ...rest } = options as { readonly signal?: unknown };
  if (signal !== undefined && !isSignal(signal)) {
    return refuseSearch(table, `\`signal\` is an AbortSignal, not ${describeValue(signal)}`);
  }
  return { signal, rest };
}

/**
 * Reads options that have nothing but a signal.
 *
 * @throws {ValidationError} When there is anything else.
 */
export function readSignal(table: Table, options: unknown): AbortSignal | undefined {
  if (options === undefined) return undefined;
  const { signal, rest } = takeSignal(table, options);
  return typeof rest === "object" && rest !== null && isPlain(rest) && Object.keys(rest).length === 0
    ? signal
    : refuseSearch(table, "its last argument is { signal }, or nothing");
}
