import type { Direction } from "../contract/mod.ts";
import type { Table } from "../schema/table.ts";
import { type Comparator, compareValues } from "./compare.ts";
import type { Row } from "./row.ts";

/** Terms of an order, as `QueryOptions` has them. */
export type OrderTerms = readonly (readonly [column: string, direction: Direction])[];

/**
 * Makes the comparator of an order: null first ascending and last descending, text by code point.
 *
 * @throws {ValidationError} When the table has no such column.
 */
export function rowComparator(table: Table, order: OrderTerms): Comparator<Row> {
  const terms = order.map(([name, direction]): Comparator<Row> => {
    const { kind } = table.column(name);
    return direction === "ASC"
      ? (a, b) => compareValues(kind, a[name], b[name])
      : (a, b) => compareValues(kind, b[name], a[name]);
  });
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
export function keyOrder(table: Table): OrderTerms {
  return table.primaryKey.map(({ name }) => [name, "ASC"] as const);
}
