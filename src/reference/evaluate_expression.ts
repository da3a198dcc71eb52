import type { CallExpression, ExpressionCall, ExpressionPlan, JSONPath } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";
import { inDateRange } from "../schema/dates.ts";
import { compilePredicate } from "./evaluate.ts";
import { beginningOf } from "./date_units.ts";
import { setPlace } from "./json_place.ts";
import type { Row } from "./row.ts";

/** Computes a value of a row; null when there is none. */
export type RowValue = (row: Row) => unknown;

/** What is done where an expression has no value. */
export type NoValue = () => null;

/** In a condition, what has no value is null. */
export const nullForNoValue: NoValue = (): null => null;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** The calls whose operands, all integers, are computed exactly and looked at once, at the end. */
const EXACT: ReadonlySet<ExpressionCall> = new Set(["plus", "minus", "times"]);

/**
 * Makes the function that computes an expression: what each of its functions means, on every store.
 *
 * @param params The values of the slots.
 * @param noValue What is done where there is no value; it throws where a value is needed.
 */
export function compileExpression(
  table: Table,
  plan: ExpressionPlan,
  params: readonly unknown[],
  noValue: NoValue,
): RowValue {
  return new Compiler(table, params, noValue).compile(plan);
}

class Compiler {
  readonly #table: Table;
  readonly #params: readonly unknown[];
  readonly #noValue: NoValue;

  constructor(table: Table, params: readonly unknown[], noValue: NoValue) {
    this.#table = table;
    this.#params = params;
    this.#noValue = noValue;
  }

  compile(plan: ExpressionPlan): RowValue {
    switch (plan.kind) {
      case "column": {
        const { name } = this.#table.column(plan.column);
        return (row) => row[name] ?? null;
      }
      case "value": {
        const value = this.#params[plan.slot] ?? null;
        return () => value;
      }
      case "condition":
        return compilePredicate(this.#table, plan.predicate, this.#params);
      case "call":
        return this.#call(plan);
    }
  }

  #call(plan: CallExpression): RowValue {
    const noValue = this.#noValue;
    if (EXACT.has(plan.call)) {
      if (plan.type !== "real") return this.#exact(plan);
      const value = this.#fraction(plan);
      return (row) => finite(value(row), noValue);
    }
    const [first, second] = plan.args.map((each) => this.compile(each)) as [RowValue, RowValue];
    switch (plan.call) {
      case "orElse":
        return (row) => {
          const [value, other] = [first(row), second(row)];
          return value ?? other;
        };
      case "set": {
        const path = this.#params[(plan.args[1] as { slot: number }).slot] as JSONPath;
        const slot = (plan.args[2] as { slot: number }).slot;
        const value = this.#params[slot] ?? null;
        return (row) => setPlace(first(row), path, value) ?? noValue();
      }
      case "slice": {
        const end = plan.args[2] === undefined ? () => undefined : this.compile(plan.args[2]);
        return (row) => {
          const text = first(row);
          if (text === null) return null;
          return [...text as string].slice(second(row) as number, end(row) as number | undefined).join("");
        };
      }
    }
    const compute = this.#function(plan);
    if (plan.args.length === 1) {
      return (row) => {
        const value = first(row);
        return value === null ? null : compute(value, null);
      };
    }
    return (row) => {
      // Both are computed whatever the first gives: what has no value is refused beside a null, and behind `orElse`, too.
      const left = first(row);
      const right = second(row);
      return left === null || right === null ? null : compute(left, right);
    };
  }

  /** A function of one or two values that are not null. */
  #function({ call, type }: CallExpression): (a: unknown, b: unknown) => unknown {
    const noValue = this.#noValue;
    switch (call) {
      case "dividedBy":
        return (a, b) => (b as number) === 0 ? null : finite((a as number) / (b as number), noValue);
      case "round":
        return (a) => {
          const rounded = roundHalfAway(a as number);
          return Number.isSafeInteger(rounded) ? rounded : noValue();
        };
      case "atLeast":
        return (a, b) => toType(type, (a as number) < (b as number) ? b : a);
      case "atMost":
        return (a, b) => toType(type, (a as number) > (b as number) ? b : a);
      case "lower":
        return (a) => (a as string).replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
      case "length":
        return (a) => codePoints(a as string);
      case "concat":
        return (a, b) => (a as string) + (b as string);
      case "later":
        return (a, b) => dateAt((a as Date).getTime() + (b as number), noValue);
      case "elapsed":
        return (a, b) => (a as Date).getTime() - (b as Date).getTime();
      default:
        return (a) => dateAt(beginningOf(call, a as Date), noValue);
    }
  }

  /** Integers: in numbers as long as these are exact, else in bigints; beyond 64 bits there is no value. */
  #exact(plan: CallExpression): RowValue {
    const value = this.#integer(plan);
    const noValue = this.#noValue;
    if (plan.type === "bigint") {
      return (row) => {
        const result = value(row);
        return result === null ? null : result === undefined ? noValue() : BigInt(result);
      };
    }
    return (row) => {
      const result = value(row);
      return result === null || typeof result === "number" ? result : noValue();
    };
  }

  /** An integer, as a number when it is a safe one; undefined for what 64 bits do not hold. */
  #integer(plan: ExpressionPlan): (row: Row) => number | bigint | null | undefined {
    if (plan.kind !== "call" || !EXACT.has(plan.call)) {
      const value = this.compile(plan);
      return (row) => {
        const read = value(row);
        return typeof read === "bigint" ? narrowed(read) : read as number | null;
      };
    }
    const left = this.#integer(plan.args[0] as ExpressionPlan);
    const right = this.#integer(plan.args[1] as ExpressionPlan);
    const call = plan.call as "plus" | "minus" | "times";
    return (row) => {
      const a = left(row);
      const b = right(row);
      if (a === null || b === null) return null;
      if (a === undefined || b === undefined) return undefined;
      if (typeof a === "number" && typeof b === "number") {
        const result = call === "plus" ? a + b : call === "minus" ? a - b : a * b;
        if (Number.isSafeInteger(result)) return result + 0;
      }
      const x = BigInt(a);
      const y = BigInt(b);
      const exact = call === "plus" ? x + y : call === "minus" ? x - y : x * y;
      return exact < INT64_MIN || exact > INT64_MAX ? undefined : narrowed(exact);
    };
  }

  /** Fractions: what is in between may be infinite, as everywhere; what comes out may not. */
  #fraction(plan: ExpressionPlan): (row: Row) => number | null {
    if (plan.kind !== "call" || !EXACT.has(plan.call) || plan.type !== "real") {
      return this.compile(plan) as (row: Row) => number | null;
    }
    const left = this.#fraction(plan.args[0] as ExpressionPlan);
    const right = this.#fraction(plan.args[1] as ExpressionPlan);
    const call = plan.call;
    return (row) => {
      const a = left(row);
      const b = right(row);
      if (a === null || b === null) return null;
      const result = call === "plus" ? a + b : call === "minus" ? a - b : a * b;
      return Number.isNaN(result) ? null : result;
    };
  }
}

function narrowed(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function toType(type: string, value: unknown): unknown {
  return type === "bigint" ? BigInt(value as number | bigint) : value;
}

function finite(value: number | null, noValue: NoValue): number | null {
  if (value === null) return null;
  return Number.isFinite(value) ? value + 0 : noValue();
}

function dateAt(ms: number, noValue: NoValue): Date | null {
  return inDateRange(ms) ? new Date(ms) : noValue();
}

/** Half away from zero. From 2⁵² on every number is whole, and adding a half would make it another. */
function roundHalfAway(value: number): number {
  if (Math.abs(value) >= 4_503_599_627_370_496) return value;
  return Math.trunc(value + (value < 0 ? -0.5 : 0.5)) + 0;
}

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
