import { ValidationError } from "../errors/mod.ts";
import type { Table } from "../schema/table.ts";
import type { TableIndex } from "../contract/mod.ts";
import type { Row } from "../store/any_driver.ts";

/**
 * The columns by which an upsert finds the row to update.
 *
 * @param given The columns that have a value in the data.
 * @param named The columns the caller named, or undefined.
 * @throws {ValidationError} When they are no columns, or one of them has no value.
 */
export function conflictColumns(
  table: Table,
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
  const missing = columns.find((name) => row[name] === null || row[name] === undefined);
  if (missing !== undefined) return refuse(table, `conflict column \`${missing}\` has no value`);
  return columns;
}

/**
 * Whether columns are unique together, by the schema or by an index.
 *
 * @param indexes The indexes there are; null when they are not known.
 * @returns Null when it depends on the indexes.
 * @throws {ValidationError} When they are not.
 */
export function checkUnique(
  table: Table,
  columns: readonly string[],
  indexes: readonly TableIndex[] | null,
): true | null {
  const same = (set: readonly string[]): boolean =>
    set.length === columns.length && set.every((name) => columns.includes(name));
  const keys = [
    table.primaryKey.map(({ name }) => name),
    ...table.columns.filter(({ unique }) => unique).map(({ name }) => [name]),
  ];
  if (keys.some(same)) return true;
  if (indexes === null) return null;
  const unique = indexes.filter((index) => index.unique && same(index.columns));
  if (unique.some(({ partial }) => !partial)) return true;
  const [partial] = unique;
  return refuse(
    table,
    partial === undefined
      ? `${columns.map((name) => `\`${name}\``).join(", ")} are neither the primary key nor unique together`
      : `index \`${partial.name}\` is partial: its columns are unique among some rows only; name columns that are unique in all`,
  );
}

function refuse(table: Table, reason: string): never {
  throw new ValidationError(`Cannot upsert into \`${table.name}\`: ${reason}`, {
    code: "INVALID_CONFLICT",
    table: table.name,
  });
}
