import { chain, type Maybe } from "../chain/chain.ts";
import type { AggregateOperation, DriverWhere } from "../contract/mod.ts";
import { readWhere } from "../query/where_reader.ts";
import type { AnySession } from "./any_engine.ts";
import { groupRows } from "./group_rows.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

const OPERATIONS = { SUM: "sum", AVG: "avg", MIN: "min", MAX: "max", COUNT: "count" } as const;

/** One number over a column: NaN when there is none. */
export function aggregate(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  operation: AggregateOperation,
  field: string,
  where: DriverWhere,
): Maybe<number> {
  const { predicate, params } = readWhere(table.table, where, false);
  const term = field === "*"
    ? { as: "n", operation: OPERATIONS[operation] }
    : { as: "n", operation: OPERATIONS[operation], column: field };
  return chain(
    groupRows(database, table, session, { by: [], terms: [term], where: predicate, params }),
    ([row]) => {
      const value = row?.["n"] ?? null;
      return value === null ? NaN : Number(value);
    },
  );
}
