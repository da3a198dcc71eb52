import type {
  CallExpression,
  ExpressionCall,
  ExpressionPlan,
  ExpressionType,
  TestPredicate,
} from "../contract/mod.ts";
import { type PredicateScope, predicateSQL } from "./predicate_sql.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { NoValueSQL, SqlExpressions } from "./sql_dialect.ts";

/** The calls that are written together, and looked at once whether they came to a value. */
const EXACT: ReadonlySet<ExpressionCall> = new Set(["plus", "minus", "times"]);
/** The calls that may have no value. */
const MAY_FAIL: ReadonlySet<ExpressionCall> = new Set([
  ...EXACT,
  "dividedBy",
  "round",
  "later",
  "startOfWeek",
  "set",
]);
const SIGNS: Readonly<Partial<Record<ExpressionCall, string>>> = { plus: "+", minus: "-", times: "*" };
const COMPARISONS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** Writes an expression. */
export function expressionSQL(scope: PredicateScope, plan: ExpressionPlan, none: NoValueSQL): string {
  switch (plan.kind) {
    case "column":
      return scope.column(plan.column).value;
    case "value":
      return scope.values.value(plan.slot, scope.encoding(plan.type).one);
    case "condition":
      return expressionsOf(scope).truth(predicateSQL(scope, plan.predicate));
    case "call":
      return EXACT.has(plan.call) ? exact(scope, plan, none) : call(scope, plan, none);
  }
}

/**
 * Writes what a column is set to. A database computes of an expression what it needs, so that an error deep inside would come
 * or not by its version: the parts that may have no value are asked first.
 */
export function valueSQL(scope: PredicateScope, plan: ExpressionPlan, column: SqlColumn): string {
  const time = column.kind === "datetime";
  const sql = column.store(time ? asTime(scope, plan, "error") : expressionSQL(scope, plan, "error"));
  return orFail(scope, plan, sql);
}

/** Writes what a search or a grouping computes, of which each part has to have a value, as what a column is set to. */
export function computedSQL(scope: PredicateScope, plan: ExpressionPlan): string {
  return orFail(scope, plan, expressionSQL(scope, plan, "error"));
}

function orFail(scope: PredicateScope, plan: ExpressionPlan, sql: string): string {
  const flags: string[] = [];
  for (const part of partsOf(plan)) collectFlags(scope, part, flags);
  return flags.length === 0 ? sql : expressionsOf(scope).orFail(flags, sql);
}

function collectFlags(scope: PredicateScope, plan: ExpressionPlan, flags: string[]): void {
  if (plan.kind === "call" && MAY_FAIL.has(plan.call)) flags.push(expressionSQL(scope, plan, "flag"));
  for (const part of partsOf(plan)) collectFlags(scope, part, flags);
}

/** The expressions that one is computed of; what is written together with it is a part of it. */
function partsOf(plan: ExpressionPlan): readonly ExpressionPlan[] {
  if (plan.kind !== "call") return [];
  if (!EXACT.has(plan.call)) return plan.args;
  return plan.args.flatMap((each) => isJoined(plan, each) ? partsOf(each) : [each]);
}

/** Writes a comparison of computed values. */
export function testSQL(scope: PredicateScope, { operator, left, right, withNull }: TestPredicate): string {
  const { dialect, values } = scope;
  const times = isDate(left.type) && (left.type === "datetime" || right.type === "datetime");
  const write = (plan: ExpressionPlan): string =>
    times ? asTime(scope, plan) : expressionSQL(scope, plan, "null");
  const subject = write(left);
  switch (operator) {
    case "eq":
      return dialect.same(subject, write(right));
    case "in": {
      const type = times ? "datetime" : left.type;
      const list = dialect.inList(type, subject, values.value(slotOf(right), scope.encoding(type).list));
      return withNull ? `(${subject} IS NULL OR ${list})` : list;
    }
    case "like":
    case "startsWith":
    case "endsWith":
    case "contains":
      if (right.kind === "value") {
        return dialect.text(operator, subject, (encode) => values.value(right.slot, encode));
      }
      return expressionsOf(scope).text(operator as "contains", subject, write(right));
    default:
      return `${subject} ${COMPARISONS[operator]} ${write(right)}`;
  }
}

function exact(scope: PredicateScope, plan: CallExpression, none: NoValueSQL): string {
  const write = (each: ExpressionPlan): string =>
    each === plan || isJoined(plan, each)
      ? `(${(each as CallExpression).args.map(write).join(` ${SIGNS[(each as CallExpression).call]} `)})`
      : expressionSQL(scope, each, "null");
  const nested = plan.args.some((each) => isJoined(plan, each));
  return expressionsOf(scope).exact(plan.type, write(plan), nested, none);
}

/** Whether an operand is written together with what it is an operand of. */
function isJoined(plan: CallExpression, operand: ExpressionPlan): operand is CallExpression {
  return operand.kind === "call" && EXACT.has(operand.call) &&
    (operand.type === "real") === (plan.type === "real");
}

function call(scope: PredicateScope, plan: CallExpression, none: NoValueSQL): string {
  if (plan.call === "set") {
    const [subject, path, value] = plan.args as readonly [ExpressionPlan, ExpressionPlan, ExpressionPlan];
    return expressionsOf(scope).call(plan, [
      expressionSQL(scope, subject, "null"),
      scope.values.value(slotOf(path), scope.dialect.encodePath),
      expressionSQL(scope, value, "null"),
    ], none);
  }
  const times = plan.call === "later" || plan.call === "elapsed" ||
    (plan.call === "orElse" && plan.type === "datetime");
  const args = plan.args.map((each) =>
    times && isDate(each.type) ? asTime(scope, each) : expressionSQL(scope, each, "null")
  );
  return expressionsOf(scope).call(plan, args, none);
}

/** Writes a day or a point in time as the latter. */
function asTime(scope: PredicateScope, plan: ExpressionPlan, none: NoValueSQL = "null"): string {
  const sql = expressionSQL(scope, plan, none);
  return plan.type === "date" ? expressionsOf(scope).dayAsTime(sql) : sql;
}

function isDate(type: ExpressionType): boolean {
  return type === "date" || type === "datetime";
}

function slotOf(plan: ExpressionPlan): number {
  return (plan as { readonly slot: number }).slot;
}

function expressionsOf(scope: PredicateScope): SqlExpressions {
  return scope.dialect.expressions as SqlExpressions;
}
