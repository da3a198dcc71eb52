import type { ExpressionPlan, Predicate } from "../contract/mod.ts";
import { somePart } from "./some_part.ts";

const COMPUTED: unique symbol = Symbol.for("@rinari/orm:computed") as never;

/**
 * A condition that a `DriverWhere` has no form for, with the values of its slots: what stands for it there, as `{ $test: … }`. It has
 * a registered symbol, so that nothing a user sends can be taken for one.
 */
export class ComputedCondition {
  /** The condition. */
  readonly predicate: Predicate;
  /** The values of its slots. */
  readonly params: readonly unknown[];
  /** No JSON text has it, and a driver of another copy of the package finds it. */
  readonly [COMPUTED] = true;

  /** Made of a predicate and the values of all slots. */
  constructor(predicate: Predicate, params: readonly unknown[]) {
    this.predicate = predicate;
    this.params = params;
  }

  /** Whether a value is one. */
  static is(value: unknown): value is ComputedCondition {
    return typeof value === "object" && value !== null && Object.hasOwn(value, COMPUTED);
  }
}

/** The same predicate with its slots elsewhere. */
export function moveSlots<P extends Predicate>(predicate: P, move: (slot: number) => number): P {
  const moved = (given: Predicate): Predicate => {
    switch (given.kind) {
      case "and":
      case "or":
        return { ...given, items: given.items.map(moved) };
      case "not":
        return { ...given, item: moved(given.item) };
      case "test":
        return { ...given, left: expression(given.left), right: expression(given.right) };
      case "related":
        return given.where === null ? given : { ...given, where: moved(given.where) };
      case "null":
        return { ...given, path: place(given.path) };
      case "tuples":
        return { ...given, slot: move(given.slot) };
      case "between":
        return { ...given, path: place(given.path), low: move(given.low), high: move(given.high) };
      default:
        return { ...given, path: place(given.path), slot: move(given.slot) };
    }
  };
  const place = (path: number | null): number | null => path === null ? null : move(path);
  const expression = (plan: ExpressionPlan): ExpressionPlan => {
    switch (plan.kind) {
      case "column":
        return plan;
      case "value":
        return { ...plan, slot: move(plan.slot) };
      case "call":
        return { ...plan, args: plan.args.map(expression) };
      case "condition":
        return { ...plan, predicate: moved(plan.predicate) };
    }
  };
  return moved(predicate) as P;
}

/** Whether a condition looks at computed values. */
export function looksAtComputed(predicate: Predicate | null): boolean {
  return somePart(predicate, (part) => part.kind === "test");
}

/** The columns a condition looks at, each as often as it does. */
export function predicateColumns(predicate: Predicate): string[] {
  switch (predicate.kind) {
    case "and":
    case "or":
      return predicate.items.flatMap(predicateColumns);
    case "not":
      return predicateColumns(predicate.item);
    case "test":
      return [...expressionColumns(predicate.left), ...expressionColumns(predicate.right)];
    case "tuples":
      return [...predicate.columns];
    default:
      return [predicate.column];
  }
}

/** The columns an expression looks at. */
export function expressionColumns(plan: ExpressionPlan): string[] {
  switch (plan.kind) {
    case "column":
      return [plan.column];
    case "value":
      return [];
    case "call":
      return plan.args.flatMap(expressionColumns);
    case "condition":
      return predicateColumns(plan.predicate);
  }
}
