import type { TableIndex } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import type { ReadWhere } from "../query/where_reader.ts";
import { compilePredicate } from "../reference/evaluate.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";

/** How a row meets one that is there. */
export interface Conflict {
  /** The columns in which the two are equal. */
  readonly columns: readonly string[];
  /** The condition of the partial index that makes them unique; null when they are so in all rows. */
  readonly within: ReadWhere | null;
  /** The name of that index, or null. */
  readonly index: string | null;
}

/**
 * How a row meets one that is there.
 *
 * @param given The columns that have a value in the data.
 * @param named The columns the caller named, the name of an index, or undefined.
 * @param indexes The indexes there are; null when they are not known.
 * @returns `"none"` for a row that no partial index holds: it meets nothing. Null when it depends on the indexes.
 * @throws {ValidationError} When the columns are not unique together, or one of them has no value (`INVALID_CONFLICT`).
 */
export function readConflict(
  entry: TableEntry,
  row: Row,
  given: readonly string[],
  named: unknown,
  indexes: readonly TableIndex[] | null,
): Conflict | "none" | null {
  const { table } = entry;
  if (named === undefined) return { columns: givenKey(table, row, given), within: null, index: null };
  if (typeof named === "string") {
    return indexes === null ? null : byIndex(entry, row, indexWithName(table, indexes, named));
  }
  if (!Array.isArray(named) || named.length === 0) {
    return refuse(table, "`conflict` is a list of columns, or the name of an index");
  }
  const columns = named.map((name) => table.column(name).name);
  const same = (set: readonly string[]): boolean =>
    set.length === columns.length && set.every((name) => columns.includes(name));
  const keys = [
    table.primaryKey.map(({ name }) => name),
    ...table.columns.filter(({ unique }) => unique).map(({ name }) => [name]),
  ];
  const whole = { columns: withValues(table, row, columns), within: null, index: null };
  if (keys.some(same)) return whole;
  if (indexes === null) return null;
  const unique = indexes.filter((index) => index.unique && same(index.columns));
  if (unique.length === 0) {
    return refuse(table, `${list(columns)} are neither the primary key nor unique together`);
  }
  return unique.some(({ partial }) => !partial) ? whole : byPartial(entry, row, unique);
}

/** The primary key when it is given, else the one unique column that is. */
function givenKey(table: Table, row: Row, given: readonly string[]): readonly string[] {
  const key = table.primaryKey.map(({ name }) => name);
  const has = (name: string): boolean => given.includes(name) && row[name] !== null;
  if (key.every(has)) return key;
  const unique = table.columns.filter(({ name, definition }) => definition.unique === true && has(name));
  if (unique.length === 1) return unique.map(({ name }) => name);
  return refuse(
    table,
    unique.length === 0
      ? "neither the primary key nor a unique column is given"
      : `several unique columns are given (${
        list(unique.map(({ name }) => name))
      }); say which with \`conflict\``,
  );
}

function indexWithName(table: Table, indexes: readonly TableIndex[], name: string): TableIndex {
  const index = indexes.find((each) => each.name === name);
  if (index === undefined) {
    const known = list(indexes.filter(({ unique }) => unique).map((each) => each.name));
    return refuse(
      table,
      `it has no index ${JSON.stringify(name.slice(0, 64))}, ` +
        (known === "" ? "nor any other unique one" : `its unique indexes are ${known}`) +
        "; columns are given as a list",
    );
  }
  return index.unique ? index : refuse(table, `index \`${name}\` is not unique`);
}

function byIndex(entry: TableEntry, row: Row, index: TableIndex): Conflict | "none" {
  if (!index.partial) {
    return { columns: withValues(entry.table, row, index.columns), within: null, index: null };
  }
  return byPartial(entry, row, [index]);
}

/** The one of some partial indexes that the row would be in. */
function byPartial(entry: TableEntry, row: Row, indexes: readonly TableIndex[]): Conflict | "none" {
  const { table } = entry;
  const holding = indexes.flatMap(({ name, columns }) => {
    const within = entry.conditionOf(name);
    if (within === undefined) {
      return refuse(
        table,
        `index \`${name}\` is partial, and its condition is not known here; declare it in the \`indexes\` of the model`,
      );
    }
    const holds = compilePredicate(table, within.predicate, within.params)(row);
    return holds ? [{ name, columns, within }] : [];
  });
  const [only] = holding;
  if (only === undefined) return "none";
  if (holding.length > 1) {
    const names = list(holding.map(({ name }) => name));
    return refuse(
      table,
      `the row is in several partial indexes of these columns (${names}); name one as \`conflict\``,
    );
  }
  return { columns: withValues(table, row, only.columns), within: only.within, index: only.name };
}

function withValues(table: Table, row: Row, columns: readonly string[]): readonly string[] {
  const missing = columns.find((name) => row[name] === null || row[name] === undefined);
  return missing === undefined ? columns : refuse(table, `conflict column \`${missing}\` has no value`);
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}

function refuse(table: Table, reason: string): never {
  throw new ValidationError(`Cannot upsert into \`${table.name}\`: ${reason}`, {
    code: "INVALID_CONFLICT",
    table: table.name,
  });
}
