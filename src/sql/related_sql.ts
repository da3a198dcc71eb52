import type { Predicate, RelatedPredicate } from "../contract/mod.ts";
import type { PredicateScope } from "./predicate_sql.ts";
import type { SqlColumn } from "./sql_column.ts";
import type { SqlTable } from "./sql_table.ts";

/**
 * Writes that a row of another table has the value of a column. The rows that satisfy a condition are collected once (`IN`), or
 * looked for with each row of this table (`EXISTS`): no database chooses between the two well. Names stay without aliases, so that a
 * column's qualified name is that of the innermost table; a table within itself is therefore always collected.
 */
export function relatedSQL(
  scope: PredicateScope,
  predicate: RelatedPredicate,
  write: (scope: PredicateScope, where: Predicate) => string,
): string {
  const { table, scope: inner } = scope.other(predicate.table);
  const own = scope.column(predicate.column);
  const theirs = table.column(predicate.theirs);
  const where = predicate.where === null ? null : write(inner, predicate.where);
  const [ours, others] = comparable(own, theirs);
  if (
    own.table === table.name || ours !== own.quoted || others !== theirs.quoted ||
    !leads(table, theirs.name) ||
    isKey(table, theirs.name) || isRare(inner, table, predicate.where)
  ) {
    return `${ours} IN (SELECT ${others} FROM ${table.quoted}${where === null ? "" : ` WHERE ${where}`})`;
  }
  return `EXISTS (SELECT 1 FROM ${table.quoted} WHERE ${own.qualified} = ${theirs.qualified}${
    where === null ? "" : ` AND ${where}`
  })`;
}

/** How the values of two columns are written, so that equal ones are the same. */
function comparable(own: SqlColumn, theirs: SqlColumn): readonly [string, string] {
  return own.stored === theirs.stored && own.equal === null && theirs.equal === null
    ? [own.compared, theirs.compared]
    : [own.value, theirs.value];
}

/** Whether each row of this table has one row of the other at most. */
function isKey(table: SqlTable, column: string): boolean {
  const { primaryKey } = table.table;
  return primaryKey.length === 1 && primaryKey[0]?.name === column || table.column(column).unique;
}

/** Whether the rows with a value of a column are found without reading the others. */
function leads(table: SqlTable, column: string): boolean {
  return table.table.primaryKey[0]?.name === column || table.column(column).unique ||
    [...table.found.values()].includes(column) ||
    [...table.indexes.values()].some(({ columns, where }) => where === undefined && columns[0] === column);
}

/** Whether a condition picks out rows by an equality that an index serves: then there are few. */
function isRare(scope: PredicateScope, table: SqlTable, where: Predicate | null): boolean {
  switch (where?.kind) {
    case "and":
      return where.items.some((item) => isRare(scope, table, item));
    case "equal":
    case "in":
      return where.path === null && leads(table, where.column);
    case "related":
      return leads(table, where.column) && comparesEqual(where.where);
    default:
      return false;
  }
}

function comparesEqual(where: Predicate | null): boolean {
  switch (where?.kind) {
    case "and":
      return where.items.some(comparesEqual);
    case "equal":
    case "in":
      return true;
    case "related":
      return comparesEqual(where.where);
    default:
      return false;
  }
}
