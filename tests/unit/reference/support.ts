import type { ModelSchema } from "../../../src/schema/model_schema.ts";
import { readWhere } from "../../../src/query/where_reader.ts";
import { compilePredicate } from "../../../src/reference/evaluate.ts";
import type { Row } from "../../../src/reference/row.ts";
import { Table } from "../../../src/schema/table.ts";

/** A table with an `id` beside the columns given. */
export function tableOf(columns: ModelSchema): Table {
  return new Table("things", { id: { type: "INTEGER", primaryKey: true }, ...columns });
}

/** The rows that satisfy a condition. */
export function matching<R extends Row>(table: Table, where: unknown, rows: readonly R[]): R[] {
  const { predicate, params } = readWhere(table, where, false);
  return rows.filter(compilePredicate(table, predicate, params));
}

/** The values of column `v` that satisfy a condition on it. */
export function passing(table: Table, condition: unknown, values: readonly unknown[]): unknown[] {
  return matching(table, { v: condition }, values.map((v, id) => ({ id, v }))).map(({ v }) => v);
}
