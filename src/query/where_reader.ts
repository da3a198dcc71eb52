import type {
  ExpressionPlan,
  ExpressionType,
  OperatorName,
  Predicate,
  ScalarType,
  TestPredicate,
} from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import { countTerms, joinAlternatives } from "./alternatives.ts";
import { ByValue } from "./by_value.ts";
import { ComputedCondition, moveSlots } from "./computed_condition.ts";
import { DeferredList, ListSlot } from "./deferred_list.ts";
import { readJSONPath } from "./json_path.ts";
import { MadeCondition, MadeOperation, type MadeOperator } from "./operation.ts";
import { Placeholder } from "./placeholder.ts";
import {
  acceptElement,
  acceptListItem,
  acceptOperand,
  acceptPattern,
  besideDay,
  BoundPlaceholder,
  inside,
  nameOfTarget as name,
  type Target,
  TESTS,
} from "./operand.ts";
import { computedColumn, Expression } from "./expression.ts";
import { readRelated } from "./related.ts";
import { type ExpressionSink, readExpression } from "./expression_reader.ts";
import { readRowConditions } from "./row_function.ts";

/** How deep conditions may nest. */
const MAX_DEPTH = 100;

/** A condition that has been read: its predicate, and the values of its slots. */
export interface ReadWhere {
  /** What it means; null when it restricts nothing. */
  readonly predicate: Predicate | null;
  /** The values. */
  readonly params: unknown[];
  /** What is known of it when it is a most frequent one, else null. */
  readonly value: ByValue | null;
}

/** What `{}` means. */
const EVERYTHING: Predicate = Object.freeze({ kind: "and", items: Object.freeze([]) as readonly [] });

/**
 * Reads a condition: the only place where the syntax of `where` is known. Everything is checked, nothing is dropped.
 *
 * @param strict Refuse operators and logic that are plain objects: only those made by the exported functions count.
 * @param given Where the values go; earlier values keep their slots.
 * @throws {ValidationError} On an unknown column or operator, `undefined`, or an operand that does not fit.
 */
export function readWhere(table: Table, where: unknown, strict: boolean, given?: unknown[]): ReadWhere {
  if (given === undefined && typeof where === "object" && where !== null) {
    const value = ByValue.of(table, where);
    if (value !== null) return { predicate: value.predicate, params: value.params(where), value };
  }
  const params = given ?? [];
  const reader = new WhereReader(table, strict, params);
  const predicate = reader.condition(where, 0);
  reader.checkTerms(predicate);
  return { predicate: predicate === EVERYTHING ? null : predicate, params, value: null };
}

/** Where the expressions of a table's row are read into. */
export function sinkOf(table: Table, params: unknown[]): ExpressionSink {
  return new WhereReader(table, false, params);
}

class WhereReader implements ExpressionSink {
  readonly #table: Table;
  readonly #strict: boolean;
  readonly #params: unknown[];
  /** How many comparisons were read, those included that were joined into one. */
  #terms = 0;

  constructor(table: Table, strict: boolean, params: unknown[]) {
    this.#table = table;
    this.#strict = strict;
    this.#params = params;
  }

  /** Refuses a condition of more comparisons than a store should be asked to plan. */
  checkTerms(predicate: Predicate): void {
    const { terms } = this.#table.rules;
    const found = this.#terms > terms ? countTerms(predicate) : 0;
    if (found <= terms) return;
    throw new ValidationError(
      `Cannot read the where of \`${this.#table.name}\`: it has ${found} comparisons, and at most ${terms} are taken; use \`$in\` ` +
        "with a list, or `$or` of equalities of the same columns, which count once (or the ORM's `limits.terms`)",
      { code: "TOO_MANY_TERMS", table: this.#table.name },
    );
  }

  condition(where: unknown, depth: number): Predicate {
    if (typeof where === "function" && depth <= MAX_DEPTH) return this.#function(where, depth);
    if (typeof where !== "object" || where === null || depth > MAX_DEPTH) {
      return this.#refuse(
        depth > MAX_DEPTH
          ? `conditions nest deeper than ${MAX_DEPTH} levels`
          : `a condition is an object or a function of the row, not ${describeValue(where)}`,
      );
    }
    const joined = MadeCondition.read(where);
    if (joined !== null) return this.#joined(joined[0], joined[1], depth);
    if (!isPlain(where)) {
      const foreign = where instanceof Placeholder ? null : MadeCondition.readForeign(where);
      if (foreign !== null) return this.#joined(foreign[0], foreign[1], depth);
      return this.#refuse(`a condition is a plain object, not ${describeValue(where)}`);
    }
    const keys = Object.keys(where);
    if (keys.length === 1) {
      return this.#entry(keys[0] as string, (where as Record<string, unknown>)[keys[0] as string], depth);
    }
    if (keys.length === 0) return EVERYTHING;
    const items = keys.map((key) => this.#entry(key, (where as Record<string, unknown>)[key], depth));
    return { kind: "and", items };
  }

  #entry(key: string, value: unknown, depth: number): Predicate {
    const column = this.#table.get(key);
    if (column !== undefined) return this.#comparison({ column, path: null }, value, depth);
    if (key === "$and" || key === "$or" || key === "$not") {
      if (this.#strict) this.#refuse(`\`${key}\` in a plain object is refused here; use ${key.slice(1)}(…)`);
      if (key === "$not") return this.#joined("not", [value], depth);
      if (!Array.isArray(value)) return this.#refuse(`\`${key}\` needs an array of conditions`);
      return this.#joined(key === "$and" ? "and" : "or", value, depth);
    }
    if (key === "$test" && ComputedCondition.is(value)) {
      return moveSlots(value.predicate, (slot) => this.push(value.params[slot]));
    }
    const dot = key.indexOf(".");
    if (dot > 0) {
      const owner = this.#owner(key, dot);
      return this.#comparison({ column: owner, path: readJSONPath(owner, key) }, value, depth);
    }
    if (key.startsWith("$")) {
      return this.#refuse(`${JSON.stringify(key.slice(0, 40))} is no operator that joins conditions`);
    }
    return this.#related(key, value, depth);
  }

  #related(key: string, value: unknown, depth: number): Predicate {
    return readRelated(this.#table, key, value, {
      strict: this.#strict,
      params: this.#params,
      read: (table, where) => {
        const reader = new WhereReader(table, this.#strict, this.#params);
        const predicate = reader.condition(where, depth + 1);
        this.#terms += reader.#terms + 1;
        return predicate;
      },
      refuse: (reason) => this.#refuse(reason),
    });
  }

  /** The column that a path begins with. The store's name of one may have dots. */
  #owner(key: string, dot: number): Column {
    for (let end = key.indexOf(".", dot + 1); end !== -1; end = key.indexOf(".", end + 1)) {
      const column = this.#table.get(key.slice(0, end));
      if (column !== undefined) return column;
    }
    return this.#table.column(key.slice(0, dot));
  }

  #joined(kind: "and" | "or" | "not", conditions: readonly unknown[], depth: number): Predicate {
    const items: Predicate[] = [];
    const from = this.#params.length;
    // By index, so that a hole in the array is seen as undefined and refused.
    for (let i = 0; i < conditions.length; i++) {
      items.push(this.condition(conditions[i], depth + 1));
    }
    return this.#logic(kind, items, from);
  }

  #logic(kind: "and" | "or" | "not", items: readonly Predicate[], from: number): Predicate {
    if (kind === "not") return { kind, item: items[0] as Predicate };
    if (kind === "and") return { kind, items };
    const joined = joinAlternatives(this.#table, items, this.#params, from);
    return joined !== items && joined.length === 1 ? joined[0] as Predicate : { kind, items: joined };
  }

  #function(where: unknown, depth: number): Predicate {
    const conditions = readRowConditions(this.#table, where);
    if (conditions.length === 1) return this.#expression(conditions[0] as Expression, depth);
    const items = conditions.map((each) => this.#expression(each, depth));
    return { kind: "and", items };
  }

  /** Reads an expression that is a condition. What compares a column with a value is read as an object would be. */
  #expression(expression: Expression, depth: number): Predicate {
    if (depth > MAX_DEPTH) return this.#refuse(`conditions nest deeper than ${MAX_DEPTH} levels`);
    const node = Expression.node(expression);
    switch (node.op) {
      case "and":
      case "or":
      case "not": {
        const from = this.#params.length;
        return this.#logic(node.op, node.items.map((each) => this.#expression(each, depth + 1)), from);
      }
      case "column":
        return this.#operator({ column: node.column, path: null }, "$eq", true);
      case "test": {
        const left = Expression.node(node.left);
        const stored = left.op === "column" || left.op === "place";
        if (!stored || Expression.is(node.right)) return this.#computed(node.left, node.operator, node.right);
        const path = left.op === "place" && left.path.length > 0 ? left.path : null;
        return this.#operator({ column: left.column, path }, node.operator, node.right);
      }
      default:
        return this.#computed(expression, "$eq", true);
    }
  }

  /** Reads an expression that is a condition and stands where a value does. */
  test(expression: Expression): Predicate {
    return this.#expression(expression, 0);
  }

  #computed(left: Expression, operator: OperatorName, right: unknown): Predicate {
    this.#terms++;
    if (operator === "$ne") {
      const item = this.#computed(left, "$eq", right);
      return { kind: "not", item };
    }
    const test = TESTS[operator];
    if (test === undefined) return this.#refuse(`${operator} needs a column or a place inside JSON`);
    if (right === undefined) return this.#refuse("an expression is compared with undefined");
    const plan = readExpression(this.#table, left, this);
    const [value, withNull] = this.#operand(left, test, right);
    return { kind: "test", operator: test, left: plan, right: value, withNull };
  }

  /** Reads what a computed value is compared with. */
  #operand(left: Expression, test: TestPredicate["operator"], right: unknown): [ExpressionPlan, boolean] {
    const type = Expression.type(left) as ExpressionType;
    const write = (value: unknown, of: ExpressionType): ExpressionPlan => {
      return { kind: "value", slot: this.push(value), type: of };
    };
    if (Expression.is(right)) return [readExpression(this.#table, right, this), false];
    if (test === "in") {
      if (!Array.isArray(right)) return this.#refuse(`a list needs an array, not ${describeValue(right)}`);
      const list = Array.from(right as unknown[]);
      const values = list.filter((each) => each !== null).map((each) => {
        const item = Expression.beside(left, "in", each);
        const node = Expression.node(item);
        if (node.op !== "value" || node.value instanceof BoundPlaceholder || Expression.type(item) !== type) {
          return this.#refuse(`a list for ${type} got ${describeValue(each)}`);
        }
        return node.value;
      });
      return [write(values, type), values.length < list.length];
    }
    if (right === null && test === "eq") return [write(null, type), false];
    if (test === "like") {
      return [
        write(
          acceptPattern(
            { column: computedColumn(this.#table, "text"), path: null },
            "like",
            right,
            this.#table.rules.pattern,
          ),
          "text",
        ),
        false,
      ];
    }
    return [readExpression(this.#table, Expression.beside(left, test, right), this), false];
  }

  #comparison(target: Target, value: unknown, depth: number): Predicate {
    if (typeof value !== "object" || value === null) return this.#operator(target, "$eq", value);
    const operation = MadeOperation.read(value);
    if (operation !== null) return this.#operation(target, operation[0], operation[1]);
    if (value instanceof Placeholder) return this.#operator(target, "$eq", value);
    if (!isPlain(value) || Array.isArray(value)) {
      const foreign = MadeOperation.readForeign(value);
      return foreign === null
        ? this.#operator(target, "$eq", value)
        : this.#operation(target, foreign[0], foreign[1]);
    }
    const keys = Object.keys(value);
    const whole = target.column.kind === "json" && target.path === null;
    if (whole && !keys.some((key) => key.startsWith("$"))) return this.#operator(target, "$eq", value);
    if (this.#strict) {
      return this.#refuse(
        `${name(target)} got a plain object; here operators are made by functions, such as gt(18)`,
      );
    }
    if (keys.length === 0) return this.#refuse(`${name(target)} got an empty object, which is no operator`);
    return this.#operators(target, value as Record<string, unknown>, keys, depth);
  }

  #operators(
    target: Target,
    value: Record<string, unknown>,
    keys: readonly string[],
    depth: number,
  ): Predicate {
    if (depth > MAX_DEPTH) return this.#refuse(`conditions nest deeper than ${MAX_DEPTH} levels`);
    const one = (key: string): Predicate => {
      if (key !== "$not") {
        return this.#operator(target, key === "$nin" ? "$notIn" : key as OperatorName, value[key]);
      }
      const item = this.#comparison(target, value[key], depth + 1);
      return { kind: "not", item };
    };
    if (keys.length === 1) return one(keys[0] as string);
    const items = keys.map(one);
    return { kind: "and", items };
  }

  #operation(target: Target, operator: MadeOperator, operand: unknown): Predicate {
    if (operator !== "value") return this.#operator(target, operator as OperatorName, operand);
    const json = target.column.kind === "json" && target.path === null;
    if (typeof operand === "object" && operand !== null && !json && isPlain(operand)) {
      return this.#refuse(`${name(target)} got ${describeValue(operand)} where value(…) needs a scalar`);
    }
    return this.#operator(target, "$eq", operand);
  }

  #operator(target: Target, asked: OperatorName, given: unknown): Predicate {
    const [operator, operand] = besideDay(target, asked, given);
    this.#terms++;
    if (operand === undefined) {
      return this.#refuse(`${name(target)} got undefined; leave the key out, or use null to find nulls`);
    }
    switch (operator) {
      case "$eq":
        return this.#equal(target, operand);
      case "$ne":
        return { kind: "not", item: this.#equal(target, operand) };
      case "$gt":
        return this.#compare(target, ">", operand);
      case "$gte":
        return this.#compare(target, ">=", operand);
      case "$lt":
        return this.#compare(target, "<", operand);
      case "$lte":
        return this.#compare(target, "<=", operand);
      case "$in":
        return this.#in(target, operand);
      case "$notIn": {
        const item = this.#in(target, operand);
        return { kind: "not", item };
      }
      case "$between":
        return this.#between(target, operand);
      case "$like":
      case "$startsWith":
      case "$endsWith":
      case "$contains":
        return this.#text(
          target,
          operator.slice(1) as "like" | "startsWith" | "endsWith" | "contains",
          operand,
        );
      case "$has":
        return this.#has(target, operand);
      default:
        return this.#refuse(
          `${name(target)} got unknown operator ${JSON.stringify(String(operator).slice(0, 40))}`,
        );
    }
  }

  #equal(target: Target, operand: unknown): Predicate {
    const column = target.column.name;
    if (operand === null) {
      const path = this.#path(target);
      return inside(target, { kind: "null", column, path });
    }
    const path = this.#path(target);
    const value = acceptOperand(target, operand, false);
    const type = this.#type(target, value);
    return inside(target, { kind: "equal", column, path, slot: this.push(value), type });
  }

  #compare(target: Target, operator: ">" | ">=" | "<" | "<=", operand: unknown): Predicate {
    const path = this.#path(target);
    const value = acceptOperand(target, operand, true);
    const type = this.#type(target, value);
    const slot = this.push(value);
    return inside(target, { kind: "compare", column: target.column.name, path, operator, slot, type });
  }

  #between(target: Target, operand: unknown): Predicate {
    if (!Array.isArray(operand) || operand.length !== 2) {
      return this.#refuse(`${name(target)}: \`$between\` needs [low, high]`);
    }
    const path = this.#path(target);
    const low = acceptOperand(target, operand[0], true);
    const high = acceptOperand(target, operand[1], true);
    const given = low instanceof BoundPlaceholder || high instanceof BoundPlaceholder;
    const type = given ? null : this.#type(target, low);
    if (!given && type !== this.#type(target, high)) {
      return this.#refuse(`${name(target)}: \`$between\` needs two values of one type`);
    }
    return inside(target, {
      kind: "between",
      column: target.column.name,
      path,
      low: this.push(low),
      high: this.push(high),
      type,
    });
  }

  #in(target: Target, operand: unknown): Predicate {
    const path = this.#path(target);
    if (operand instanceof Placeholder) {
      const slot = this.push(
        new BoundPlaceholder(
          Placeholder.place(operand),
          (value) => this.#list(target, value, [false]),
          "list",
        ),
      );
      return inside(target, { kind: "in", column: target.column.name, path, slot, withNull: false });
    }
    const deferred = DeferredList.of(operand);
    if (deferred !== null) return this.#deferred(target, deferred);
    const sawNull: [boolean] = [false];
    const slot = this.push(this.#list(target, operand, sawNull));
    return inside(target, { kind: "in", column: target.column.name, path, slot, withNull: sawNull[0] });
  }

  #deferred(target: Target, list: DeferredList): Predicate {
    const { column, path } = target;
    if (path !== null || column.kind === "json") {
      return this.#refuse(`${name(target)} is inside JSON, where no list of another search can stand`);
    }
    const refusal = DeferredList.refusal(list, column.name, column.kind);
    if (refusal !== null) return this.#refuse(refusal);
    const slot = this.push(new ListSlot(list, (value) => acceptListItem(target, value)));
    return { kind: "in", column: column.name, path: null, slot, withNull: false, deferred: true };
  }

  /** Checks a list; null is left out of the result and remembered in `sawNull`. */
  #list(target: Target, operand: unknown, sawNull: [boolean]): unknown[] {
    if (!Array.isArray(operand)) {
      return this.#refuse(`${name(target)}: a list needs an array, not ${target.column.show(operand)}`);
    }
    const list: unknown[] = [];
    for (let i = 0; i < operand.length; i++) {
      if (operand[i] === undefined) this.#refuse(`${name(target)} got undefined at index ${i} of a list`);
      if (operand[i] === null) sawNull[0] = true;
      else list.push(acceptListItem(target, operand[i]));
    }
    return list;
  }

  #text(
    target: Target,
    operator: "like" | "startsWith" | "endsWith" | "contains",
    operand: unknown,
  ): Predicate {
    const path = this.#path(target);
    const slot = this.push(acceptPattern(target, operator, operand, this.#table.rules.pattern));
    return inside(target, { kind: "text", column: target.column.name, path, operator, slot });
  }

  #has(target: Target, operand: unknown): Predicate {
    const path = this.#path(target);
    const slot = this.push(acceptElement(target, operand));
    return inside(target, { kind: "has", column: target.column.name, path, slot });
  }

  /** The slot of the path. */
  #path(target: Target): number | null {
    if (target.path === null) return null;
    return this.push(target.path);
  }

  /** The type that values at a place inside JSON must have; null when it is known only with the parameters. */
  #type(target: Target, value: unknown): ScalarType | null {
    return target.path === null || value instanceof BoundPlaceholder ? null : typeof value as ScalarType;
  }

  /** Adds a value. @returns Its slot. */
  push(value: unknown): number {
    return this.#params.push(value) - 1;
  }

  #refuse(reason: string): never {
    throw new ValidationError(`Cannot read the where of \`${this.#table.name}\`: ${reason}`, {
      code: "INVALID_WHERE",
      table: this.#table.name,
    });
  }
}
