import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import { INDEXES, UPDATE_EACH } from "../orm/operation.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { TableIndex } from "../contract/mod.ts";
import { updateOf } from "../query/changes.ts";
import { expressionColumns } from "../query/computed_condition.ts";
import { Expression, refuseExpression } from "../query/expression.ts";
import { type Call, searchOf, type UpdatePlan } from "../query/plans.ts";
import { looksAtRelated } from "../query/related.ts";
import { type ReadWhere, readWhere } from "../query/where_reader.ts";
import { computesValues, rowChange } from "../reference/computed_values.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { updateReturning } from "./changed_rows.ts";
import { asOne } from "./conditions.ts";
import type { ModelHost } from "./model_host.ts";
import { storedValue } from "./row_input.ts";

/**
 * Makes an update.
 *
 * @param values The new values, computed ones among them.
 * @returns How many rows matched.
 */
export function executeUpdate(
  entry: TableEntry,
  host: ModelHost,
  values: Row,
  where: ReadWhere | null,
): Maybe<number> {
  const call = updateOf(entry.table, values, where);
  const make = (): Maybe<number> =>
    asOne(entry, host, call.params, () => entry.execute(call.plan, call.params));
  if (!computesValues(call.plan)) return make();
  return afterCheck(entry, [values], () => {
    if (!needsLook(entry.table, call.plan)) return make();
    return host.transaction(entry.database, () => updateLooked(entry, call), undefined);
  });
}

/** The same. @returns The rows as they are then, in the order of their keys. */
export function executeUpdateReturning(
  entry: TableEntry,
  host: ModelHost,
  values: Row,
  where: ReadWhere | null,
): Maybe<Row[]> {
  const call = updateOf(entry.table, values, where);
  if (!computesValues(call.plan)) return updateReturning(entry, host, call, values, null);
  const look = needsLook(entry.table, call.plan) ? () => updateLooked(entry, call) : null;
  return afterCheck(entry, [values], () => updateReturning(entry, host, call, values, look));
}

/** Makes several updates, in order, or none. @returns How many rows matched in total. */
export function executeUpdates(
  entry: TableEntry,
  host: ModelHost,
  updates: readonly { readonly data: Row; readonly where: ReadWhere | null }[],
): Maybe<number> {
  const { table } = entry;
  const calls = updates.map(({ data, where }) => updateOf(table, data, where));
  const related = calls.some(({ plan }) => looksAtRelated(plan.where));
  if (!related && !calls.some(({ plan }) => computesValues(plan))) {
    const params = calls.flatMap((call) => call.params);
    return asOne(entry, host, params, () => entry.execute(UPDATE_EACH, calls));
  }
  const each = (call: Call<UpdatePlan>): Maybe<number> =>
    computesValues(call.plan) && needsLook(table, call.plan)
      ? updateLooked(entry, call)
      : entry.execute(call.plan, call.params);
  const all = (): Maybe<number> =>
    chain(chainAll(calls, each), (counts) => counts.reduce((sum, count) => sum + count, 0));
  const values = updates.map(({ data }) => data);
  return afterCheck(entry, values, () => host.transaction(entry.database, all, undefined));
}

/** Goes on when no computed value is of a unique index. */
function afterCheck<T>(entry: TableEntry, values: readonly Row[], next: () => Maybe<T>): Maybe<T> {
  return chain(entry.indexes ?? entry.execute(INDEXES, null), (indexes) => {
    for (const each of values) checkComputed(entry.table, each, indexes);
    return next();
  });
}

/**
 * Checks the computed values of an update against the indexes of the table.
 *
 * @throws {ValidationError} When one is of a unique index.
 */
function checkComputed(table: Table, values: Row, indexes: readonly TableIndex[]): void {
  for (const { name, columns, unique } of indexes) {
    const column = unique ? columns.find((each) => Expression.is(values[each])) : undefined;
    if (column === undefined) continue;
    refuseExpression(
      table,
      `\`${column}\` is of the unique index \`${name}\`, whose values would meet those of rows that are not changed yet; read the rows ` +
        "and write them by key, in a transaction",
    );
  }
}

/** Whether a computed value has to be looked at before it is stored, because the store does not know what the column takes. */
function needsLook(table: Table, { set }: UpdatePlan): boolean {
  return set.some((term) => {
    if ("slot" in term) return false;
    const { definition, type } = table.column(term.column);
    return definition.validate !== undefined || definition.values !== undefined || type === "ARRAY" ||
      type === "OBJECT";
  });
}

/** Makes an update whose computed values have to be looked at: reads the rows, computes, checks and writes by key. */
function updateLooked(entry: TableEntry, { plan, params }: Call<UpdatePlan>): Maybe<number> {
  const { table } = entry;
  const read = new Set(table.primaryKey.map(({ name }) => name));
  for (const term of plan.set) {
    if ("expression" in term) { for (const name of expressionColumns(term.expression)) read.add(name); }
  }
  const find = searchOf(table, plan.where, [...read]);
  const change = rowChange(table, plan.set, params, {
    driver: entry.connection.driver.metadata.name,
    table: table.name,
  });
  return chain(entry.execute(find, params), (rows) => {
    const calls = rows.map((row) => {
      const values: Record<string, unknown> = { ...change(row) };
      for (const name of Object.keys(values)) {
        const value = values[name];
        if (value !== null) values[name] = storedValue(table.column(name), value);
      }
      const key = Object.fromEntries(table.primaryKey.map(({ name }) => [name, row[name]]));
      return updateOf(table, values, readWhere(table, key, false));
    });
    return chain(entry.execute(UPDATE_EACH, calls), () => rows.length);
  });
}
