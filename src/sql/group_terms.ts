import type { AggregateTerm } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { computedColumn } from "../query/expression.ts";
import { computedSQL } from "./expression_sql.ts";
import { type PredicateScope, predicateSQL } from "./predicate_sql.ts";
import { SqlColumn } from "./sql_column.ts";
import type { Decode, DecoderOptions } from "./sql_dialect.ts";
import type { SqlTable } from "./sql_table.ts";

/** An aggregate as it is asked for and read. */
export interface GroupTerm {
  /** What is selected, in order. */
  readonly sql: readonly string[];
  /** Reads the result of what was selected. */
  read(values: readonly unknown[]): unknown;
}

const INFINITE = "the sum is no finite number";
const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * Writes an aggregate.
 *
 * @param exact Add integers in two halves, because the store cannot hold the sum on its way.
 * @throws {ValidationError} When the column has no such aggregate.
 */
export function groupTerm(
  table: SqlTable,
  scope: PredicateScope,
  term: AggregateTerm,
  options: DecoderOptions,
  exact: boolean,
): GroupTerm {
  const { as, operation, column: of, expression, where } = term;
  // Written so and not as FILTER, which may compute what has no value of rows that are left out.
  const only = (sql: string): string =>
    where === undefined ? sql : `CASE WHEN ${predicateSQL(scope, where)} THEN ${sql} END`;
  if (of === undefined && expression === undefined) {
    if (operation !== "count") return refuse(table, operation, "it needs a column");
    return {
      sql: [where === undefined ? "count(*)" : `count(${only("1")})`],
      read: ([value]) => Number(value),
    };
  }
  const { column, sql, compared } = sourceOf(table, scope, as, term);
  let quoted = only(sql);
  const { kind, name } = column;
  const { dialect } = table.traits;
  switch (operation) {
    case "count":
      // What is stored as a JSON null is read as null.
      if (kind === "json") quoted = `CASE WHEN NOT ${dialect.jsonNull(quoted)} THEN 1 END`;
      return { sql: [`count(${quoted})`], read: ([value]) => Number(value) };
    case "countDistinct":
      if (!column.column.ordered) {
        return refuse(table, operation, `\`${name}\` is ${column.column.type}, which has no order`);
      }
      return { sql: [`count(DISTINCT ${only(compared)})`], read: ([value]) => Number(value) };
    case "sum":
    case "avg":
      if (kind === "real") return realTerm(table, name, quoted, operation, dialect.decoder(column, options));
      if (kind !== "integer" && kind !== "bigint") {
        return refuse(table, operation, `\`${name}\` is ${column.column.type}, which has no sum`);
      }
      return operation === "sum" ? sumTerm(table, column, quoted, exact) : meanTerm(quoted);
    case "min":
    case "max": {
      if (!column.column.ordered) {
        return refuse(table, operation, `\`${name}\` is ${column.column.type}, which has no order`);
      }
      const decode = dialect.decoder(column, options);
      return {
        sql: [dialect.extreme(operation, quoted === column.quoted ? column : written(column, quoted))],
        read: ([value]) => value === null || decode === null ? value : decode(value),
      };
    }
  }
}

/** What is aggregated or grouped by, written; what is computed has the name it gets. */
export function sourceOf(
  table: SqlTable,
  scope: PredicateScope,
  as: string,
  { column, expression }: Pick<AggregateTerm, "column" | "expression">,
): { readonly column: SqlColumn; readonly sql: string; readonly compared: string } {
  if (expression === undefined) {
    const stored = table.column(column as string);
    return { column: stored, sql: stored.quoted, compared: stored.compared };
  }
  const { dialect, integers } = table.traits;
  const computed = computedSQL(scope, expression);
  // A fraction may come as a whole number where one of two operands is taken.
  const sql = expression.type === "real" ? `(${computed} + 0.0)` : computed;
  const described = computedColumn(table.table, expression.type, as);
  return { column: new SqlColumn(described, dialect, integers, undefined), sql, compared: sql };
}

/** A column as it is, but written in another way. */
function written(column: SqlColumn, sql: string): SqlColumn {
  return Object.create(column, { quoted: { value: sql }, compared: { value: sql } }) as SqlColumn;
}

/** Whether integers have to be read as `bigint` for a term. */
export function needsBigints(table: SqlTable, { operation, column, expression }: AggregateTerm): boolean {
  if (operation === "count" || operation === "countDistinct") return false;
  const kind = column === undefined ? expression?.type : table.column(column).kind;
  return kind === "bigint" || (kind === "integer" && (operation === "sum" || operation === "avg"));
}

/** The count tells that there were no rows: some stores give null for a sum that is no finite number, too. */
function realTerm(
  table: SqlTable,
  name: string,
  quoted: string,
  operation: "sum" | "avg",
  decode: Decode | null,
): GroupTerm {
  // Some stores find fault with an average on its way whose sum is in range.
  return {
    sql: [`sum(${quoted})`, `count(${quoted})`],
    read([value, count]) {
      if (Number(count) === 0) return operation === "sum" ? 0 : null;
      // A sum that is infinite is no infinity that a row holds.
      const infinite = value === Infinity || value === -Infinity;
      const sum = value === null || decode === null || infinite ? value : decode(value);
      if (!Number.isFinite(sum)) throw outOfRange(table, name, INFINITE);
      return operation === "sum" ? sum : sum as number / Number(count);
    },
  };
}

function sumTerm(table: SqlTable, { name, kind }: SqlColumn, quoted: string, exact: boolean): GroupTerm {
  return {
    sql: exact ? halves(quoted) : [`sum(${quoted})`],
    read(values) {
      const sum = exact ? joinHalves(values) : BigInt((values[0] ?? 0) as bigint);
      if (kind === "bigint") {
        if (sum < INT64_MIN || sum > INT64_MAX) throw outOfRange(table, name, "it needs more than 64 bit");
        return sum;
      }
      if (!Number.isSafeInteger(Number(sum))) {
        throw outOfRange(
          table,
          name,
          "it is no safe integer; declare the column with `bigint: true` to sum beyond",
        );
      }
      return Number(sum);
    },
  };
}

/** Divides the exact sum: the store's own mean is not exact when the sum is beyond 64 bit. */
function meanTerm(quoted: string): GroupTerm {
  return {
    sql: [...halves(quoted), `count(${quoted})`],
    read: (values) => Number(values[2]) === 0 ? null : Number(joinHalves(values)) / Number(values[2]),
  };
}

function halves(quoted: string): string[] {
  return [`sum((${quoted}) >> 32)`, `sum((${quoted}) & 4294967295)`];
}

function joinHalves([high, low]: readonly unknown[]): bigint {
  return BigInt((high ?? 0) as bigint) * 4_294_967_296n + BigInt((low ?? 0) as bigint);
}

/** The error for fractions whose sum the store refuses to form; null when none are added. */
export function infiniteSum(table: SqlTable, terms: readonly AggregateTerm[]): ValidationError | null {
  const real = terms.find(({ operation, column, expression }) =>
    (operation === "sum" || operation === "avg") &&
    (column === undefined ? expression?.type : table.column(column).kind) === "real"
  );
  return real === undefined ? null : outOfRange(table, real.column ?? real.as, INFINITE);
}

function outOfRange(table: SqlTable, name: string, reason: string): ValidationError {
  return new ValidationError(`Cannot sum \`${name}\` of \`${table.name}\`: ${reason}`, {
    code: "OUT_OF_RANGE",
    driver: table.traits.driver,
    table: table.name,
    columns: [name],
  });
}

function refuse(table: SqlTable, operation: string, reason: string): never {
  throw new ValidationError(`Cannot compute ${operation} over \`${table.name}\`: ${reason}`, {
    code: "INVALID_AGGREGATE",
    driver: table.traits.driver,
    table: table.name,
  });
}
