import type {
  ComparePredicate,
  JSONPath,
  Predicate,
  PredicateTarget,
  TestPredicate,
  TextPredicate,
} from "../contract/mod.ts";
import type { ColumnKind } from "../schema/column.ts";
import { equalJSON } from "../schema/json_value.ts";
import { refuseRelated } from "../query/related.ts";
import type { Table } from "../schema/table.ts";
import { comparators, compareText } from "./compare.ts";
import { readPlace } from "./json_place.ts";
import { keyOf, rowKey, tupleKey } from "./keys.ts";
import { compileExpression, nullForNoValue, type RowValue } from "./evaluate_expression.ts";
import { compileLike } from "./like.ts";
import type { Row } from "./row.ts";

/** Whether a row satisfies a condition. */
export type RowTest = (row: Row) => boolean;

/** Whether a value that is not null satisfies a condition. */
type ValueTest = (value: unknown) => boolean;

/** What a comparison looks at: how to read it from a row, and the kind of the column (null inside JSON). */
interface Place {
  readonly read: (row: Row) => unknown;
  readonly kind: ColumnKind | null;
}

/**
 * Makes the function that tells whether a row satisfies a condition: what every operator means, on every store.
 *
 * @param predicate The condition; null is true for every row.
 * @param params The values of the predicate's slots.
 * @throws {ValidationError} When the table has no such column.
 */
export function compilePredicate(
  table: Table,
  predicate: Predicate | null,
  params: readonly unknown[],
): RowTest {
  return predicate === null ? () => true : new Compiler(table, params).compile(predicate);
}

class Compiler {
  readonly #table: Table;
  readonly #params: readonly unknown[];

  constructor(table: Table, params: readonly unknown[]) {
    this.#table = table;
    this.#params = params;
  }

  compile(predicate: Predicate): RowTest {
    switch (predicate.kind) {
      case "and":
      case "or":
        return join(predicate.kind, predicate.items.map((item) => this.compile(item)));
      case "not": {
        const test = this.compile(predicate.item);
        return (row) => !test(row);
      }
      case "null": {
        const { read } = this.#place(predicate);
        return (row) => read(row) === null;
      }
      case "equal":
        return this.#equal(this.#place(predicate), this.#params[predicate.slot] ?? null);
      case "in":
        return this.#in(
          this.#place(predicate),
          this.#params[predicate.slot] as readonly unknown[],
          predicate.withNull,
        );
      case "compare": {
        const place = this.#place(predicate);
        return unlessNull(place, orderTest(place, predicate.operator, this.#params[predicate.slot]));
      }
      case "between": {
        const place = this.#place(predicate);
        const low = orderTest(place, ">=", this.#params[predicate.low]);
        const high = orderTest(place, "<=", this.#params[predicate.high]);
        return unlessNull(place, (value) => low(value) && high(value));
      }
      case "text": {
        const test = textTest(predicate.operator, this.#params[predicate.slot] as string);
        return unlessNull(this.#place(predicate), (value) => typeof value === "string" && test(value));
      }
      case "tuples": {
        const columns = predicate.columns.map((name) => this.#table.column(name));
        const tuples = this.#params[predicate.slot] as readonly (readonly unknown[])[];
        const keys = new Set(tuples.map((tuple) => tupleKey(columns, tuple)));
        return (row) => {
          const key = rowKey(columns, row);
          return key !== null && keys.has(key);
        };
      }
      case "has": {
        const { read } = this.#place(predicate);
        const wanted = this.#params[predicate.slot] ?? null;
        return (row) => {
          const value = read(row);
          return Array.isArray(value) && value.includes(wanted);
        };
      }
      case "related":
        return refuseRelated(predicate);
      case "test":
        return this.#test(predicate);
    }
  }

  #test({ operator, left, right, withNull }: TestPredicate): RowTest {
    const compute = (plan: TestPredicate["left"]): RowValue =>
      compileExpression(this.#table, plan, this.#params, nullForNoValue);
    const read = compute(left);
    const { type: kind } = left;
    if (operator === "in") {
      return this.#in({ read, kind }, compute(right)({}) as readonly unknown[], withNull);
    }
    const other = compute(right);
    if (operator === "like") {
      const test = compileLike(other({}) as string);
      return (row) => {
        const value = read(row);
        return value !== null && test(value as string);
      };
    }
    const equal = equality(kind);
    return (row) => {
      const a = read(row);
      const b = other(row);
      if (a === null || b === null) return operator === "eq" && a === b;
      switch (operator) {
        case "eq":
          return equal(a, b);
        case "startsWith":
          return (a as string).startsWith(b as string);
        case "endsWith":
          return (a as string).endsWith(b as string);
        case "contains":
          return (a as string).includes(b as string);
        default:
          return ordered(operator, comparators[kind](a, b));
      }
    };
  }

  #place(target: PredicateTarget): Place {
    const { name, kind } = this.#table.column(target.column);
    if (target.path === null) return { kind, read: (row) => row[name] ?? null };
    const path = this.#params[target.path] as JSONPath;
    return { kind: null, read: (row) => readPlace(row[name], path) };
  }

  #equal({ read, kind }: Place, wanted: unknown): RowTest {
    if (wanted === null) return (row) => read(row) === null;
    // Inside JSON the value looked for is a scalar, so that `===` is equality by type and value.
    if (kind === null) return (row) => read(row) === wanted;
    if (kind === "blob") return unlessNull({ read, kind }, (value) => comparators.blob(value, wanted) === 0);
    if (kind === "json") return (row) => equalJSON(read(row), wanted);
    const key = keyOf(kind, wanted);
    return unlessNull({ read, kind }, (value) => keyOf(kind, value) === key);
  }

  #in({ read, kind }: Place, list: readonly unknown[], withNull: boolean): RowTest {
    const keys = new Set<unknown>(kind === null ? list : list.map((item) => keyOf(kind, item)));
    return (row) => {
      const value = read(row);
      return value === null ? withNull : keys.has(kind === null ? value : keyOf(kind, value));
    };
  }
}

function join(kind: "and" | "or", tests: readonly RowTest[]): RowTest {
  const [first, second] = tests;
  if (first === undefined) return () => kind === "and";
  if (second === undefined) return first;
  if (tests.length === 2) {
    return kind === "and" ? (row) => first(row) && second(row) : (row) => first(row) || second(row);
  }
  return kind === "and"
    ? (row) => tests.every((test) => test(row))
    : (row) => tests.some((test) => test(row));
}

function unlessNull({ read }: Place, test: ValueTest): RowTest {
  return (row) => {
    const value = read(row);
    return value !== null && test(value);
  };
}

function orderTest({ kind }: Place, operator: ComparePredicate["operator"], wanted: unknown): ValueTest {
  if (kind !== null) return withOperator(operator, wanted, comparators[kind]);
  const type = typeof wanted;
  const test = type === "string"
    ? withOperator(operator, wanted, compareText as (a: unknown, b: unknown) => number)
    : withOperator(operator, wanted, comparators.real);
  return (value) => typeof value === type && test(value);
}

/** Equality of two computed values. Numbers of different types are equal by value, days and times by time. */
function equality(kind: ColumnKind): (a: unknown, b: unknown) => boolean {
  if (kind === "blob") return (a, b) => comparators.blob(a, b) === 0;
  return kind === "integer" || kind === "bigint" || kind === "real"
    ? (a, b) => comparators.real(a, b) === 0
    : (a, b) => keyOf(kind, a) === keyOf(kind, b);
}

function ordered(operator: "gt" | "gte" | "lt" | "lte", order: number): boolean {
  switch (operator) {
    case "gt":
      return order > 0;
    case "gte":
      return order >= 0;
    case "lt":
      return order < 0;
    case "lte":
      return order <= 0;
  }
}

function withOperator(
  operator: ComparePredicate["operator"],
  wanted: unknown,
  compare: (a: unknown, b: unknown) => number,
): ValueTest {
  switch (operator) {
    case ">":
      return (value) => compare(value, wanted) > 0;
    case ">=":
      return (value) => compare(value, wanted) >= 0;
    case "<":
      return (value) => compare(value, wanted) < 0;
    case "<=":
      return (value) => compare(value, wanted) <= 0;
  }
}

function textTest(operator: TextPredicate["operator"], wanted: string): (text: string) => boolean {
  switch (operator) {
    case "like":
      return compileLike(wanted);
    case "startsWith":
      return (text) => text.startsWith(wanted);
    case "endsWith":
      return (text) => text.endsWith(wanted);
    case "contains":
      return (text) => text.includes(wanted);
  }
}
