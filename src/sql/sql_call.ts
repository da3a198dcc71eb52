import type { DriverWhere, QueryOptions, QueryPlan } from "../contract/mod.ts";
import { readFind } from "../query/find_options.ts";
import { readWhere } from "../query/where_reader.ts";
import { type CompiledQuery, compileQuery } from "./compiled_query.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlTable } from "./sql_table.ts";

/** A search, count, update or delete with its values. */
export interface SqlCall {
  /** The query, compiled once a shape. */
  readonly compiled: CompiledQuery;
  /** The values of its slots. */
  readonly params: readonly unknown[];
}

/** Reads a search. */
export function readSelect(table: SqlTable, options: QueryOptions): SqlCall {
  const { shape, params, where, orderBy, limit, offset, select } = readFind(table.table, options, false);
  const compiled = cached(table, `?${shape}`, () => ({
    kind: "select",
    where,
    orderBy,
    ...(limit === undefined ? null : { limit }),
    ...(offset === undefined ? null : { offset }),
    ...(select === undefined ? null : { select }),
  }));
  return { compiled, params };
}

/** Reads a count or a delete. */
export function readChange(table: SqlTable, kind: "count" | "delete", where: DriverWhere): SqlCall {
  const { predicate, params, shape } = readWhere(table.table, where, false);
  return { compiled: cached(table, `${kind}${shape}`, () => ({ kind, where: predicate })), params };
}

/** Reads an update. Columns that are undefined in the data stay as they are. */
export function readUpdate(table: SqlTable, data: Readonly<Row>, where: DriverWhere): SqlCall {
  const { predicate, params, shape } = readWhere(table.table, where, false);
  const columns = Object.keys(data).filter((name) => data[name] !== undefined);
  const first = params.length;
  const key = `=${columns.map((name) => table.column(name).column.index).join(",")}=${shape}`;
  const compiled = cached(table, key, () => ({
    kind: "update",
    where: predicate,
    set: columns.map((column, i) => ({ column, slot: first + i })),
  }));
  return { compiled, params: [...params, ...columns.map((name) => data[name])] };
}

function cached(table: SqlTable, shape: string, plan: () => QueryPlan): CompiledQuery {
  let compiled = table.queries.get(shape);
  if (compiled === undefined) table.queries.set(shape, compiled = compileQuery(table, plan()));
  return compiled;
}
