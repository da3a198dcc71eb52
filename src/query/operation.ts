import type { OperatorName } from "../contract/mod.ts";

/** By them the copies of this package in a process, as ES modules and CommonJS, read what another has made. No JSON text has symbols. */
const OPERATION: unique symbol = Symbol.for("@rinari/orm:operation") as never;
const CONDITION: unique symbol = Symbol.for("@rinari/orm:condition") as never;

type Read = readonly [MadeOperator, unknown];
type Joined = readonly ["and" | "or" | "not", readonly unknown[]];
/** What is asked of the rows that a relation leads to. */
export type RelatedOperator = "$some" | "$every" | "$none" | "$is";

/** What an operation asks. */
export type MadeOperator = OperatorName | RelatedOperator | "value";

/** An operator with its operand. It is an instance with a private member, which no JSON text can forge. */
export class MadeOperation {
  readonly #operator: MadeOperator;
  readonly #operand: unknown;

  /** Made by the operator functions. */
  constructor(operator: MadeOperator, operand: unknown) {
    this.#operator = operator;
    this.#operand = operand;
  }

  /** What another copy of the package reads; null of an object that only inherits it. */
  get [OPERATION](): Read | null {
    return #operator in this ? [this.#operator, this.#operand] : null;
  }

  /** The operator's name and its operand, or null when the value is no operation. */
  static read(value: object): Read | null {
    return #operator in value ? [value.#operator, value.#operand] : null;
  }

  /** The same of what another copy of the package has made. */
  static readForeign(value: object): Read | null {
    return OPERATION in value ? value[OPERATION] as Read | null : null;
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

  /** What another copy of the package reads; null of an object that only inherits it. */
  get [CONDITION](): Joined | null {
    return #kind in this ? [this.#kind, this.#items] : null;
  }

  /** The kind and the conditions joined, or null when the value is no condition. */
  static read(value: object): Joined | null {
    return #kind in value ? [value.#kind, value.#items] : null;
  }

  /** The same of what another copy of the package has made. */
  static readForeign(value: object): Joined | null {
    return CONDITION in value ? value[CONDITION] as Joined | null : null;
  }
}
