import { type Maybe, settle } from "../chain/chain.ts";
import type { QueryPlan } from "../contract/mod.ts";
import {
  ForeignKeyConstraintError,
  type RinariError,
  UniqueConstraintError,
  ValidationError,
} from "../errors/mod.ts";
import { computesValues, givenValues } from "../reference/computed_values.ts";
import { type Attempt, notNullViolation, noValue, noValueToRead } from "../errors/violations.ts";
import type { AnySession } from "./any_engine.ts";
import { findBrokenReference } from "./broken_reference.ts";
import { findEqualRow } from "./equal_row.ts";
import type { Row } from "./rows_decoder.ts";
import type { SqlDatabase } from "./sql_database.ts";
import type { SqlTable } from "./sql_table.ts";

/** A statement that failed. */
export interface Failed {
  /** The table written to. */
  readonly table: SqlTable;
  /** What was attempted. */
  readonly attempt: Attempt;
  /** The row that was to be stored. */
  readonly inserted?: Readonly<Row>;
  /** The new values of rows that were to be changed. */
  readonly changed?: Readonly<Row>;
  /** The update or delete. */
  readonly plan?: QueryPlan;
  /** The values of its slots. */
  readonly params?: readonly unknown[];
}

/** Throws the error for what a store reported, after looking up what the store does not tell: the columns, always the same ones. */
export function failWith(
  database: SqlDatabase,
  session: AnySession,
  cause: unknown,
  given: Failed,
): Maybe<never> {
  const failed = withChanges(given);
  const { table, attempt } = failed;
  const error = database.error(cause, table.name, attempt);
  if (error === cause) throw error;
  if (error.code === "OUT_OF_RANGE" && given.plan !== undefined && computesValues(given.plan)) {
    const computed = given.plan.set?.filter((term) => "expression" in term) ?? [];
    throw noValue(
      { driver: database.driver, table: table.name, cause },
      attempt,
      computed.map(({ column }) => ({ name: column })),
    );
  }
  if (error.code === "OUT_OF_RANGE" && (attempt === "search" || attempt === "aggregate")) {
    throw noValueToRead({ driver: database.driver, table: table.name, cause }, attempt);
  }
  const search = (): Maybe<RinariError | null> => {
    if (error instanceof ForeignKeyConstraintError && error.columns.length === 0) {
      return findBrokenReference(database, session, failed, cause);
    }
    if (error instanceof UniqueConstraintError) return findEqualRow(database, session, failed, error);
    return error instanceof ValidationError ? nullKey(database, failed, cause) : null;
  };
  // When the look-up fails too, the first error tells more.
  return settle(search, (found): never => {
    throw found ?? error;
  }, (): never => {
    throw error;
  });
}

/** SQLite calls a null for its row number a mismatch of types. */
function nullKey(
  database: SqlDatabase,
  { table, attempt, changed = {} }: Failed,
  cause: unknown,
): RinariError | null {
  const column = table.table.primaryKey.find(({ name }) => changed[name] === null);
  if (column === undefined) return null;
  return notNullViolation({ driver: database.driver, table: table.name, cause }, attempt, column);
}

/** An update's new values are in its plan's slots. */
function withChanges(failed: Failed): Failed {
  const { plan, params } = failed;
  if (failed.changed !== undefined || plan?.set === undefined) return failed;
  return {
    ...failed,
    changed: givenValues(plan.set, params ?? []),
  };
}
