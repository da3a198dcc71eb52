import type { IndexOptions } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import type { StoredIndex } from "./sql_catalog.ts";
import type { SqlIndexDescription } from "./sql_description.ts";
import { readWhere } from "../query/where_reader.ts";
import { Literals } from "./parameters.ts";
import { allOf, conjuncts } from "./predicate_sql.ts";
import type { SqlTable } from "./sql_table.ts";

/**
 * The name an index has in the store, where names are not of one table but of the whole database. Different pairs of table and
 * index never give the same name.
 */
export function storedIndexName(table: string, index: string): string {
  const name = `${table}__${index}`;
  const plain = name.indexOf("__") === table.length && name.lastIndexOf("__") === table.length;
  return plain ? name : `${table.length}__${name}`;
}

/** The name that an index of a table was given, of the one it has in the store; that one when somebody else made it. */
export function givenIndexName(table: string, stored: string): string {
  for (const prefix of [`${table}__`, `${table.length}__${table}__`]) {
    const name = stored.slice(prefix.length);
    if (stored.startsWith(prefix) && storedIndexName(table, name) === stored) return name;
  }
  return stored;
}

/**
 * What an index is to be.
 *
 * @throws {ValidationError} When it has no column, or a column or the condition makes no sense.
 */
export function describeIndex(
  table: SqlTable,
  indexName: string,
  options: IndexOptions,
): SqlIndexDescription {
  const { dialect, driver } = table.traits;
  if (options.columns.length === 0) {
    throw new ValidationError(
      `Cannot make index \`${indexName}\` of \`${table.name}\`: it has no column; name at least one`,
      {
        code: "INVALID_INDEX",
        driver,
        table: table.name,
      },
    );
  }
  const columns = options.columns.map((name) => table.column(name));
  const { predicate, params } = readWhere(table.table, options.where ?? {}, false);
  const scope = table.scope(new Literals(dialect, params));
  const terms = predicate === null ? null : conjuncts(scope, predicate);
  return {
    quoted: dialect.quote(storedIndexName(table.name, indexName)),
    table,
    columns,
    unique: options.unique === true,
    where: terms && allOf(terms.map((term) => dialect.indexTerm?.(term) ?? term)),
  };
}

/** Whether an index of a store is what one is to be. */
export function isSameIndex(stored: StoredIndex, table: SqlTable, wanted: SqlIndexDescription): boolean {
  const { dialect } = table.traits;
  const { parts } = stored;
  if (parts === undefined || dialect.indexCondition === undefined) {
    return stored.sql === dialect.createIndex(wanted);
  }
  const { columns, unique, where } = wanted;
  return stored.table === table.name && parts.unique === unique &&
    parts.columns.length === columns.length && columns.every(({ name }, i) => parts.columns[i] === name) &&
    parts.where === (where && dialect.indexCondition(where));
}
