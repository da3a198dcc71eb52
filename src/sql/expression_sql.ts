import type {
  CallExpression,
  ExpressionCall,
  ExpressionPlan,
  ExpressionType,
  TestPredicate,
} from "../contract/mod.ts";
import { type PredicateScope, predicateSQL } from "./predicate_sql.ts";
import type { NoValueSQL, SqlExpressions } from "./sql_dialect.ts";

/** The calls that are written together, and looked at once whether they came to a value. */
const EXACT: ReadonlySet<ExpressionCall> = new Set(["plus", "minus", "times"]);
const SIGNS: Readonly<Partial<Record<ExpressionCall, string>>> = { plus: "+", minus: "-", times: "*" };
const COMPARISONS = { gt: ">", gte: ">=", lt: "<", lte: "<=" } as const;

/** Writes an expression. */
export function expressionSQL(scope: PredicateScope, plan: ExpressionPlan, none: NoValueSQL): string {
  switch (plan.kind) {
    case "column":
      return scope.column(plan.column).quoted;
    case "value":
      return scope.values.value(plan.slot, scope.encoding(plan.type).one);
    case "condition":
      return expressionsOf(scope).truth(predicateSQL(scope, plan.predicate));
    case "call":
      return EXACT.has(plan.call) ? exact(scope, plan, none) : call(scope, plan, none);
  }
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
    each.kind === "call" && EXACT.has(each.call) && (each.type === "real") === (plan.type === "real")
      ? `(${each.args.map(write).join(` ${SIGNS[each.call]} `)})`
      : expressionSQL(scope, each, none);
  const nested = plan.args.some((each) => each.kind === "call" && EXACT.has(each.call));
  return expressionsOf(scope).exact(plan.type, write(plan), nested, none);
}

function call(scope: PredicateScope, plan: CallExpression, none: NoValueSQL): string {
  if (plan.call === "set") {
    const [subject, path, value] = plan.args as readonly [ExpressionPlan, ExpressionPlan, ExpressionPlan];
    return expressionsOf(scope).call(plan, [
      expressionSQL(scope, subject, none),
      scope.values.value(slotOf(path), scope.dialect.encodePath),
      expressionSQL(scope, value, none),
    ], none);
  }
  const times = plan.call === "later" || plan.call === "elapsed" ||
    (plan.call === "orElse" && plan.type === "datetime");
  const args = plan.args.map((each) =>
    times && isDate(each.type) ? asTime(scope, each, none) : expressionSQL(scope, each, none)
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
