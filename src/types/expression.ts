import type { JSONValue } from "../contract/mod.ts";
import type { Now } from "../schema/clock.ts";

/** Null, when the type has it. */
export type NullOf<T> = null extends T ? null : never;

/** Null, when an operand can be null. */
export type NullOfOperand<O> = O extends Expr<infer T> ? NullOf<T> : null extends O ? null : never;

/** Names what carries the type of an expression; a type alone, which no completion offers. */
export declare const TYPE_OF_EXPRESSION: unique symbol;
/** Names what tells a condition from a boolean column; a type alone. */
export declare const IS_TEST: unique symbol;

/** Something computed from a row, which gives a `T`. */
export interface Expr<out T> {
  /** Carries the type; never present. */
  readonly [TYPE_OF_EXPRESSION]: T;
}

/** Unwraps what can be given beside an expression: a value of the type, or an expression that gives one. */
export type Operand<T> = T | Expr<T | null>;

/** What may stand beside a number. */
export type NumberOperand = Operand<number | bigint>;

/** What may stand beside a date. */
export type DateOperand = Date | string | number | Now | Expr<Date | null>;

/** A condition on a row. It is true or false, never null. */
export interface Test extends Expr<boolean> {
  /** Tells it from a boolean column; never present. */
  readonly [IS_TEST]: true;
  /** True where both are. */
  and(other: Test | Expr<boolean | null>): Test;
  /** True where one of them is. */
  or(other: Test | Expr<boolean | null>): Test;
  /** The exact complement. */
  not(): Test;
}

/** Equality, for every kind of value. */
export interface Equatable<T> {
  /** Equal; null equals null. */
  eq(other: Operand<T> | null): Test;
  /** Not equal: the complement of `eq`. */
  ne(other: Operand<T> | null): Test;
  /** One of these. */
  in(list: readonly (T | null)[]): Test;
}

/** Order, for every kind of value that has one. False where one of the two is null. */
export interface Comparable<T> extends Equatable<T> {
  /** Greater. */
  gt(other: Operand<T>): Test;
  /** Greater or equal. */
  gte(other: Operand<T>): Test;
  /** Less. */
  lt(other: Operand<T>): Test;
  /** Less or equal. */
  lte(other: Operand<T>): Test;
}

/** A number: `V` is its type, `N` is null when it can be null. */
export interface NumberExpr<V, N> extends Expr<V | N>, Comparable<number | bigint> {
  /** The sum. */
  plus<O extends NumberOperand>(other: O): NumberExpr<V, N | NullOfOperand<O>>;
  /** The difference. */
  minus<O extends NumberOperand>(other: O): NumberExpr<V, N | NullOfOperand<O>>;
  /** The product. */
  times<O extends NumberOperand>(other: O): NumberExpr<V, N | NullOfOperand<O>>;
  /** The quotient, always a fraction (7 / 2 is 3.5); null for a division by zero. */
  dividedBy(other: NumberOperand): NumberExpr<number, null>;
  /** The nearest integer; a half goes away from zero. */
  round(): NumberExpr<V, N>;
  /** The greater of the two. */
  atLeast<O extends NumberOperand>(other: O): NumberExpr<V, N | NullOfOperand<O>>;
  /** The less of the two. */
  atMost<O extends NumberOperand>(other: O): NumberExpr<V, N | NullOfOperand<O>>;
  /** This, or the other where this is null. */
  orElse<O extends NumberOperand>(other: O): NumberExpr<V, NullOfOperand<O>>;
}

/** A text: `V` is its type, `N` is null when it can be null. */
export interface TextExpr<V, N> extends Expr<V | N>, Comparable<string> {
  /** With its ASCII letters in lower case. */
  lower(): TextExpr<string, N>;
  /** How many code points it has. */
  length(): NumberExpr<number, N>;
  /** Followed by another. */
  concat<O extends Operand<string>>(other: O): TextExpr<string, N | NullOfOperand<O>>;
  /** The code points from `start`, counted from 0, up to `end` where it is given. */
  slice(start: number, end?: number): TextExpr<string, N>;
  /** This, or the other where this is null. */
  orElse<O extends Operand<string>>(
    other: O,
  ): TextExpr<V | (O extends Expr<infer T> ? NonNullable<T> : O), NullOfOperand<O>>;
  /** SQL LIKE: the whole value, `%`, `_`, `\` escapes, ASCII letters in either case. */
  like(pattern: string): Test;
  /** Begins with, literally. */
  startsWith(text: Operand<string>): Test;
  /** Ends with, literally. */
  endsWith(text: Operand<string>): Test;
  /** Has in it, literally. */
  contains(text: Operand<string>): Test;
}

/** A day or a point in time, in UTC; `N` is null when it can be null. */
export interface DateExpr<N> extends Expr<Date | N> {
  /** The beginning of the year, month, week (Monday), day, hour or minute it lies in. */
  startOf(unit: "year" | "month" | "week" | "day" | "hour" | "minute" | "second"): DateExpr<N>;
  /** So many milliseconds later. */
  plus<O extends Operand<number>>(milliseconds: O): DateExpr<N | NullOfOperand<O>>;
  /** The milliseconds since another. */
  minus<O extends DateOperand>(other: O): NumberExpr<number, N | NullOfOperand<O>>;
  /** This, or the other where this is null. */
  orElse<O extends DateOperand>(other: O): DateExpr<NullOfOperand<O>>;
  /** At the same time; null equals null. */
  eq(other: DateOperand | null): Test;
  /** Not at the same time: the complement of `eq`. */
  ne(other: DateOperand | null): Test;
  /** One of these. */
  in(list: readonly (Date | string | number | null)[]): Test;
  /** Later. */
  gt(other: DateOperand): Test;
  /** Later, or at the same time. */
  gte(other: DateOperand): Test;
  /** Earlier. */
  lt(other: DateOperand): Test;
  /** Earlier, or at the same time. */
  lte(other: DateOperand): Test;
}

/** True or false; `N` is null when it can be null. As a condition it means "is true". */
export interface BooleanExpr<N> extends Expr<boolean | N>, Equatable<boolean> {
  /** True where both are. */
  and(other: Expr<boolean | null>): Test;
  /** True where one of them is. */
  or(other: Expr<boolean | null>): Test;
  /** True where this is false or null. */
  not(): Test;
  /** This, or the other where this is null. */
  orElse<O extends Operand<boolean>>(other: O): BooleanExpr<NullOfOperand<O>>;
}

/** Bytes; `N` is null when they can be null. */
export interface BytesExpr<N> extends Expr<Uint8Array | N>, Equatable<Uint8Array> {
  /** This, or the other where this is null. */
  orElse<O extends Operand<Uint8Array>>(other: O): BytesExpr<NullOfOperand<O>>;
}

/** A way into a JSON value: `"a.b"`, or a list of the names of members and the indexes into arrays. */
export type PlacePath = string | readonly (string | number)[];

/** A place inside a JSON value, which is compared with values of their own type only. */
export interface PlaceExpr {
  /** A place further in. */
  at(path: PlacePath): PlaceExpr;
  /** Equal by type and value; null where there is nothing. */
  eq(other: string | number | boolean | null): Test;
  /** Not equal: the complement of `eq`. */
  ne(other: string | number | boolean | null): Test;
  /** One of these. */
  in(list: readonly (string | number | boolean | null)[]): Test;
  /** Of the same type, and greater. */
  gt(other: string | number): Test;
  /** Of the same type, and greater or equal. */
  gte(other: string | number): Test;
  /** Of the same type, and less. */
  lt(other: string | number): Test;
  /** Of the same type, and less or equal. */
  lte(other: string | number): Test;
  /** Text that is SQL LIKE this. */
  like(pattern: string): Test;
  /** Text that begins with this. */
  startsWith(text: string): Test;
  /** Text that ends with this. */
  endsWith(text: string): Test;
  /** Text that has this in it. */
  contains(text: string): Test;
  /** An array that has an element equal to this by type and value. */
  has(element: string | number | boolean | null): Test;
}

/** A JSON value; `V` is its type, null included when it can be null. */
export interface JSONExpr<V> extends Expr<V> {
  /** A place inside. */
  at(path: PlacePath): PlaceExpr;
  /** An array that has an element equal to this by type and value. */
  has(element: string | number | boolean | null): Test;
  /** The same with a value at a place. Objects that are missing on the way are made; null counts as `{}`. */
  set(path: PlacePath, value: JSONValue): JSONExpr<NonNullable<V>>;
  /** This, or the other where this is null. */
  orElse(other: NonNullable<V>): JSONExpr<NonNullable<V>>;
  /** The same JSON value, members in any order; null equals null. */
  eq(other: V | null): Test;
  /** Not the same: the complement of `eq`. */
  ne(other: V | null): Test;
}

/** The expression of a column of type `T`. */
export type ExprOf<T> = ExprFor<NonNullable<T>, NullOf<T>>;

/** The expression of a column of type `V`, beside null when it takes that. */
export type ExprFor<V, N> = [V] extends [number | bigint] ? NumberExpr<V, N>
  : [V] extends [string] ? TextExpr<V, N>
  : [V] extends [Date] ? DateExpr<N>
  : [V] extends [boolean] ? BooleanExpr<N>
  : [V] extends [Uint8Array] ? BytesExpr<N>
  : JSONExpr<V | N>;

/** A row whose columns are expressions: what a function of the row is given. */
export type Exprs<Row> = { readonly [K in keyof Row]: ExprOf<Row[K]> };

/** A condition as a function of the row; a list of conditions must all hold. */
export type RowTest<Row> = (
  row: Exprs<Row>,
) => Expr<boolean | null> | readonly Expr<boolean | null>[];
