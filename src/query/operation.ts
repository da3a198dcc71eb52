import type { OperatorName } from "../contract/mod.ts";

/**
 * An operator with its operand, made by a function such as {@linkcode gt}. It is an instance with a private mark, which no
 * JSON text can forge, so it is safe next to values that come from outside.
 */
export class Operation<out T = unknown> {
  readonly #operator: OperatorName | "value";
  readonly #operand: unknown;
  /** Carries the type of the values compared; never present. */
  declare readonly "~value"?: T;

  /** Made by the operator functions. */
  constructor(operator: OperatorName | "value", operand: unknown) {
    this.#operator = operator;
    this.#operand = operand;
  }

  /** The operator's name and its operand, or null when the value is no operation. */
  static read(value: object): readonly [OperatorName | "value", unknown] | null {
    return #operator in value ? [value.#operator, value.#operand] : null;
  }
}

/**
 * An {@linkcode Operation} that matches text, made by a function such as {@linkcode like}: it serves every column of text, also
 * one whose values are narrowed.
 */
export interface TextOperation {
  /** Carries the kind of operation; never present. */
  readonly "~text": true;
}

/** Several conditions joined by {@linkcode and}, {@linkcode or} or {@linkcode not}, as unforgeable as an {@linkcode Operation}. */
export class Condition<out Row = unknown> {
  readonly #kind: "and" | "or" | "not";
  readonly #items: readonly unknown[];
  /** Carries the type of the rows; never present. */
  declare readonly "~row"?: Row;

  /** Made by `and`, `or` and `not`. */
  constructor(kind: "and" | "or" | "not", items: readonly unknown[]) {
    this.#kind = kind;
    this.#items = items;
  }

  /** The kind and the conditions joined, or null when the value is no condition. */
  static read(value: object): readonly ["and" | "or" | "not", readonly unknown[]] | null {
    return #kind in value ? [value.#kind, value.#items] : null;
  }
}
