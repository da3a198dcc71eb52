import type { ExpressionType, OrderTerm } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";
import { type Comparator, compareValues } from "./compare.ts";
import { compileExpression, nullForNoValue, type RowValue } from "./evaluate_expression.ts";
import type { Row } from "./row.ts";

/** Terms of an order, as plans have them. */
export type OrderTerms = readonly OrderTerm[];

const NOTHING: readonly unknown[] = [];

/**
 * Makes the comparator of an order: null first ascending and last descending, text by code point.
 *
 * @param params The values of the slots of what is computed.
 * @param rows The rows that it will compare. What the order computes is computed once for each.
 * @throws {ValidationError} When the table has no such column.
 */
export function rowComparator(
  table: Table,
  order: OrderTerms,
  params: readonly unknown[] = NOTHING,
  rows: Iterable<Row> = [],
): Comparator<Row> {
  const computed: RowValue[] = [];
  const values = new Map<Row, readonly unknown[]>();
  const terms = order.map(([by, direction]): Comparator<Row> => {
    if (typeof by === "string") {
      const { kind } = table.column(by);
      return direction === "ASC"
        ? (a, b) => compareValues(kind, a[by], b[by])
        : (a, b) => compareValues(kind, b[by], a[by]);
    }
    const at = computed.push(compileExpression(table, by, params, nullForNoValue)) - 1;
    const kind: ExpressionType = by.type;
    const value = (row: Row): unknown => values.get(row)?.[at];
    return direction === "ASC"
      ? (a, b) => compareValues(kind, value(a), value(b))
      : (a, b) => compareValues(kind, value(b), value(a));
  });
  if (computed.length > 0) { for (const row of rows) values.set(row, computed.map((each) => each(row))); }
  const [only] = terms;
  if (terms.length === 1 && only !== undefined) return only;
  return (a, b) => {
    for (const term of terms) {
      const result = term(a, b);
      if (result !== 0) return result;
    }
    return 0;
  };
}

/** The order of the primary key, ascending. */
export function keyOrder(table: Table): readonly (readonly [column: string, direction: "ASC"])[] {
  return table.primaryKey.map(({ name }) => [name, "ASC"] as const);
}
