import type { ColumnDefinition, DriverWhere, TableSchema } from "../contract/mod.ts";
import { kindOf } from "../schema/column.ts";
import { Table } from "../schema/table.ts";
import { readWhere } from "../query/where_reader.ts";
import { compareValues as compareOfKind } from "./compare.ts";
import { compilePredicate } from "./evaluate.ts";

/**
 * For authors of drivers: makes the function that tells whether a row satisfies a condition, with every operator as every store has
 * to mean it. Rows hold the values of the columns' types: Dates, bytes and bigints, or what stands for them where none is native.
 *
 * @param schema The columns of the table, as `createTable` got them.
 * @param where The condition, as a driver gets it.
 * @throws {ValidationError} When the condition has a column or an operator that is not known.
 *
 * @example
 * ```ts
 * import { matches } from "@rinari/orm";
 *
 * const rows = [{ id: 1, name: "Ada" }, { id: 2, name: "alan" }];
 * const schema = { id: { type: "INTEGER", primaryKey: true }, name: { type: "TEXT" } } as const;
 * const found = rows.filter(matches(schema, { name: { $like: "a_a" } }));
 * console.log(found.map(({ id }) => id).join()); // 1
 * ```
 */
export function matches(
  schema: TableSchema,
  where: DriverWhere,
): (row: Readonly<Record<string, unknown>>) => boolean {
  const table = new Table("rows", schema);
  const { predicate, params } = readWhere(table, where, false);
  return compilePredicate(table, predicate, params);
}

/**
 * For authors of drivers: the order of the values of a column, which every store has to have: null first, numbers by value, text by
 * code point, dates by their time.
 *
 * @param column The column, as `createTable` got it.
 * @returns Negative, zero or positive.
 *
 * @example
 * ```ts
 * import { compareValues } from "@rinari/orm";
 *
 * const values = ["b", null, "😀", "\uffff", "a"];
 * const sorted = values.sort((a, b) => compareValues({ type: "TEXT" }, a, b));
 * console.log(sorted.map((value) => value === "\uffff" ? "U+FFFF" : String(value)).join(" ")); // null a b U+FFFF 😀
 * ```
 */
export function compareValues(column: ColumnDefinition, a: unknown, b: unknown): number {
  return compareOfKind(kindOf(column), a, b);
}
