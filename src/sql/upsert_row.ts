import { chain, type Maybe } from "../chain/chain.ts";
import type { Predicate, UpsertOptions } from "../contract/mod.ts";
import { UniqueConstraintError } from "../errors/mod.ts";
import { keepPlan, type Order, type SelectPlan, type UpdatePlan } from "../query/plans.ts";
import type { AnySession } from "./any_engine.ts";
import { changesItself } from "./cascades.ts";
import { type CompiledQuery, compiledQuery } from "./compiled_query.ts";
import { insertRow } from "./insert_row.ts";
import type { Row } from "./rows_decoder.ts";
import { runSelect } from "./run_query.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** How often a row that another connection inserts at the same moment is looked for again. */
const RETRIES = 5;

const NO_ORDER: Order = [];

/**
 * Updates the row equal in the conflict columns, or inserts one.
 *
 * INSERT … ON CONFLICT would be one statement, but it uses up a number of an autoIncrement column even when it updates, and
 * refuses what would be wrong only for a new row: a null, or a value another row has. Without a transaction each of the two
 * statements stands alone; when another connection gets in between, the insert finds its row and the update is tried again.
 */
export function upsertRow(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  options: UpsertOptions,
): Maybe<Row> {
  const attempt = (left: number): Maybe<Row> =>
    chain(updateRow(database, table, session, row, options), (updated) => {
      if (updated !== undefined) return updated;
      const again = (error: unknown): Maybe<Row> => {
        if (left > 0 && meantTheSame(error, options)) return attempt(left - 1);
        throw error;
      };
      try {
        const inserted = insertRow(database, table, session, row);
        return inserted instanceof Promise ? inserted.catch(again) : inserted;
      } catch (error) {
        return again(error);
      }
    });
  return attempt(RETRIES);
}

function updateRow(
  database: SqlDatabase,
  table: SqlTable,
  session: AnySession,
  row: Readonly<Row>,
  { conflict, set }: UpsertOptions,
): Maybe<Row | undefined> {
  // Null is equal to nothing here, as in any unique key.
  if (conflict.some((name) => (row[name] ?? null) === null)) return undefined;
  const given = set.filter((name) => row[name] !== undefined);
  const params = [...conflict, ...given].map((name) => row[name]);
  const find = (): Maybe<Row[]> =>
    runSelect(database, table, session, compiledQuery(table, findQuery(table, conflict)), params);
  if (given.length === 0) return chain(find(), ([found]) => found);
  const updated = runSelect(database, table, session, updateQuery(table, conflict, given), params);
  // RETURNING shows the row as it was before the actions of foreign keys changed it again.
  const again = changesItself(table, given);
  return chain(updated, (rows) => again && rows.length > 0 ? chain(find(), ([found]) => found) : rows[0]);
}

function findQuery({ table }: SqlTable, conflict: readonly string[]): SelectPlan {
  return keepPlan<SelectPlan>(table, {
    kind: "select",
    where: equalIn(conflict),
    orderBy: NO_ORDER,
    limit: 1,
  });
}

function updateQuery(table: SqlTable, conflict: readonly string[], given: readonly string[]): CompiledQuery {
  const set = given.map((column, i) => ({ column, slot: conflict.length + i }));
  const plan = { kind: "update", where: equalIn(conflict), set, returning: true } as const;
  return compiledQuery(table, keepPlan<UpdatePlan>(table.table, plan));
}

function equalIn(columns: readonly string[]): Predicate {
  const items = columns.map((column, slot): Predicate => (
    { kind: "equal", column, path: null, slot, type: null }
  ));
  return { kind: "and", items };
}

/** Whether an insert met a row that is equal in the conflict columns, which was not there a moment before. */
function meantTheSame(error: unknown, { conflict }: UpsertOptions): boolean {
  return error instanceof UniqueConstraintError && error.columns.length === conflict.length &&
    conflict.every((name) => error.columns.includes(name));
}
