import type { Change } from "./change.ts";
import type {
  AggregateOperation,
  AggregateTerm,
  DriverWhere,
  GroupPlan,
  QueryOptions,
} from "../../src/contract/mod.ts";
import { UnsupportedError } from "../../src/errors/mod.ts";
import { readWhere } from "../../src/query/where_reader.ts";
import { aggregateRows, type Filter, groupRows, type Row, type Search } from "../../src/reference/mod.ts";
import { NAME } from "./limits.ts";
import { countAll } from "./row_count.ts";
import { countRows, findRows, matchRows, plainRows } from "./search.ts";
import { KVStatement } from "./statement.ts";
import type { StoredTable } from "./stored_table.ts";
import type { Work } from "./work.ts";

/** The rows that match, in order, with the columns asked for. */
export async function selectRows<T>(
  work: Work,
  table: StoredTable,
  search: Search,
  columns: readonly string[] | undefined,
): Promise<T[]> {
  return selectColumns(plainRows(await findRows(work, table, search)), columns);
}

/** The rows with the columns asked for, all when absent. */
export function selectColumns<T>(rows: readonly Row[], columns: readonly string[] | undefined): T[] {
  if (columns === undefined) return rows as T[];
  return rows.map((row) => {
    const selected: Record<string, unknown> = {};
    for (const name of columns) selected[name] = row[name];
    return selected as T;
  });
}

/** How many rows match. */
export function countMatches(work: Work, table: StoredTable, filter: Filter): Promise<number> {
  return filter.where === null ? countAll(work, table) : countRows(work, table, filter);
}

/**
 * A number over one column of the rows that match.
 *
 * @throws {UnsupportedError} When the result is no number.
 */
export async function aggregateMatches(
  work: Work,
  table: StoredTable,
  operation: AggregateOperation,
  field: string,
  filter: Filter,
): Promise<number> {
  const { kind, name } = table.table.column(field);
  if (operation !== "COUNT" && kind !== "integer" && kind !== "real") {
    throw new UnsupportedError(
      `Cannot give ${operation} of \`${name}\` of \`${table.table.name}\` as a number: its values are not numbers; use \`group\``,
      { driver: NAME, table: table.table.name, columns: [name] },
    );
  }
  const term = { operation: AGGREGATES[operation], column: field };
  const rows = plainRows(await matchRows(work, table, filter));
  return aggregateRows(table.table, term, rows) as number | null ?? NaN;
}

/** Aggregates of the rows that match by group, in the order of the grouped columns. */
export async function groupMatches<T>(work: Work, table: StoredTable, plan: GroupPlan): Promise<T[]> {
  const { by, terms } = plan;
  if (by.length === 0 && terms.every(countsRows)) {
    const rows = await countMatches(work, table, plan);
    return [Object.fromEntries(terms.map(({ as }) => [as, rows]))] as T[];
  }
  return groupRows(table.table, plan, plainRows(await matchRows(work, table, plan))) as T[];
}

/** Whether an aggregate is the number of all rows of a group. */
function countsRows({ operation, column, expression, where }: AggregateTerm): boolean {
  return operation === "count" && column === undefined && expression === undefined && where === undefined;
}

/** Changes columns of the rows that match. @returns How many matched. */
export async function updateMatches(
  work: Work,
  table: StoredTable,
  change: Change,
  filter: Filter,
): Promise<number> {
  const statement = new KVStatement(work, table, "update");
  const rows = await matchRows(work, table, filter);
  const values = change.of(table);
  for (const row of rows) await statement.update(row, values(row.row));
  await statement.finish();
  return rows.length;
}

/** Removes the rows that match. @returns How many matched. */
export async function removeMatches(work: Work, table: StoredTable, filter: Filter): Promise<number> {
  const statement = new KVStatement(work, table, "delete from");
  const rows = await matchRows(work, table, filter);
  for (const row of rows) await statement.delete(row);
  await statement.finish();
  return rows.length;
}

/** Reads a condition. */
export function filterOf({ table }: StoredTable, where: DriverWhere): Filter {
  const { predicate, params } = readWhere(table, where, false);
  return { where: predicate, params };
}

/** Reads the options of a search. */
export function searchOf(table: StoredTable, options: QueryOptions): Search {
  const { where = {}, orderBy, limit, offset } = options;
  return { ...filterOf(table, where), orderBy, limit, offset };
}

const AGGREGATES = { SUM: "sum", AVG: "avg", MIN: "min", MAX: "max", COUNT: "count" } as const;
