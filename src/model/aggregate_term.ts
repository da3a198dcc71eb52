import type { AggregateTerm, ExpressionPlan, ExpressionType, Predicate } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { defersList } from "../query/deferred_list.ts";
import { computedColumn, Expression } from "../query/expression.ts";
import { readExpression } from "../query/expression_reader.ts";
import type { Refuse } from "../query/order.ts";
import { looksAtRelated } from "../query/related.ts";
import { readRowValue } from "../query/row_function.ts";
import { readWhere, sinkOf } from "../query/where_reader.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import { ownMembers } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";

const OPERATIONS = ["count", "countDistinct", "sum", "avg", "min", "max"] as const;

/** Where the values of what is computed go, and how conditions are read. */
export interface TermReading {
  /** Takes the values. */
  readonly params: unknown[];
  /** As in `readWhere`. */
  readonly strict: boolean;
}

/** What is aggregated or grouped by. */
export interface TermSource {
  /** What it gives. */
  readonly type: ExpressionType;
  /** The column, where it is one. */
  readonly column?: string;
  /** What is computed, where it is no column. */
  readonly expression?: ExpressionPlan;
}

/** Reads a column, or a function of the row. */
export function readSource(table: Table, given: unknown, params: unknown[], refuse: Refuse): TermSource {
  if (typeof given !== "function") {
    const { name, kind } = table.column(given as string);
    return { type: kind, column: name };
  }
  const expression = readRowValue(table, given);
  const type = Expression.type(expression);
  const node = Expression.node(expression);
  if (node.op === "column") return { type: node.column.kind, column: node.column.name };
  if (type === null) return refuse(table, "a function gives a place inside JSON, whose type no store knows");
  return { type, expression: readExpression(table, expression, sinkOf(table, params)) };
}

/**
 * Reads one aggregate: `{ sum: "amount" }`.
 *
 * @param reading Null, where only columns are aggregated.
 */
export function readTerm(
  table: Table,
  as: string,
  aggregate: unknown,
  reading: TermReading | null,
): AggregateTerm {
  checkIdentifier("column", as);
  const given = typeof aggregate === "object" && aggregate !== null ? ownMembers(aggregate) : {};
  const { where, ...operations } = given as Record<string, unknown>;
  const entries = Object.entries(reading === null ? given : operations);
  const [entry] = entries;
  const operation = OPERATIONS.find((name) => name === entry?.[0]);
  if (entries.length !== 1 || entry === undefined || operation === undefined) {
    return refuse(
      table,
      `aggregate \`${as}\` is one of ${OPERATIONS.join(", ")} of a column, such as { sum: "amount" }`,
    );
  }
  const rows = reading === null || where === undefined
    ? null
    : { where: readRows(table, as, where, reading) };
  if (operation === "count" && entry[1] === "*") return { as, operation, ...rows };
  if (reading === null && typeof entry[1] === "function") {
    return refuse(table, `aggregate \`${as}\` takes a column here, and no function of the row`);
  }
  const source = readSource(table, entry[1], reading?.params ?? [], refuse);
  const { type, column, expression } = source;
  const what = column === undefined ? "what is computed" : `\`${column}\``;
  const numeric = type === "integer" || type === "bigint" || type === "real";
  const shown = column === undefined ? computedColumn(table, type) : table.column(column);
  if ((operation === "sum" || operation === "avg") && !numeric) {
    return refuse(table, `${operation} needs a column of numbers, and ${what} is ${shown.type}`);
  }
  if (operation !== "count" && !shown.ordered) {
    return refuse(table, `${operation} needs values with an order, and ${what} is ${shown.type}`);
  }
  return {
    as,
    operation,
    ...(expression === undefined ? { column: column as string } : { expression }),
    ...rows,
  };
}

/** Reads the condition on the rows of one aggregate. */
function readRows(table: Table, as: string, where: unknown, { params, strict }: TermReading): Predicate {
  const { predicate } = readWhere(table, where, strict, params);
  if (looksAtRelated(predicate) || defersList(predicate)) {
    return refuse(
      table,
      `the \`where\` of aggregate \`${as}\` looks at rows of another search; give such a condition to the \`where\` of the whole`,
    );
  }
  return predicate ?? { kind: "and", items: [] };
}

function refuse(table: Table, reason: string): never {
  throw new ValidationError(`Cannot aggregate \`${table.name}\`: ${reason}`, {
    code: "INVALID_OPTIONS",
    table: table.name,
  });
}
