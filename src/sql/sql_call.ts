import type { DriverWhere, QueryOptions, QueryPlan } from "../contract/mod.ts";
import { countOf, deleteOf, updateOf } from "../query/changes.ts";
import { readFind } from "../query/find_options.ts";
import type { Call } from "../query/plans.ts";
import { readWhere } from "../query/where_reader.ts";
import { type CompiledQuery, compiledQuery } from "./compiled_query.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlTable } from "./sql_table.ts";

/** A search, count, update or delete with its values. */
export interface SqlCall {
  /** The query, compiled once a plan. */
  readonly compiled: CompiledQuery;
  /** The values of its slots. */
  readonly params: readonly unknown[];
}

/** Reads a search. */
export function readSelect(table: SqlTable, options: QueryOptions): SqlCall {
  return compiled(table, readFind(table.table, options, false));
}

/** Reads a count or a delete. */
export function readChange(table: SqlTable, kind: "count" | "delete", where: DriverWhere): SqlCall {
  const read = readWhere(table.table, where, false);
  return compiled(table, kind === "count" ? countOf(table.table, read) : deleteOf(table.table, read));
}

/** Reads an update. Columns that are undefined in the data stay as they are. */
export function readUpdate(table: SqlTable, data: Readonly<Row>, where: DriverWhere): SqlCall {
  const read = readWhere(table.table, where, false);
  const given = Object.entries(data).filter(([, value]) => value !== undefined);
  for (const [name] of given) table.column(name);
  return compiled(table, updateOf(table.table, Object.fromEntries(given), read));
}

function compiled(table: SqlTable, { plan, params }: Call<QueryPlan>): SqlCall {
  return { compiled: compiledQuery(table, plan), params };
}
