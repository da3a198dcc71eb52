import type { ExpressionPlan, OrderTerm, Predicate, QueryPlan } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import type { Attempt } from "../errors/violations.ts";
import type { SqlQuery } from "./sql_engine.ts";
import { type Binder, Parameters } from "./parameters.ts";
import { expressionSQL, valueSQL } from "./expression_sql.ts";
import { type PredicateScope, predicateSQL } from "./predicate_sql.ts";
import type { RowsDecoder } from "./rows_decoder.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlExpressions } from "./sql_dialect.ts";
import { hasBigint, type SqlTable } from "./sql_table.ts";

/** A query that is ready to run with values. */
export interface CompiledQuery {
  /** The statement. */
  readonly query: SqlQuery;
  /** Makes the statement's values of those of the plan's slots. */
  readonly bind: Binder;
  /** `select`: what makes rows of the engine's. */
  readonly decoder: RowsDecoder | null;
  /** What it attempts, for errors. */
  readonly attempt: Attempt;
  /** The plan it was made of. */
  readonly plan: QueryPlan;
  /** The tables that its condition looks at beside its own. */
  readonly others: ReadonlySet<SqlTable>;
}

/** Statements with a longer condition are not kept prepared. */
const LONG_CONDITION = 4_000;

/** The one column of a query that counts. */
export const COUNT = "n";

/** The query of a plan, compiled once for as long as the plan is kept. */
export function compiledQuery(table: SqlTable, plan: QueryPlan): CompiledQuery {
  let compiled = table.queries.get(plan);
  if (compiled === undefined || isStale(compiled)) {
    table.queries.set(plan, compiled = compileQuery(table, plan));
  }
  return compiled;
}

/** Whether one of the other tables it looks at is not what it was. */
export function isStale({ others }: CompiledQuery): boolean {
  return others.size > 0 && [...others].some(({ live }) => !live);
}

function compileQuery(table: SqlTable, plan: QueryPlan): CompiledQuery {
  const { dialect } = table.traits;
  const parameters = new Parameters(dialect);
  const others = new Set<SqlTable>();
  const scope = table.scope(parameters, others);
  let once = false;
  const where = (predicate: Predicate | null): string => {
    if (predicate === null) return "";
    const condition = predicateSQL(scope, predicate);
    once = condition.length > LONG_CONDITION;
    return ` WHERE ${condition}`;
  };
  const done = (
    sql: string,
    attempt: Attempt,
    details: Partial<SqlQuery> = {},
    decoder: RowsDecoder | null = null,
  ): CompiledQuery => {
    if (parameters.count > dialect.maxParameters) {
      throw tooMany(table, parameters.count, dialect.maxParameters);
    }
    const text = dialect.simplify(sql, parameters.count);
    const query = { sql: text, bigints: false, single: false, columns: [], once, ...details };
    return { query, bind: parameters.binder(), decoder, attempt, plan, others };
  };
  const written = (sql: string, attempt: Attempt): CompiledQuery => {
    if (plan.returning !== true) return done(sql, attempt);
    const { columns } = table;
    // Integers come as they are: what an engine refuses to round it would refuse after the change was made.
    const details = { columns: columns.map(({ name }) => name), bigints: true };
    return done(`${sql} RETURNING ${columnList(columns)}`, attempt, details, table.bigintDecoder(undefined));
  };
  switch (plan.kind) {
    case "select": {
      const { select, limit, offset } = plan;
      const columns = select === undefined ? table.columns : select.map((name) => table.column(name));
      const pinned = pinnedColumns(plan.where);
      const single = table.table.primaryKey.every(({ name }) => pinned.has(name));
      const condition = where(plan.where);
      const skip = offset === undefined ? undefined : parameters.value(offset, table.offsetEncode);
      const order = single ? "" : orderSQL(table, scope, plan.orderBy ?? [], pinned);
      const page = single && skip === undefined && limit !== 0 ? "" : dialect.page(limit, skip);
      const sql = `SELECT ${columnList(columns)} FROM ${table.quoted}${condition}${order}${page}`;
      const names = columns.map(({ name }) => name);
      const details = { columns: names, bigints: hasBigint(columns), single: single || limit === 1 };
      return done(sql, "search", details, table.decoder(select));
    }
    case "count":
      return done(`SELECT count(*) AS ${COUNT} FROM ${table.quoted}${where(plan.where)}`, "search", {
        columns: [COUNT],
        single: true,
      });
    case "update": {
      const set = (plan.set ?? []).map((term) => {
        const column = table.column(term.column);
        return `${column.quoted} = ${
          "slot" in term
            ? parameters.value(term.slot, column.encode)
            : valueSQL(scope, term.expression, column)
        }`;
      });
      // Nothing to set changes nothing; the rows that match are counted all the same.
      if (set.length === 0) return compileQuery(table, { kind: "count", where: plan.where });
      return written(`UPDATE ${table.quoted} SET ${set.join(", ")}${where(plan.where)}`, "update");
    }
    case "delete":
      return written(`DELETE FROM ${table.quoted}${where(plan.where)}`, "delete from");
  }
}

/** The names of columns, quoted, as a list. */
export function columnList(columns: readonly SqlColumn[]): string {
  return columns.map(({ quoted }) => quoted).join(", ");
}

/** The columns a condition holds to one value that is not null. */
function pinnedColumns(where: Predicate | null): ReadonlySet<string> {
  const pinned = new Set<string>();
  const look = (predicate: Predicate | null): void => {
    if (predicate?.kind === "equal" && predicate.path === null) pinned.add(predicate.column);
    else if (predicate?.kind === "and") predicate.items.forEach(look);
  };
  look(where);
  return pinned;
}

/** The order, without the terms that cannot make a difference: what is pinned, and what follows a whole unique key. */
function orderSQL(
  table: SqlTable,
  scope: PredicateScope,
  terms: readonly OrderTerm[],
  pinned: ReadonlySet<string>,
): string {
  const settled = new Set(pinned);
  const written: string[] = [];
  const isTotal = (): boolean =>
    table.table.primaryKey.every(({ name }) => settled.has(name)) ||
    table.columns.some(({ name, nullable, column }) => column.unique && !nullable && settled.has(name));
  const { dialect } = table.traits;
  for (let i = 0; i < terms.length && !isTotal(); i++) {
    const [by, direction] = terms[i] as OrderTerm;
    if (typeof by === "string") {
      if (settled.has(by)) continue;
      settled.add(by);
      written.push(dialect.order(table.column(by), direction));
      continue;
    }
    const expressions = dialect.expressions as SqlExpressions;
    const nulls = nullsOf(by);
    if (nulls === null || terms[i + 1]?.[0] !== nulls || terms[i + 1]?.[1] !== direction) {
      written.push(expressions.order(expressionSQL(scope, by, "null"), direction, "least"));
      continue;
    }
    // In one term, because no index serves two of which one is computed.
    i++;
    if (settled.has(nulls)) continue;
    settled.add(nulls);
    written.push(expressions.order(table.column(nulls).compared, direction, "greatest"));
  }
  return written.length === 0 ? "" : ` ORDER BY ${written.join(", ")}`;
}

/** The column of which an expression tells only whether it is null, or null. */
function nullsOf(by: ExpressionPlan): string | null {
  if (by.kind !== "condition") return null;
  const { predicate } = by;
  return predicate.kind === "null" && predicate.path === null ? predicate.column : null;
}

function tooMany(table: SqlTable, count: number, max: number): ValidationError {
  return new ValidationError(
    `Cannot search \`${table.name}\`: the condition has ${count} values and a statement takes ${max}; use \`$in\` with a list, ` +
      "which counts as one value",
    { code: "TOO_MANY_VALUES", driver: table.traits.driver, table: table.name },
  );
}
