import { chain, type Maybe } from "../chain/chain.ts";
import type { AggregateOperation, DriverWhere } from "../contract/mod.ts";
import { UnsupportedError } from "../errors/mod.ts";
import { readWhere } from "../query/where_reader.ts";
import type { AnySession } from "./any_engine.ts";
import { groupRows } from "./group_rows.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

const OPERATIONS = { SUM: "sum", AVG: "avg", MIN: "min", MAX: "max", COUNT: "count" } as const;

/**
 * One number over a column: NaN when there is none.
 *
 * @throws {UnsupportedError} When the result is no number.
 */
export function aggregate(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  operation: AggregateOperation,
  field: string,
  where: DriverWhere,
): Maybe<number> {
  const { kind, name } = table.column(field);
  if (operation !== "COUNT" && kind !== "integer" && kind !== "real") {
    throw new UnsupportedError(
      `Cannot give ${operation} of \`${name}\` of \`${table.name}\` as a number: its values are not numbers; use \`group\``,
      { driver: database.driver, table: table.name, columns: [name] },
    );
  }
  const { predicate, params } = readWhere(table.table, where, false);
  const plan = {
    by: [],
    terms: [{ as: "n", operation: OPERATIONS[operation], column: name }],
    where: predicate,
    params,
  };
  return chain(
    groupRows(database, table, session, plan),
    ([row]) => (row?.["n"] as number | null | undefined) ?? NaN,
  );
}
