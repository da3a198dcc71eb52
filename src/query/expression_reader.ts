import type { ExpressionPlan, ExpressionType, Predicate } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";
import { Expression, refuseExpression } from "./expression.ts";

/** How deep expressions may nest: SQLite takes 1,000 levels, of which a level here may need several. */
const MAX_DEPTH = 60;

/** Where an expression is read into. */
export interface ExpressionSink {
  /** Adds a value. @returns Its slot. */
  push(value: unknown): number;
  /** Reads an expression that is a condition. */
  test(expression: Expression): Predicate;
}

/**
 * Reads an expression.
 *
 * @throws {ValidationError} When it nests too deep, or is a place inside JSON, whose type nobody knows.
 */
export function readExpression(
  table: Table,
  expression: Expression,
  sink: ExpressionSink,
  depth = 0,
): ExpressionPlan {
  if (depth > MAX_DEPTH) refuseExpression(table, `it nests deeper than ${MAX_DEPTH} levels`);
  const node = Expression.node(expression);
  const type = Expression.type(expression) as ExpressionType;
  switch (node.op) {
    case "column":
      return { kind: "column", column: node.column.name, type };
    case "value":
      return { kind: "value", slot: sink.push(node.value), type };
    case "call": {
      const args = node.args.map((each) => readExpression(table, each, sink, depth + 1));
      return { kind: "call", call: node.call, args, type };
    }
    case "place":
      return refuseExpression(
        table,
        `a place inside \`${node.column.name}\` can be compared, and nothing else`,
      );
    default:
      return { kind: "condition", predicate: sink.test(expression), type: "boolean" };
  }
}
