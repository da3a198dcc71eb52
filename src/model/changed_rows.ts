import { chain, type Maybe } from "../chain/chain.ts";
import { ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { deleteOf } from "../query/changes.ts";
import {
  type Call,
  type DeletePlan,
  keepPlan,
  keyOrder,
  searchOf,
  type SelectPlan,
  type UpdatePlan,
} from "../query/plans.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import { rowComparator } from "../reference/order.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { asOne } from "./conditions.ts";
import { isOneOfKeys } from "./key_find.ts";
import type { ModelHost } from "./model_host.ts";

/**
 * Whether the options of a change ask for its rows.
 *
 * @throws {ValidationError} When they are no options.
 */
export function readReturning(table: Table, options: unknown): boolean {
  if (options === undefined) return false;
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot change rows of \`${table.name}\`: ${reason}`, {
      code: "INVALID_OPTIONS",
      table: table.name,
    });
  };
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuse(
      `the options are a plain object such as { returning: true }, not ${describeValue(options)}`,
    );
  }
  const unknown = Object.keys(options).find((name) => name !== "returning");
  if (unknown !== undefined) {
    return refuse(`${JSON.stringify(unknown.slice(0, 40))} is no option of it; there is \`returning\``);
  }
  const { returning = false } = options as { returning?: unknown };
  return typeof returning === "boolean" ? returning : refuse("`returning` is true or false");
}

/** Removes the rows that match; null means all of them. @returns The rows as they were, in the order of their keys. */
export function deleteReturning(entry: TableEntry, host: ModelHost, where: ReadWhere | null): Maybe<Row[]> {
  const call = deleteOf(entry.table, where);
  if (entry.returnsRows) return asOne(entry, host, call.params, () => changeReturning(entry, call));
  const work = (): Maybe<Row[]> =>
    chain(
      entry.execute(matching(entry.table, call), call.params),
      (rows) => rows.length === 0 ? rows : chain(entry.execute(call.plan, call.params), () => rows),
    );
  return host.transaction(entry.database, work, undefined);
}

/**
 * Makes an update that the store can make.
 *
 * @param values The new values.
 * @param change Makes the change, where the store gives no rows back.
 * @returns The rows as they are then, in the order of their keys.
 */
export function updateReturning(
  entry: TableEntry,
  host: ModelHost,
  call: Call<UpdatePlan>,
  values: Row,
  change: (() => Maybe<unknown>) | null,
): Maybe<Row[]> {
  const { table } = entry;
  if (call.plan.set.length === 0) return entry.execute(matching(table, call), call.params);
  if (change === null && entry.returnsRows) {
    return asOne(entry, host, call.params, () => changeReturning(entry, call));
  }
  const make = change ?? (() => entry.execute(call.plan, call.params));
  const work = (): Maybe<Row[]> =>
    chain(entry.execute(matching(table, call), call.params), (rows) => {
      if (rows.length === 0) return rows;
      // Keys are never computed: what they become is known.
      const keys = rows.map((row) => table.primaryKey.map(({ name }) => values[name] ?? row[name]));
      return chain(make(), () => findKeys(entry, keys));
    });
  return host.transaction(entry.database, work, undefined);
}

/** The rows with these keys, in their order. */
export function findKeys(entry: TableEntry, keys: readonly (readonly unknown[])[]): Maybe<Row[]> {
  const { where, params } = isOneOfKeys(entry.table, keys);
  return entry.execute(searchOf(entry.table, where), params);
}

function changeReturning(entry: TableEntry, { plan, params }: Call<UpdatePlan | DeletePlan>): Maybe<Row[]> {
  const { table } = entry;
  const returning = keepPlan<UpdatePlan | DeletePlan>(table, { ...plan, returning: true });
  const rows = entry.execute({ kind: "change", plan: returning }, params);
  return chain(rows, (found) => found.length < 2 ? found : found.sort(rowComparator(table, keyOrder(table))));
}

function matching(table: Table, { plan }: Call<UpdatePlan | DeletePlan>): SelectPlan {
  return searchOf(table, plan.where);
}
