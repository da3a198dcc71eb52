import { chain, type Maybe, settle } from "../chain/chain.ts";
import { UniqueConstraintError } from "../errors/mod.ts";
import { INDEXES, INSERT } from "../orm/operation.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { keepPlan, keyOrder, type SelectPlan } from "../query/plans.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import type { Row } from "../store/any_driver.ts";
import { executeUpdateReturning } from "./computed_update.ts";
import type { Conflict } from "./conflict.ts";
import type { ModelHost } from "./model_host.ts";
import { differsOnUpdate } from "./patching.ts";
import { inRow } from "./row_mistakes.ts";
import { readUpsert, type Upsert, type UpsertChoices } from "./upsert_input.ts";

/** How often a row that somebody else stores at the same moment is looked for again. */
const RETRIES = 5;

/** The row as it is then, and whether it is new. */
export interface Upserted {
  /** The row. */
  readonly row: Row;
  /** It was not there before. */
  readonly created: boolean;
}

/**
 * Reads rows to store. What depends on the indexes of the table is read when they are known.
 *
 * @param many Errors tell the place of the row.
 */
export function readUpserts(
  entry: TableEntry,
  records: readonly unknown[],
  choices: UpsertChoices,
  many: boolean,
): Maybe<Upsert[]> {
  const readAll = (indexes: TableEntry["indexes"]): (Upsert | null)[] =>
    Array.from(records, (data, i) => {
      try {
        return readUpsert(entry, data, choices, indexes);
      } catch (error) {
        throw many ? inRow(error, i) : error;
      }
    });
  const found = readAll(entry.indexes);
  if (!found.includes(null)) return found as Upsert[];
  return chain(entry.execute(INDEXES, null), (indexes) => readAll(indexes) as Upsert[]);
}

/** Stores a row, or changes the one it meets. @returns The row as it is then. */
export function upsertOne(entry: TableEntry, host: ModelHost, upsert: Upsert): Maybe<Row> {
  const { row, conflict, copies, where } = upsert;
  entry.checkLimits([row]);
  if (conflict === null) return entry.execute(INSERT, row);
  const { table } = entry;
  if (copies !== null && where === undefined && conflict.within === null && !differsOnUpdate(table)) {
    const touched = copies.length === 0 ? [] : table.touched.map(({ name }) => name);
    const more = touched.filter((name) => !copies.includes(name) && !conflict.columns.includes(name));
    return entry.execute({ kind: "upsert", conflict: conflict.columns, set: [...copies, ...more] }, row);
  }
  return chain(storeOrMeet(entry, host, upsert), (stored) => stored.row);
}

/**
 * Changes the row that a new one meets, or finds it when nothing is to be changed, or else stores the new one. Each step stands
 * alone: when somebody else gets in between, the insert meets a row, which is then changed as one that was there.
 */
export function storeOrMeet(entry: TableEntry, host: ModelHost, upsert: Upsert): Maybe<Upserted> {
  const { row, conflict } = upsert;
  const insert = (): Maybe<Upserted> =>
    chain(entry.execute(INSERT, row), (stored) => ({ row: stored, created: true }));
  if (conflict === null) return insert();
  const attempt = (left: number): Maybe<Upserted> =>
    chain(meet(entry, host, upsert, conflict), (met) => {
      if (met !== undefined) return { row: met, created: false };
      return settle(insert, (stored) => stored, (error) => {
        // Nobody gets in between where a transaction is open: there it is another row, or another index.
        const again = left > 0 && entry.connection.transactions.current === null && isOf(conflict, error);
        if (again) return attempt(left - 1);
        throw error;
      });
    });
  return attempt(RETRIES);
}

/** The row that a new one meets, changed as it is to be; undefined when there is none. */
export function meet(
  entry: TableEntry,
  host: ModelHost,
  { row, change, where }: Upsert,
  conflict: Conflict,
): Maybe<Row | undefined> {
  const find = (): Maybe<Row | undefined> => chain(findMet(entry, row, conflict), ([met]) => met);
  if (Object.keys(change).length === 0) return find();
  entry.checkLimits([change]);
  const concerned = isMet(entry, row, conflict, where);
  return chain(
    executeUpdateReturning(entry, host, change, concerned),
    ([changed]) => changed !== undefined || where === undefined ? changed : find(),
  );
}

function findMet(entry: TableEntry, row: Row, conflict: Conflict): Maybe<Row[]> {
  const { predicate, params } = isMet(entry, row, conflict, undefined);
  const plan = keepPlan<SelectPlan>(entry.table, {
    kind: "select",
    where: predicate,
    orderBy: keyOrder(entry.table),
    limit: 1,
    offset: undefined,
    select: undefined,
  });
  return entry.execute(plan, params);
}

/** The condition of the row that a new one meets. */
function isMet({ table }: TableEntry, row: Row, { columns, within }: Conflict, where: unknown): ReadWhere {
  const params: unknown[] = [...within?.params ?? []];
  const items = columns.map((column) =>
    ({ kind: "equal", column, path: null, slot: params.push(row[column]) - 1, type: null }) as const
  );
  const more = where === undefined ? null : readWhere(table, where, table.rules.strict, params).predicate;
  const conditions = [...items, within?.predicate, more].filter((each) =>
    each !== null && each !== undefined
  );
  return { predicate: { kind: "and", items: conditions }, params, value: null };
}

/** Whether an insert met a row that is equal in the conflict columns, which was not there a moment before. */
function isOf({ columns }: Conflict, error: unknown): boolean {
  return error instanceof UniqueConstraintError && error.columns.length === columns.length &&
    columns.every((name) => error.columns.includes(name));
}
