import type { Maybe } from "../chain/chain.ts";
import type { GroupKey, GroupPlan } from "../contract/mod.ts";
import { RinariError } from "../errors/mod.ts";
import { noValueToRead } from "../errors/violations.ts";
import { type AnySession, asArrays, query } from "./any_engine.ts";
import { failWith } from "./statement_error.ts";
import { groupTerm, infiniteSum, needsBigints, sourceOf } from "./group_terms.ts";
import { Parameters } from "./parameters.ts";
import { type PredicateScope, predicateSQL } from "./predicate_sql.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlExpressions } from "./sql_dialect.ts";
import type { SqlQuery } from "./sql_engine.ts";
import { hasBigint, type SqlTable } from "./sql_table.ts";

/** A grouping that is ready to run. */
interface CompiledGroup {
  readonly query: SqlQuery;
  readonly values: readonly unknown[];
  readonly decode: (rows: unknown[]) => Row[];
}

/** Aggregates by group, in the order of the grouped columns. */
export function groupRows(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  plan: GroupPlan,
): Maybe<Row[]> {
  return run(database, table, session, plan, false);
}

function run(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  plan: GroupPlan,
  exact: boolean,
): Maybe<Row[]> {
  const failed = (error: unknown): Maybe<Row[]> => {
    // The sum may be in range though it was not on its way there.
    if (!exact && !(error instanceof RinariError) && database.engine.failure(error).kind === "overflow") {
      return run(database, table, session, plan, true);
    }
    const infinite = exact && database.engine.failure(error).kind === "overflow"
      ? infiniteSum(table, plan.terms)
      : null;
    if (infinite !== null) throw infinite;
    if (exact && computes(plan) && database.engine.failure(error).kind === "overflow") {
      throw noValueToRead({ driver: database.driver, table: table.name, cause: error }, "aggregate");
    }
    return failWith(database, session, error, { table, attempt: "aggregate" });
  };
  try {
    const { query, values, decode } = compile(table, plan, exact);
    const rows = session.all(query, values);
    return rows instanceof Promise ? rows.then(decode).catch(failed) : decode(rows);
  } catch (error) {
    return failed(error);
  }
}

function computes({ by, terms }: GroupPlan): boolean {
  return by.some((key) => typeof key !== "string") ||
    terms.some(({ expression }) => expression !== undefined);
}

/** What makes a group, written. */
interface WrittenKey {
  readonly as: string;
  readonly column: SqlColumn;
  readonly sql: string;
  /** It is no column as it is stored. */
  readonly computed: boolean;
}

function keyOf(table: SqlTable, scope: PredicateScope, key: GroupKey): WrittenKey {
  if (typeof key === "string") {
    const column = table.column(key);
    return { as: column.name, column, sql: column.compared, computed: false };
  }
  const { as, expression } = key;
  if (expression.kind === "column") {
    const column = table.column(expression.column);
    return { as, column, sql: column.compared, computed: false };
  }
  const { column, sql } = sourceOf(table, scope, as, { expression });
  return { as, column, sql, computed: true };
}

function compile(table: SqlTable, plan: GroupPlan, exact: boolean): CompiledGroup {
  const { dialect, driver } = table.traits;
  const parameters = new Parameters(dialect);
  const scope = table.scope(parameters);
  const by = plan.by.map((key) => keyOf(table, scope, key));
  const bigints = hasBigint(by.map(({ column }) => column)) ||
    plan.terms.some((term) => needsBigints(table, term));
  const options = { driver, bigints, checked: table.storage.checked };
  const terms = plan.terms.map((term) => ({ as: term.as, ...groupTerm(table, scope, term, options, exact) }));
  const where = plan.where === null ? "" : ` WHERE ${predicateSQL(scope, plan.where)}`;
  // What is computed is named by its place in the list: it would be computed again, and its values be bound again.
  const keys = by.map(({ sql, computed }, i) => computed ? `${i + 1}` : sql).join(", ");
  const order = by.map(({ column, computed }, i) =>
    computed
      ? (dialect.expressions as SqlExpressions).order(`${i + 1}`, "ASC", "least")
      : dialect.order(column, "ASC")
  ).join(", ");
  const selected = [...by.map(({ sql }) => sql), ...terms.flatMap(({ sql }) => sql)];
  // No column begins with `$`, so that ORDER BY cannot take one of these names for a column's.
  const names = selected.map((_, i) => `$${i}`);
  const grouped = by.length === 0 ? "" : ` GROUP BY ${keys} ORDER BY ${order}`;
  const list = selected.map((sql, i) => `${sql} AS ${dialect.quote(names[i] as string)}`).join(", ");
  const decodes = by.map(({ as, column }) => ({ name: as, decode: dialect.decoder(column, options) }));
  const decodeRow = (values: readonly unknown[]): Row => {
    const row: Row = {};
    decodes.forEach(({ name, decode }, i) => {
      row[name] = values[i] === null || decode === null ? values[i] : decode(values[i]);
    });
    let at = decodes.length;
    for (const { as, sql, read } of terms) {
      row[as] = read(values.slice(at, at + sql.length));
      at += sql.length;
    }
    return row;
  };
  return {
    query: query(`SELECT ${list} FROM ${table.quoted}${where}${grouped}`, names, { bigints }),
    values: parameters.binder()(plan.params),
    decode: (rows) => asArrays(rows, names).map(decodeRow),
  };
}
