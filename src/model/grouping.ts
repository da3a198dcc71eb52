import type { AggregateTerm, ExpressionPlan, GroupKey } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { expressionColumns } from "../query/computed_condition.ts";
import { defersList } from "../query/deferred_list.ts";
import { computedColumn } from "../query/expression.ts";
import type { GroupOperation } from "../orm/operation.ts";
import { checkCount } from "../query/find_options.ts";
import { readOrder } from "../query/order.ts";
import type { Order } from "../query/plans.ts";
import { nameOfKey } from "../query/table_names.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import { compilePredicate } from "../reference/evaluate.ts";
import { rowComparator } from "../reference/order.ts";
import { describeValue } from "../schema/describe_value.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import { isPlain, ownMembers } from "../schema/plain_object.ts";
import { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { readSource, readTerm } from "./aggregate_term.ts";

const OPTIONS = ["by", "aggregates", "where", "having", "orderBy", "limit", "offset"];

/** A grouping that has been read: what the store computes, and what is then done with the groups. */
export interface ReadGroup {
  /** What the store computes. */
  readonly operation: GroupOperation;
  /** The values of its slots. */
  readonly params: readonly unknown[];
  /** The groups as a table of their own. */
  readonly groups: Table;
  /** The groups kept; null for all. */
  readonly having: ReadWhere | null;
  /** Their order; null for that of the grouped columns, which they come in. */
  readonly order: Order | null;
  /** The values of the order's slots. */
  readonly orderParams: readonly unknown[];
  /** The most groups. */
  readonly limit: number;
  /** The groups skipped first. */
  readonly offset: number;
}

/**
 * Reads the options of a grouping.
 *
 * @throws {ValidationError} On an unknown option, column or aggregate, or one that does not fit its column.
 */
export function readGroup(table: Table, options: unknown, strict: boolean): ReadGroup {
  if (typeof options !== "object" || options === null) {
    return refuse(table, `the options are an object, not ${describeValue(options)}`);
  }
  const given = ownMembers(options) as Record<string, unknown>;
  const unknown = Object.keys(given).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) {
    return refuse(table, `${JSON.stringify(unknown)} is none of ${OPTIONS.join(", ")}`);
  }
  const { aggregates = {}, where, having, orderBy, limit = Number.MAX_SAFE_INTEGER, offset = 0 } = given;
  if (typeof aggregates !== "object" || aggregates === null) {
    return refuse(table, "`aggregates` is an object of aggregates by name");
  }
  checkCount(table, "limit", limit, refuse);
  checkCount(table, "offset", offset, refuse);
  const params: unknown[] = [];
  const read = where === undefined ? null : readWhere(table, where, strict, params);
  const by = readKeys(table, given["by"], params);
  const terms = Object.keys(aggregates).map((as) =>
    readTerm(table, as, (aggregates as Record<string, unknown>)[as], { params, strict })
  );
  const groups = groupTable(table, by, terms);
  const orderParams: unknown[] = [];
  return {
    operation: { kind: "group", by, terms, where: read?.predicate ?? null },
    params,
    groups,
    having: having === undefined ? null : readHaving(groups, having, strict),
    order: orderBy === undefined
      ? null
      : withGroupedColumns(readOrder(groups, orderBy, orderParams, refuse), by.map(nameOfKey)),
    orderParams,
    limit,
    offset,
  };
}

function readHaving(groups: Table, having: unknown, strict: boolean): ReadWhere {
  const read = readWhere(groups, having, strict);
  return defersList(read.predicate)
    ? refuse(groups, "`having` takes no list of another search; read it first, and give it as an array")
    : read;
}

/** Applies `having`, the order, the limit and the offset to the groups a store computed. */
export function selectGroups(
  { groups, having, order, orderParams, limit, offset }: ReadGroup,
  rows: Row[],
): Row[] {
  const kept = having === null
    ? rows
    : rows.filter(compilePredicate(groups, having.predicate, having.params));
  if (order !== null) kept.sort(rowComparator(groups, order, orderParams, kept));
  return kept.slice(offset, offset + limit);
}

/** Reads what makes a group: a list of columns, or an object of columns and functions of the row by name. */
function readKeys(table: Table, by: unknown, params: unknown[]): readonly GroupKey[] {
  if (Array.isArray(by)) {
    if (new Set(by).size !== by.length) return refuse(table, "`by` names a column twice");
    return Array.from(by, (given) => {
      const column = table.column(given as string);
      if (!column.ordered) {
        refuse(table, `\`${column.name}\` is ${column.type}, which has no order to group by`);
      }
      return column.name;
    });
  }
  if (typeof by !== "object" || by === null || !isPlain(by)) {
    return refuse(
      table,
      `\`by\` is a list of columns, each once, or an object of columns and functions of the row by name, not ${
        describeValue(by)
      }`,
    );
  }
  return Object.keys(by).map((as) => {
    checkIdentifier("column", as);
    const { type, column, expression } = readSource(
      table,
      (by as Record<string, unknown>)[as],
      params,
      refuse,
    );
    if (type === "json") return refuse(table, `\`${as}\` is JSON, which has no order to group by`);
    if (column === as) return column;
    return { as, expression: expression ?? { kind: "column", column: column as string, type } };
  });
}

/** The groups as a table, so that `having` and `orderBy` are read and applied as for any other. */
function groupTable(table: Table, by: readonly GroupKey[], terms: readonly AggregateTerm[]): Table {
  const schema: Record<string, ModelColumn> = {};
  for (const key of by) {
    schema[nameOfKey(key)] = typeof key === "string"
      ? columnLike(table, key)
      : computedLike(table, key.expression);
  }
  for (const term of terms) {
    const { as } = term;
    if (Object.hasOwn(schema, as)) refuse(table, `\`${as}\` names both what makes a group and an aggregate`);
    schema[as] = aggregateLike(table, term);
  }
  const [first] = Object.keys(schema);
  if (first === undefined) return refuse(table, "there is nothing to group by and nothing to compute");
  schema[first] = { ...schema[first] as ModelColumn, primaryKey: true };
  return new Table(table.name, schema, table.rules);
}

/** A column with the values of an aggregate. */
export function aggregateLike(
  table: Table,
  { operation, column, expression }: AggregateTerm,
): ModelColumn {
  if (operation !== "min" && operation !== "max" && operation !== "sum") {
    return { type: operation === "avg" ? "REAL" : "INTEGER" };
  }
  return expression === undefined ? columnLike(table, column as string) : computedLike(table, expression);
}

/** A column of groups with the values of a column of rows. Groups can have null where rows cannot. */
export function columnLike(table: Table, name: string): ModelColumn {
  const { type, definition, sensitive } = table.column(name);
  return {
    type,
    ...(definition.bigint === true ? { bigint: true } : null),
    ...(sensitive ? { sensitive } : null),
  };
}

/** The same with what is computed. What shows a part of a sensitive value is sensitive. */
function computedLike(table: Table, plan: ExpressionPlan): ModelColumn {
  const { type, definition } = computedColumn(table, plan.type);
  const sensitive = expressionColumns(plan).some((name) => table.column(name).sensitive);
  return {
    type,
    ...(definition.bigint === true ? { bigint: true } : null),
    ...(sensitive ? { sensitive } : null),
  };
}

function withGroupedColumns(order: Order, by: readonly string[]): Order {
  const named = order.map(([name]) => name);
  const direction = order.at(-1)?.[1] ?? "ASC";
  return [...order, ...by.filter((name) => !named.includes(name)).map((name) => [name, direction] as const)];
}

function refuse(table: Table, reason: string): never {
  throw new ValidationError(`Cannot aggregate \`${table.name}\`: ${reason}`, {
    code: "INVALID_OPTIONS",
    table: table.name,
  });
}
