import { ValidationError } from "../errors/mod.ts";
import type { TableIndex } from "../contract/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { givenRow } from "../query/row_function.ts";
import { describeValue } from "../schema/describe_value.ts";
import { isPlain } from "../schema/plain_object.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { type Conflict, readConflict } from "./conflict.ts";
import { readChanges, readInsert, readUpdate, touch } from "./row_input.ts";

/** How existing rows are met: the options of an upsert, of which each part is still to be read. */
export interface UpsertChoices {
  readonly conflict?: unknown;
  readonly update?: unknown;
  readonly where?: unknown;
}

/** A row to store, and what happens where one is there that it meets. */
export interface Upsert {
  /** The new row. */
  readonly row: Row;
  /** How it meets one that is there; null when it meets none. */
  readonly conflict: Conflict | null;
  /** What an existing row gets: values, and expressions of it. Empty: nothing. */
  readonly change: Row;
  /** The columns that an existing row takes from the new one; null when it is said what it gets. */
  readonly copies: readonly string[] | null;
  /** Only an existing row that satisfies this is changed; undefined for each. */
  readonly where: unknown;
}

const OPTIONS: readonly string[] = ["conflict", "update", "where"];

/**
 * Checks the options of an upsert.
 *
 * @throws {ValidationError} When they make no sense (`INVALID_OPTIONS`).
 */
export function readChoices(table: Table, options: unknown, known = OPTIONS): UpsertChoices {
  if (options === undefined) return {};
  if (Array.isArray(options)) {
    return refuse(table, 'conflict columns are an option: { conflict: ["email"] }, not a list by itself');
  }
  if (typeof options !== "object" || options === null || !isPlain(options)) {
    return refuse(table, `the options are a plain object, not ${describeValue(options)}`);
  }
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return refuse(
      table,
      `${JSON.stringify(unknown.slice(0, 40))} is none of its options, ${known.join(", ")}`,
    );
  }
  return options;
}

/** The options of `findOrCreate`. An existing row is left as it is. */
export function readFindChoices(table: Table, options: unknown): UpsertChoices {
  return { ...readChoices(table, options, ["conflict"]), update: [] };
}

/**
 * Reads a row to store, and how it meets one that is there.
 *
 * @param indexes The indexes there are; null when they are not known.
 * @returns Null when it depends on the indexes.
 * @throws {ValidationError} When a value does not fit its column, or the options do not fit the row.
 */
export function readUpsert(
  entry: TableEntry,
  data: unknown,
  { conflict: named, update, where }: UpsertChoices,
  indexes: readonly TableIndex[] | null,
): Upsert | null {
  const { table } = entry;
  const filled = entry.filled(data);
  const row = readInsert(table, filled);
  const given = Object.keys(readChanges(table, filled));
  const conflict = readConflict(entry, row, given, named, indexes);
  if (conflict === null) return null;
  if (where !== undefined && typeof where !== "function" && (typeof where !== "object" || where === null)) {
    return refuse(table, `\`where\` is an object or a function of (old, given), not ${describeValue(where)}`);
  }
  const columns = conflict === "none" ? [] : conflict.columns;
  const copied = copiedColumns(table, given, update)
    ?.filter((name) => !columns.includes(name) && name !== table.version?.name) ?? null;
  const newRow = givenRow(table, row);
  const change = copied === null
    ? readUpdate(table, withGiven(table, update, newRow))
    : Object.fromEntries(copied.map((name) => [name, row[name]]));
  return {
    row,
    conflict: conflict === "none" ? null : conflict,
    change: copied === null || copied.length === 0 ? change : touch(table, change),
    copies: copied,
    where: typeof where === "function" ? (old: object) => where(old, newRow) as unknown : where,
  };
}

/** The columns that an existing row takes from the new one; null when it is said what it gets. */
function copiedColumns(table: Table, given: readonly string[], update: unknown): readonly string[] | null {
  if (update === undefined) return given;
  if (Array.isArray(update)) {
    const columns = Array.from(update, (name) => table.column(name).name);
    return given.filter((name) => columns.includes(name));
  }
  if (typeof update === "object" && update !== null && isPlain(update)) return null;
  return refuse(
    table,
    `\`update\` is a list of columns, or an object of values, not ${describeValue(update)}`,
  );
}

/** The functions of (old, given), as functions of the old row. */
function withGiven(table: Table, update: unknown, newRow: object): Row {
  const values: [string, unknown][] = Object.entries(update as object);
  return Object.fromEntries(values.map(([name, value]) => [
    // What is no column is refused by its name, not as a member of an object that was made here.
    table.column(name).name,
    typeof value === "function" ? (old: object) => value(old, newRow) as unknown : value,
  ]));
}

function refuse(table: Table, reason: string): never {
  throw new ValidationError(`Cannot upsert into \`${table.name}\`: ${reason}`, {
    code: "INVALID_OPTIONS",
    table: table.name,
  });
}
