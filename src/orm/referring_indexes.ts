import { chain, type Maybe } from "../chain/chain.ts";
import type { NamedIndex } from "../contract/mod.ts";
import type { Column } from "../schema/column.ts";
import { storeNameOf } from "../schema/naming.ts";
import { anyDriver } from "../store/any_driver.ts";
import { defaultName } from "./index_definition.ts";
import type { TableEntry } from "./table_entry.ts";

/** The longest name of an index. */
const MAX_NAME = 200;

/**
 * The indexes by which rows are found through what they refer to: of columns that no declared index, key or unique column leads with, on
 * drivers that do not find them anyway.
 */
export function referringIndexes(entry: TableEntry): NamedIndex[] {
  const { connection: { driver }, table, declared, isView } = entry;
  if (isView || driver.metadata.capabilities?.findsReferring === true) return [];
  const isLed = ({ storeName, unique, name }: Column): boolean =>
    unique || table.primaryKey[0]?.name === name ||
    declared.some(({ columns, where }) => where === undefined && columns[0] === storeName);
  return table.columns
    .filter((column) => column.references !== null && column.definition.index !== false && !isLed(column))
    .map(({ name, storeName }) => ({
      name: storeNameOf(defaultName({ columns: [name], unique: false }), table.naming),
      columns: [storeName],
    }))
    .filter(({ name }) => name.length <= MAX_NAME && !declared.some((index) => index.name === name));
}

/**
 * The indexes to be made of a table: those that its model declares, and, when it is not there yet, those of columns that refer. A table
 * that is there gets them by a migration: it may be large, or of somebody else.
 */
export function indexesToMake(entry: TableEntry): Maybe<readonly NamedIndex[]> {
  const { table, declared, database, connection } = entry;
  const referring = referringIndexes(entry);
  if (referring.length === 0) return declared;
  return chain(
    anyDriver(connection.given).tableExists(database, table.storeName),
    (exists) => exists ? declared : [...declared, ...referring],
  );
}
