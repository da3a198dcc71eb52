import type { AggregateTerm } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { defersList } from "../query/deferred_list.ts";
import type { GroupOperation } from "../orm/operation.ts";
import { checkCount } from "../query/find_options.ts";
import { readOrder } from "../query/order.ts";
import type { Order } from "../query/plans.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import { compilePredicate } from "../reference/evaluate.ts";
import { rowComparator } from "../reference/order.ts";
import { describeValue } from "../schema/describe_value.ts";
import { checkIdentifier } from "../schema/identifiers.ts";
import type { ModelColumn } from "../schema/model_schema.ts";
import { ownMembers } from "../schema/plain_object.ts";
import { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";

const OPERATIONS = ["count", "countDistinct", "sum", "avg", "min", "max"] as const;
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
  const { by, aggregates, where, having, orderBy, limit = Number.MAX_SAFE_INTEGER, offset = 0 } = given;
  if (!Array.isArray(by) || new Set(by).size !== by.length) {
    return refuse(table, "`by` is a list of columns, each once");
  }
  if (typeof aggregates !== "object" || aggregates === null) {
    return refuse(table, "`aggregates` is an object of aggregates by name");
  }
  checkCount(table, "limit", limit, refuse);
  checkCount(table, "offset", offset, refuse);
  const terms = Object.keys(aggregates).map((as) =>
    readTerm(table, as, (aggregates as Record<string, unknown>)[as])
  );
  const groups = groupTable(table, by, terms);
  const orderParams: unknown[] = [];
  const read = where === undefined ? null : readWhere(table, where, strict);
  return {
    operation: { kind: "group", by, terms, where: read?.predicate ?? null },
    params: read?.params ?? [],
    groups,
    having: having === undefined ? null : readHaving(groups, having, strict),
    order: orderBy === undefined
      ? null
      : withGroupedColumns(readOrder(groups, orderBy, orderParams, refuse), by),
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

/** Reads one aggregate: `{ sum: "amount" }`. */
export function readTerm(table: Table, as: string, aggregate: unknown): AggregateTerm {
  checkIdentifier("column", as);
  const entries = typeof aggregate === "object" && aggregate !== null ? Object.entries(aggregate) : [];
  const [entry] = entries;
  const operation = OPERATIONS.find((name) => name === entry?.[0]);
  if (entries.length !== 1 || entry === undefined || operation === undefined) {
    return refuse(
      table,
      `aggregate \`${as}\` is one of ${OPERATIONS.join(", ")} of a column, such as { sum: "amount" }`,
    );
  }
  if (operation === "count" && entry[1] === "*") return { as, operation };
  const column = table.column(entry[1] as string);
  const numeric = column.kind === "integer" || column.kind === "bigint" || column.kind === "real";
  if ((operation === "sum" || operation === "avg") && !numeric) {
    return refuse(
      table,
      `${operation} needs a column of numbers, and \`${column.name}\` is ${column.type}`,
    );
  }
  if (operation !== "count" && !column.ordered) {
    return refuse(
      table,
      `${operation} needs values with an order, and \`${column.name}\` is ${column.type}`,
    );
  }
  return { as, operation, column: column.name };
}

/** The groups as a table, so that `having` and `orderBy` are read and applied as for any other. */
function groupTable(table: Table, by: readonly string[], terms: readonly AggregateTerm[]): Table {
  const schema: Record<string, ModelColumn> = {};
  for (const name of by) {
    const column = table.column(name);
    if (!column.ordered) refuse(table, `\`${name}\` is ${column.type}, which has no order to group by`);
    schema[name] = columnLike(table, name);
  }
  for (const { as, operation, column } of terms) {
    if (Object.hasOwn(schema, as)) refuse(table, `\`${as}\` names both a grouped column and an aggregate`);
    schema[as] = operation === "min" || operation === "max" || operation === "sum"
      ? columnLike(table, column as string)
      : { type: operation === "avg" ? "REAL" : "INTEGER" };
  }
  const [first] = Object.keys(schema);
  if (first === undefined) return refuse(table, "there is nothing to group by and nothing to compute");
  schema[first] = { ...schema[first] as ModelColumn, primaryKey: true };
  return new Table(table.name, schema, table.rules);
}

/** A column of groups with the values of a column of rows. Groups can have null where rows cannot. */
function columnLike(table: Table, name: string): ModelColumn {
  const { type, definition, sensitive } = table.column(name);
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
