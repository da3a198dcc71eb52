import type { OperatorName } from "../contract/mod.ts";

/** An operator with its operand. It is an instance with a private member, which no JSON text can forge. */
export class MadeOperation {
  readonly #operator: OperatorName | "value";
  readonly #operand: unknown;

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

/** Several conditions joined, as unforgeable as a {@linkcode MadeOperation}. */
export class MadeCondition {
  readonly #kind: "and" | "or" | "not";
  readonly #items: readonly unknown[];

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
