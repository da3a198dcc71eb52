import { chain, type Maybe } from "../chain/chain.ts";
import { ConflictError, NotFoundError, ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { ReadFind } from "../query/find_options.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import type { Column } from "../schema/column.ts";
import { describeValue } from "../schema/describe_value.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { executeUpdateReturning } from "./computed_update.ts";
import { keyFind, showKey } from "./key_find.ts";
import type { ModelHost } from "./model_host.ts";
import { readUpdate } from "./row_input.ts";

/**
 * Changes the row with a key.
 *
 * @returns The row as it is then stored.
 * @throws {NotFoundError} When there is none.
 */
export function updateByKey(entry: TableEntry, host: ModelHost, key: unknown, data: unknown): Maybe<Row> {
  const find = keyFind(entry.table, key);
  return changeOne(entry, host, { find, where: whereOf(find), show: showKey(entry.table, key) }, data);
}

/**
 * Changes a row that was read before.
 *
 * @param row It, or its key and, where there is one, its version.
 * @returns The row as it is then stored.
 * @throws {ValidationError} When the key or the version is not there (`INVALID_KEY`).
 * @throws {NotFoundError} When the row is no more.
 * @throws {ConflictError} When it was changed since it was read (`STALE_ROW`).
 */
export function patchRow(entry: TableEntry, host: ModelHost, row: unknown, data: unknown): Maybe<Row> {
  const { table } = entry;
  const { version } = table;
  const columns = version === null ? table.primaryKey : [...table.primaryKey, version];
  const values = columns.map((column) => memberOf(table, row, column));
  const key = table.primaryKey.length === 1
    ? values[0]
    : Object.fromEntries(table.primaryKey.map(({ name }, i) => [name, values[i]]));
  const find = keyFind(table, key);
  const show = showKey(table, key);
  const where = whereOf(find);
  if (version === null) return changeOne(entry, host, { find, where, show }, data);
  const slot = where.params.push(version.accept(values.at(-1))) - 1;
  const isSame = { kind: "equal", column: version.name, path: null, slot, type: null } as const;
  const items = [...(where.predicate === null ? [] : [where.predicate]), isSame];
  const same: ReadWhere = { predicate: { kind: "and", items }, params: where.params, value: null };
  return changeOne(entry, host, { find, where: same, show }, data);
}

/** A row that is changed. */
interface Target {
  /** The search for it. */
  readonly find: ReadFind;
  /** What has to hold for it to be changed. */
  readonly where: ReadWhere;
  /** Its key, for messages. */
  readonly show: string;
}

function changeOne(
  entry: TableEntry,
  host: ModelHost,
  { find, where, show }: Target,
  data: unknown,
): Maybe<Row> {
  const { table } = entry;
  const values = readUpdate(table, data);
  entry.checkLimits([values]);
  return chain(executeUpdateReturning(entry, host, values, where), ([row]) => {
    if (row !== undefined) return row;
    return chain(entry.execute(find.plan, find.params), ([current]) => refuseChange(entry, show, current));
  });
}

function refuseChange(entry: TableEntry, show: string, current: Row | undefined): never {
  const { table } = entry;
  const driver = entry.connection.driver.metadata.name;
  if (current === undefined) {
    throw new NotFoundError(
      `Cannot update a row of \`${table.name}\`: there is none with key ${show}; it may have been removed`,
      { table: table.name, driver },
    );
  }
  throw new ConflictError(
    `Cannot patch the row of \`${table.name}\` with key ${show}: it was changed since it was read; look at \`current\` of this error, ` +
      "which is the row as it is now, and patch that",
    { code: "STALE_ROW", table: table.name, driver, current },
  );
}

function whereOf({ plan, params }: ReadFind): ReadWhere {
  return { predicate: plan.where, params: [...params], value: null };
}

function memberOf(table: Table, row: unknown, { name }: Column): unknown {
  const value = typeof row === "object" && row !== null && Object.hasOwn(row, name)
    ? (row as Row)[name]
    : undefined;
  if (value !== undefined && value !== null) return value;
  const columns = [...table.primaryKey, ...(table.version === null ? [] : [table.version])]
    .map((column) => column.name);
  throw new ValidationError(
    `Cannot patch a row of \`${table.name}\`: ` +
      (typeof row === "object" && row !== null
        ? `the row given has no \`${name}\``
        : `a row is needed, not ${describeValue(row)}`) +
      `; it needs ${columns.map((each) => `\`${each}\``).join(", ")}`,
    { code: "INVALID_KEY", table: table.name, columns },
  );
}

/** Whether an upsert gives an existing row other values than a new one, beside those that are given. */
export function differsOnUpdate({ version, touched }: Table): boolean {
  return version !== null || touched.some(({ definition }) => definition.default !== undefined);
}
