import type { QueryPlan, SetTerm } from "../contract/mod.ts";
import { type Attempt, notNullViolation, noValue, type Scene } from "../errors/violations.ts";
import type { Table } from "../schema/table.ts";
import { compileExpression, type RowValue } from "./evaluate_expression.ts";
import type { Row } from "./row.ts";

/** The new values of a row, of the row as it was. */
export type RowChange = (row: Row) => Row;

/** Whether an update computes some of its values. */
export function computesValues({ set }: Pick<QueryPlan, "set">): boolean {
  return set?.some((term) => "expression" in term) === true;
}

/** The columns an update gives a value that is the same for every row, with these values. */
export function givenValues(set: readonly SetTerm[], params: readonly unknown[]): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const term of set) if ("slot" in term) values[term.column] = params[term.slot];
  return values;
}

/**
 * Makes the function that gives a row's new values: those computed see the row as it was.
 *
 * @throws {ValidationError} From the function, when there is no value (`OUT_OF_RANGE`).
 * @throws {NotNullConstraintError} From the function, when null would be in a column that refuses it.
 */
export function rowChange(
  table: Table,
  set: readonly SetTerm[],
  params: readonly unknown[],
  scene: Scene,
  attempt: Attempt = "update",
): RowChange {
  const given = givenValues(set, params);
  const computed = set.flatMap((term): readonly (readonly [string, RowValue])[] => {
    if ("slot" in term) return [];
    const column = table.column(term.column);
    const compute = compileExpression(table, term.expression, params, () => {
      throw noValue(scene, attempt, [column]);
    });
    const value = (row: Row): unknown => {
      const made = compute(row);
      if (made === null && !column.nullable) throw notNullViolation(scene, attempt, column);
      return column.kind === "bigint" && typeof made === "number" ? BigInt(made) : made;
    };
    return [[column.name, value]];
  });
  return (row) => {
    const values = { ...given };
    for (const [name, value] of computed) values[name] = value(row);
    return values;
  };
}
