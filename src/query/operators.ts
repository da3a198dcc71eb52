import type { OperatorName } from "../contract/mod.ts";
import type { Picked } from "../types/pick.ts";
import type { Condition, Operation, RelatedCondition, TextOperation } from "../types/condition.ts";
import { MadeCondition, MadeOperation, type MadeOperator } from "./operation.ts";

/**
 * Equality with a value that may come from outside: on a scalar column an object is refused instead of being read as
 * operators, on a JSON column the object is the value.
 *
 * @returns The condition, to stand where a column's value stands.
 *
 * @example
 * ```ts
 * import { value } from "@rinari/orm";
 *
 * const body = JSON.parse('{ "token": "abc" }');
 * const where = { token: value(body.token) };
 * ```
 */
export function value<T>(operand: T): Operation<T> {
  return make("value", operand);
}

/** Equal; `eq(null)` finds null. Operators made by functions cannot be forged by JSON. */
export function eq<T>(operand: T): Operation<T> {
  return make("$eq", operand);
}

/** Not equal: the complement of {@linkcode eq}, so `ne("x")` finds null too. */
export function ne<T>(operand: T): Operation<T> {
  return make("$ne", operand);
}

/** Greater than; false for null. */
export function gt<T>(operand: T): Operation<T> {
  return make("$gt", operand);
}

/** Greater than or equal; false for null. */
export function gte<T>(operand: T): Operation<T> {
  return make("$gte", operand);
}

/** Less than; false for null. */
export function lt<T>(operand: T): Operation<T> {
  return make("$lt", operand);
}

/** Less than or equal; false for null. */
export function lte<T>(operand: T): Operation<T> {
  return make("$lte", operand);
}

/** One of the values, of which there can be any number; an empty list matches nothing. */
export function inList<T>(operands: readonly T[] | Picked<T>): Operation<T> {
  return make("$in", operands);
}

/** None of the values: the complement of {@linkcode inList}, so null is found unless it is listed. */
export function notIn<T>(operands: readonly T[] | Picked<T>): Operation<T> {
  return make("$notIn", operands);
}

/** From low to high, both included; false for null. */
export function between<T>(low: T, high: T): Operation<T> {
  return make("$between", [low, high]);
}

/** SQL LIKE over the whole value: `%` any text, `_` one character, `\` escapes, ASCII letters in either case. */
export function like(pattern: string): TextOperation {
  return matching("$like", pattern);
}

/** The text begins with this, literally and case-sensitively. */
export function startsWith(text: string): TextOperation {
  return matching("$startsWith", text);
}

/** The text ends with this, literally and case-sensitively. */
export function endsWith(text: string): TextOperation {
  return matching("$endsWith", text);
}

/** The text has this in it, literally and case-sensitively. */
export function contains(text: string): TextOperation {
  return matching("$contains", text);
}

/**
 * Of the rows that a relation leads to, one or more satisfy the condition; `some({})`: there are any.
 *
 * @returns The condition, to stand where the relation's name stands. No JSON text can forge it.
 */
export function some<W>(where: NoInfer<W>): RelatedCondition<"some", W> {
  return related("$some", where);
}

/** Of the rows that a relation leads to, all satisfy the condition; true where there are none. */
export function every<W>(where: NoInfer<W>): RelatedCondition<"every", W> {
  return related("$every", where);
}

/** Of the rows that a relation leads to, none satisfies the condition; `none({})`: there are none. */
export function none<W>(where: NoInfer<W>): RelatedCondition<"none", W> {
  return related("$none", where);
}

/** The one row that a relation leads to is there, and satisfies the condition; `is(null)`: there is none. */
export function is<W>(where: NoInfer<W>): RelatedCondition<"is", W> {
  return related("$is", where);
}

function related<K extends string, W>(operator: MadeOperator, where: W): RelatedCondition<K, W> {
  return new MadeOperation(operator, where) as unknown as RelatedCondition<K, W>;
}

function matching(operator: OperatorName, text: string): TextOperation {
  return make(operator, text) as Operation & TextOperation;
}

/** The types say what an instance carries, which is never read from it. */
function make<T>(operator: MadeOperator, operand: unknown): Operation<T> {
  return new MadeOperation(operator, operand) as unknown as Operation<T>;
}

function join<Row>(kind: "and" | "or" | "not", conditions: readonly unknown[]): Condition<Row> {
  return new MadeCondition(kind, conditions) as unknown as Condition<Row>;
}

/** All of the conditions; `and()` is true. Its columns are checked where it stands, so the row's type is not inferred from them. */
export function and<Row>(...conditions: readonly NoInfer<Row | Condition<Row>>[]): Condition<Row> {
  return join("and", conditions);
}

/** Any of the conditions; `or()` is false. */
export function or<Row>(...conditions: readonly NoInfer<Row | Condition<Row>>[]): Condition<Row> {
  return join("or", conditions);
}

/** The exact complement of the condition. */
export function not<Row>(condition: NoInfer<Row | Condition<Row>>): Condition<Row> {
  return join("not", [condition]);
}
