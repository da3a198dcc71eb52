import type { ExpressionCall, ExpressionType, JSONPath, OperatorName } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { Column, TYPES } from "../schema/column.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { Table } from "../schema/table.ts";
import { condition, consumed } from "./built_conditions.ts";
import { BoundPlaceholder } from "./operand.ts";
import { readSteps } from "./json_path.ts";
import { Placeholder } from "./placeholder.ts";

/** What an expression is made of. */
export type ExpressionNode =
  | { readonly op: "column"; readonly column: Column }
  | { readonly op: "place"; readonly column: Column; readonly path: JSONPath }
  | { readonly op: "value"; readonly value: unknown }
  | { readonly op: "call"; readonly call: ExpressionCall; readonly args: readonly Expression[] }
  | {
    readonly op: "test";
    readonly operator: OperatorName;
    readonly left: Expression;
    /** An expression, or a value that is not read yet. */
    readonly right: unknown;
  }
  | { readonly op: "and" | "or" | "not"; readonly items: readonly Expression[] };

/** The comparisons of two expressions, and the operators of a condition that mean the same. */
const COMPARISONS = { eq: "$eq", ne: "$ne", gt: "$gt", gte: "$gte", lt: "$lt", lte: "$lte" } as const;
const UNITS = ["year", "month", "week", "day", "hour", "minute", "second"] as const;

/**
 * Something computed from a row: what a function of the row works with. It has every function; those its type does not have throw.
 * It is an instance with a private member, which no JSON text can forge.
 */
export class Expression {
  /** What it gives; null for a place inside JSON, whose type is known with each row. */
  readonly #type: ExpressionType | null;
  readonly #table: Table;
  readonly #node: ExpressionNode;

  /** Made by the functions of the row. */
  constructor(table: Table, type: ExpressionType | null, node: ExpressionNode) {
    this.#table = table;
    this.#type = type;
    this.#node = node;
  }

  /** Whether a value is an expression. */
  static is(value: unknown): value is Expression {
    return typeof value === "object" && value !== null && #node in value;
  }

  /** What an expression is made of. */
  static node(expression: Expression): ExpressionNode {
    return expression.#node;
  }

  /** What an expression gives; null for a place inside JSON. */
  static type(expression: Expression): ExpressionType | null {
    return expression.#type;
  }

  /** The table whose rows it is computed from. */
  static table(expression: Expression): Table {
    return expression.#table;
  }

  plus(other: unknown): Expression {
    if (this.#type === "date" || this.#type === "datetime") {
      return this.#call("later", "datetime", [this, this.#number("plus", other, "integer")]);
    }
    return this.#arithmetic("plus", other);
  }

  minus(other: unknown): Expression {
    if (this.#type === "date" || this.#type === "datetime") {
      return this.#call("elapsed", "integer", [this, this.#same("minus", other)]);
    }
    return this.#arithmetic("minus", other);
  }

  times(other: unknown): Expression {
    return this.#arithmetic("times", other);
  }

  dividedBy(other: unknown): Expression {
    const left = this.#need("dividedBy", "integer", "real");
    const right = this.#number("dividedBy", other, left.#type as ExpressionType);
    right.#need("dividedBy", "integer", "real");
    return this.#call("dividedBy", "real", [left, right]);
  }

  round(): Expression {
    return this.#need("round", "integer", "bigint", "real").#type === "real"
      ? this.#call("round", "integer", [this])
      : this;
  }

  atLeast(other: unknown): Expression {
    return this.#arithmetic("atLeast", other);
  }

  atMost(other: unknown): Expression {
    return this.#arithmetic("atMost", other);
  }

  orElse(other: unknown): Expression {
    if (this.#isNumber) return this.#arithmetic("orElse", other);
    const right = this.#same("orElse", other);
    const type = this.#type === "date" && right.#type === "datetime" ? "datetime" : this.#type;
    return this.#call("orElse", type as ExpressionType, [this, right]);
  }

  lower(): Expression {
    return this.#call("lower", "text", [this.#need("lower", "text")]);
  }

  length(): Expression {
    return this.#call("length", "integer", [this.#need("length", "text")]);
  }

  concat(other: unknown): Expression {
    return this.#call("concat", "text", [this.#need("concat", "text"), this.#same("concat", other)]);
  }

  slice(start: unknown, end?: unknown): Expression {
    this.#need("slice", "text");
    const index = (value: unknown): Expression => {
      if (!Number.isSafeInteger(value) || (value as number) < 0) {
        return this.#refuse(
          "slice",
          `needs indexes, which are whole numbers from 0, not ${describeValue(value)}`,
        );
      }
      return this.#value("integer", value);
    };
    return this.#call("slice", "text", [this, index(start), ...(end === undefined ? [] : [index(end)])]);
  }

  startOf(unit: unknown): Expression {
    const known = UNITS.find((each) => each === unit);
    if (known === undefined) {
      return this.#refuse("startOf", `needs one of ${UNITS.join(", ")}, not ${describeValue(unit)}`);
    }
    const call = `startOf${known[0]?.toUpperCase()}${known.slice(1)}` as ExpressionCall;
    const { type } = this.#typed(this.#need("startOf", "date", "datetime"));
    return this.#call(call, type, [this]);
  }

  at(path: unknown): Expression {
    const node = this.#node;
    if ((node.op !== "column" && node.op !== "place") || (this.#type !== "json" && this.#type !== null)) {
      return this.#refuse("at", "needs a JSON column");
    }
    const steps = readSteps(node.column, path);
    return new Expression(this.#table, null, {
      op: "place",
      column: node.column,
      path: node.op === "place" ? [...node.path, ...steps] : steps,
    });
  }

  set(path: unknown, value: unknown): Expression {
    this.#need("set", "json");
    const column = this.#columnOf("set");
    const steps = readSteps(column, path);
    if (steps.length === 0) {
      return this.#refuse("set", "needs a path to a place inside; give the column itself the value");
    }
    const place = new Expression(this.#table, "json", { op: "value", value: steps });
    return this.#call("set", "json", [this, place, this.#value("json", value)]);
  }

  has(element: unknown): Expression {
    if (this.#type !== null && this.#type !== "json") return this.#refuse("has", "needs a JSON value");
    return this.#operator("$has", element);
  }

  eq(other: unknown): Expression {
    return this.#compare("eq", other);
  }

  ne(other: unknown): Expression {
    return this.#compare("ne", other);
  }

  gt(other: unknown): Expression {
    return this.#compare("gt", other);
  }

  gte(other: unknown): Expression {
    return this.#compare("gte", other);
  }

  lt(other: unknown): Expression {
    return this.#compare("lt", other);
  }

  lte(other: unknown): Expression {
    return this.#compare("lte", other);
  }

  in(list: unknown): Expression {
    return this.#operator("$in", list);
  }

  like(pattern: unknown): Expression {
    return this.#match("like", pattern);
  }

  startsWith(text: unknown): Expression {
    return this.#match("startsWith", text);
  }

  endsWith(text: unknown): Expression {
    return this.#match("endsWith", text);
  }

  contains(text: unknown): Expression {
    return this.#match("contains", text);
  }

  and(other: unknown): Expression {
    return this.#logic("and", other);
  }

  or(other: unknown): Expression {
    return this.#logic("or", other);
  }

  not(): Expression {
    return this.#condition({ op: "not", items: [this.#need("not", "boolean")] });
  }

  get #isNumber(): boolean {
    return this.#type === "integer" || this.#type === "bigint" || this.#type === "real";
  }

  #arithmetic(
    call: "plus" | "minus" | "times" | "atLeast" | "atMost" | "orElse",
    other: unknown,
  ): Expression {
    const { type: left } = this.#typed(this.#need(call, "integer", "bigint", "real"));
    const operand = this.#number(call, other, left);
    const { type: right } = this.#typed(operand);
    if (
      left !== right && (left === "real" || right === "real") && (left === "bigint" || right === "bigint")
    ) {
      return this.#refuse(call, "cannot join a 64-bit integer and a fraction: one of them would be rounded");
    }
    const type = left === "real" || right === "real"
      ? "real"
      : left === "bigint" || right === "bigint"
      ? "bigint"
      : "integer";
    return this.#call(call, type, [this, operand]);
  }

  #compare(call: keyof typeof COMPARISONS, other: unknown): Expression {
    if (!Expression.is(other)) return this.#operator(COMPARISONS[call], other);
    const right = this.#isNumber ? this.#number(call, other, "real") : this.#same(call, other);
    if (call !== "eq" && call !== "ne") {
      this.#need(call, "integer", "bigint", "real", "text", "date", "datetime");
    }
    return this.#operator(COMPARISONS[call], right);
  }

  #match(call: "like" | "startsWith" | "endsWith" | "contains", other: unknown): Expression {
    if (this.#type !== null) this.#need(call, "text");
    if (!Expression.is(other)) return this.#operator(`$${call}`, other);
    if (call === "like") return this.#refuse(call, "needs a pattern that is the same for every row");
    if (this.#type === null) {
      return this.#refuse(call, "compares a place inside JSON with a text that is given");
    }
    return this.#operator(`$${call}`, this.#same(call, other));
  }

  #operator(operator: OperatorName, right: unknown): Expression {
    return this.#condition({ op: "test", operator, left: this, right });
  }

  #logic(op: "and" | "or", other: unknown): Expression {
    this.#need(op, "boolean");
    if (!Expression.is(other)) return this.#refuse(op, `needs a condition, not ${describeValue(other)}`);
    this.#sameTable(op, other).#need(op, "boolean");
    return this.#condition({ op, items: [this, other] });
  }

  #condition(node: ExpressionNode): Expression {
    const made = new Expression(this.#table, "boolean", node);
    for (const operand of operandsOf(node)) consumed(operand);
    condition(made);
    return made;
  }

  #call(call: ExpressionCall, type: ExpressionType, args: readonly Expression[]): Expression {
    for (const operand of args) consumed(operand);
    return new Expression(this.#table, type, { op: "call", call, args });
  }

  /** An operand of arithmetic: an integer stands beside fractions as one. */
  #number(call: string, other: unknown, beside: ExpressionType): Expression {
    if (Expression.is(other)) return this.#sameTable(call, other).#need(call, "integer", "bigint", "real");
    if (other instanceof Placeholder) return this.#value(beside, other);
    if (typeof other === "bigint") return this.#value("bigint", other);
    return this.#value(Number.isSafeInteger(other) && beside !== "real" ? "integer" : "real", other);
  }

  /**
   * A value that stands beside a computed one.
   *
   * @internal
   */
  static beside(left: Expression, call: string, other: unknown): Expression {
    return left.#isNumber ? left.#number(call, other, left.#type as ExpressionType) : left.#same(call, other);
  }

  /** An operand of this expression's own type. */
  #same(call: string, other: unknown): Expression {
    const type = this.#type;
    if (type === null) return this.#refuse(call, "compares a place inside JSON with a value that is given");
    if (!Expression.is(other)) return this.#value(type === "date" ? dateType(other) : type, other);
    this.#sameTable(call, other);
    const dates = (each: ExpressionType | null): boolean => each === "date" || each === "datetime";
    if (other.#type === type || (dates(type) && dates(other.#type))) return other;
    return this.#refuse(
      call,
      `joins ${type} and ${other.#type ?? "a place inside JSON"}, which are no values of one kind`,
    );
  }

  #value(type: ExpressionType, value: unknown): Expression {
    const column = unnamedColumn(this.#table, type);
    const accept = (given: unknown): unknown => {
      if (given === undefined || given === null) {
        return column.refuse(given, "a value is needed; `orElse` says what stands for null");
      }
      return column.accept(given);
    };
    return new Expression(this.#table, type, {
      op: "value",
      value: value instanceof Placeholder
        ? new BoundPlaceholder(Placeholder.place(value), accept)
        : accept(value),
    });
  }

  #need(call: string, ...types: readonly ExpressionType[]): this {
    if (this.#type === null || !types.includes(this.#type)) {
      const given = this.#type ?? "a place inside JSON";
      return this.#refuse(call, `needs ${types.join(" or ")}, not ${given}`);
    }
    return this;
  }

  #typed(expression: Expression): { readonly type: ExpressionType } {
    return { type: expression.#type as ExpressionType };
  }

  #sameTable(call: string, other: Expression): Expression {
    if (other.#table !== this.#table) {
      return this.#refuse(call, `joins rows of \`${this.#table.name}\` and of \`${other.#table.name}\``);
    }
    return other;
  }

  #columnOf(call: string): Column {
    const node = this.#node;
    if (node.op === "column") return node.column;
    if (node.op === "call" && node.args[0] !== undefined) return node.args[0].#columnOf(call);
    return this.#refuse(call, "needs a JSON column");
  }

  #refuse(call: string, reason: string): never {
    return refuseExpression(this.#table, `\`${call}\` ${reason}`);
  }
}

/** A column that stands for what is computed: it checks values as a column of the type does, and is no column of the table. */
export function computedColumn(
  table: Pick<Table, "name" | "time">,
  type: ExpressionType,
  name: string = "(computed)",
): Column {
  return new Column(
    table.name,
    name,
    -1,
    {
      type: TYPES[type],
      ...(type === "bigint" ? { bigint: true } : null),
    } as Column["definition"],
    table.time,
  );
}

const unnamed: WeakMap<Table, Map<ExpressionType, Column>> = new WeakMap();

/** The same without a name of its own, made once for each type: each value of an expression is checked by it. */
function unnamedColumn(table: Table, type: ExpressionType): Column {
  let columns = unnamed.get(table);
  if (columns === undefined) unnamed.set(table, columns = new Map());
  let column = columns.get(type);
  if (column === undefined) columns.set(type, column = computedColumn(table, type));
  return column;
}

/** A value beside a DATE: a day, or any point in time. */
function dateType(value: unknown): ExpressionType {
  if (typeof value === "string") return value.length === 10 ? "date" : "datetime";
  return "datetime";
}

/** The expressions a node is made of. */
export function operandsOf(node: ExpressionNode): readonly Expression[] {
  switch (node.op) {
    case "call":
      return node.args;
    case "test":
      return Expression.is(node.right) ? [node.left, node.right] : [node.left];
    case "and":
    case "or":
    case "not":
      return node.items;
    default:
      return [];
  }
}

/** Throws the error for an expression that makes no sense. */
export function refuseExpression(table: Table, reason: string): never {
  throw new ValidationError(`Cannot read an expression on \`${table.name}\`: ${reason}`, {
    code: "INVALID_EXPRESSION",
    table: table.name,
  });
}
