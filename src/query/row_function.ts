import type { Predicate } from "../contract/mod.ts";
import { isPromise } from "../chain/chain.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { Column } from "../schema/column.ts";
import type { Table } from "../schema/table.ts";
import { usesAll } from "./built_conditions.ts";
import { Expression, type ExpressionNode, refuseExpression } from "./expression.ts";

const rows = new WeakMap<Table, object>();

/** The row that functions of a table's row are given: an expression for each column. Other names throw `UNKNOWN_COLUMN`. */
export function rowOf(table: Table): object {
  let row = rows.get(table);
  if (row === undefined) rows.set(table, row = makeRow(table));
  return row;
}

/** The same of a row that is known: its values stand where those of a stored row's columns do. What has none is null. */
export function givenRow(table: Table, row: Readonly<Record<string, unknown>>): object {
  return makeRow(table, (column) => ({ op: "value", value: row[column.name] ?? null }));
}

/**
 * Runs a function of the row which gives a value.
 *
 * @throws {ValidationError} When it gives no expression, or builds a condition that is no part of it (`INVALID_EXPRESSION`).
 */
export function readRowValue(table: Table, given: unknown, ...rows: readonly object[]): Expression {
  const work = given as (...rows: readonly object[]) => unknown;
  let result: unknown;
  const whole = usesAll(() => {
    result = work(...(rows.length === 0 ? [rowOf(table)] : rows));
    return Expression.is(result) ? [result] : [];
  });
  if (!Expression.is(result)) {
    return refuseExpression(
      table,
      `${notExpression(result)}; a value that is the same for every row is given as it is`,
    );
  }
  return checked(table, whole, result);
}

/**
 * Runs a function of the row which gives a condition, or a list of conditions that must all hold.
 *
 * @throws {ValidationError} When it gives anything else, or builds a condition that is no part of its result.
 */
export function readRowConditions(table: Table, given: unknown): readonly Expression[] {
  const work = given as (row: object) => unknown;
  let result: unknown;
  const whole = usesAll(() => {
    result = work(rowOf(table));
    return Array.isArray(result) ? result : Expression.is(result) ? [result] : [];
  });
  const conditions = Array.isArray(result) ? Array.from(result as unknown[]) : [result];
  for (const each of conditions) {
    if (!Expression.is(each)) return refuseExpression(table, `${notExpression(each)}; a condition is needed`);
    if (Expression.type(each) !== "boolean") {
      return refuseExpression(
        table,
        `a function gave ${
          Expression.type(each) ?? "a place inside JSON"
        } where a condition is needed; compare it with something`,
      );
    }
  }
  return checked(table, whole, conditions as Expression[]);
}

function checked<T extends Expression | readonly Expression[]>(table: Table, whole: boolean, result: T): T {
  if (!whole) {
    return refuseExpression(
      table,
      "a function built a condition that is no part of its result; `&&` and `||` keep only one side: return a list, or use `.and` and `.or`",
    );
  }
  for (const each of Array.isArray(result) ? result as readonly Expression[] : [result as Expression]) {
    if (Expression.table(each) !== table) {
      return refuseExpression(
        table,
        `a function gave an expression on rows of \`${Expression.table(each).name}\``,
      );
    }
  }
  return result;
}

function notExpression(result: unknown): string {
  if (isPromise(result)) {
    Promise.resolve(result).catch(() => undefined);
    return "a function of the row gave a Promise, and is not asked again when it is fulfilled";
  }
  return `a function of the row gave ${describeValue(result)}, which is no expression`;
}

function makeRow(
  table: Table,
  nodeOf: (column: Column) => ExpressionNode = (column) => ({ op: "column", column }),
): object {
  const unknown = new Proxy(Object.freeze(Object.create(null)) as object, {
    get(_, name) {
      if (typeof name === "symbol" || name === "then" || name === "toJSON") return undefined;
      return table.column(name);
    },
  });
  const row = Object.create(unknown) as Record<string, Expression>;
  for (const column of table.columns) {
    Object.defineProperty(row, column.name, {
      value: new Expression(table, column.kind, nodeOf(column)),
      enumerable: true,
    });
  }
  return Object.freeze(row);
}

/** Throws the error for a predicate that looks at what is computed, where only stored values can be looked at. */
export function refuseComputed(predicate: Predicate | null, refuse: (reason: string) => never): void {
  if (predicate === null) return;
  if (predicate.kind === "test") refuse("a condition on computed values cannot stand here");
  if (predicate.kind === "not") refuseComputed(predicate.item, refuse);
  else if (predicate.kind === "and" || predicate.kind === "or") {
    for (const item of predicate.items) refuseComputed(item, refuse);
  }
}
