import type { Direction } from "../contract/mod.ts";
import type { Empty } from "./relation.ts";
import type { WhereInput } from "./where.ts";

/** Names what carries the type of the values; a type alone, which no completion offers. */
export declare const TYPE_OF_PICKED: unique symbol;

/** The values of another search, as a list for `$in` and `$notIn`: what `pick` gives. */
export interface Picked<out T> {
  /** Carries the type of the values; never present. */
  readonly [TYPE_OF_PICKED]: T;
}

/** The rows whose values `pick` takes. */
export interface PickOptions<Row, R = Empty> {
  /** The rows; all when absent. */
  readonly where?: WhereInput<Row, R> | undefined;
  /** Their order, where only some of them are taken. */
  readonly orderBy?: readonly (readonly [column: keyof Row & string, direction: Direction])[] | undefined;
  /** At most this many rows. */
  readonly limit?: number | undefined;
}
