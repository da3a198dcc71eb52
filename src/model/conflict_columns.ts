import { ValidationError } from "../errors/mod.ts";
import type { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import type { StoreIndex } from "../store/table_store.ts";

/**
 * The columns by which an upsert finds the row to update.
 *
 * @param given The columns that have a value in the data.
 * @param named The columns the caller named, or undefined.
 * @throws {ValidationError} When they are no primary key or unique columns, or one of them has no value.
 */
export function conflictColumns(
  table: Table,
  indexes: readonly StoreIndex[],
  row: Row,
  given: readonly string[],
  named: readonly string[] | undefined,
): readonly string[] {
  const key = table.primaryKey.map(({ name }) => name);
  if (named === undefined) {
    const has = (name: string): boolean => given.includes(name) && row[name] !== null;
    if (key.every(has)) return key;
    const unique = table.columns.filter(({ name, definition }) => definition.unique === true && has(name));
    if (unique.length === 1) return unique.map(({ name }) => name);
    return refuse(
      table,
      unique.length === 0
        ? "neither the primary key nor a unique column is given"
        : `several unique columns are given (${
          unique.map(({ name }) => `\`${name}\``).join(", ")
        }); name the conflict columns`,
    );
  }
  if (!Array.isArray(named) || named.length === 0) {
    return refuse(table, "the conflict columns are a list of columns");
  }
  const columns = named.map((name) => table.column(name).name);
  const sets = [
    key,
    ...table.columns.filter(({ unique }) => unique).map(({ name }) => [name]),
    ...indexes.filter(({ unique, where }) => unique && where === null).map((index) => index.columns),
  ];
  if (!sets.some((set) => set.length === columns.length && set.every((name) => columns.includes(name)))) {
    const partial = indexes.find((index) =>
      index.unique && index.where !== null && index.columns.length === columns.length &&
      index.columns.every((name) => columns.includes(name))
    );
    if (partial !== undefined) {
      return refuse(
        table,
        `index \`${partial.name}\` is partial: its columns are unique among some rows only; name columns that are unique in all`,
      );
    }
    return refuse(
      table,
      `${columns.map((name) => `\`${name}\``).join(", ")} are neither the primary key nor unique together`,
    );
  }
  const missing = columns.find((name) => row[name] === null || row[name] === undefined);
  if (missing !== undefined) return refuse(table, `conflict column \`${missing}\` has no value`);
  return columns;
}

function refuse(table: Table, reason: string): never {
  throw new ValidationError(`Cannot upsert into \`${table.name}\`: ${reason}`, {
    code: "INVALID_CONFLICT",
    table: table.name,
  });
}
