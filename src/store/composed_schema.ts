import { chain, chainAll, type Maybe } from "../chain/chain.ts";
import type { TableSchema } from "../contract/mod.ts";
import { UnsupportedError } from "../errors/mod.ts";
import { orphans, uniqueViolation } from "../errors/violations.ts";
import { predicateShape } from "../query/plans.ts";
import { type Key, rowKey } from "../reference/keys.ts";
import { indexMismatch } from "../schema/schema_mismatch.ts";
import type { Row } from "./any_driver.ts";
import { driverSchema } from "./driver_schema.ts";
import { enforcesReferences } from "./foreign_keys.ts";
import type { Referrer, StoredIndex, StoredTable } from "./stored_table.ts";
import { indexRule, isEnforcedHere, isUnderstood } from "./unique_rules.ts";

/** Makes the table. */
export function createTable({ driver, database, table, codec }: StoredTable): Maybe<void> {
  const schema: Record<string, TableSchema[string]> = {};
  for (const [name, definition] of Object.entries(driverSchema(table))) {
    const given = definition.default ?? null;
    schema[name] = given === null
      ? definition
      : { ...definition, default: codec.encodeValue(name, table.column(name).accept(given)) };
  }
  return driver.createTable(database, table.name, schema);
}

/**
 * Removes the table with its rows and indexes.
 *
 * @throws {ForeignKeyConstraintError} When rows of another table refer to it.
 */
export function dropTable(stored: StoredTable): Maybe<void> {
  const { driver, database, table, home, undoes } = stored;
  const referrers = enforcesReferences(stored)
    ? home.referrers(table.name).filter((referrer) => referrer.stored !== stored)
    : [];
  const drop = (rows: readonly Row[]): Maybe<void> =>
    chain(driver.dropTable(database, table.name), () => {
      home.transactions.record({ kind: "call", undo: restoreTable(stored, rows) });
    });
  return chain(
    chainAll(referrers, (referrer) => refuseReferring(stored, referrer)),
    () => chain(undoes ? [] : stored.find(null, []), drop),
  );
}

/**
 * Makes an index. Uniqueness the driver does not promise is checked on the rows there are, and enforced here from then on.
 *
 * @throws {UniqueConstraintError} When rows already violate it.
 * @throws {UnsupportedError} When the driver does not understand its condition.
 */
export function createIndex(stored: StoredTable, index: StoredIndex): Maybe<void> {
  const { driver, database, table, scene } = stored;
  const { name, columns, unique, where } = index;
  checkSame(stored, index);
  const understood = isUnderstood(stored, index);
  if (!understood && !unique) {
    throw new UnsupportedError(
      `Cannot create index \`${name}\` on \`${table.name}\`: driver ${scene.driver} has no partial indexes with such a condition; ` +
        "leave `where` out",
      { ...scene },
    );
  }
  const condition = understood && where !== null
    ? stored.pushdown.split(where.predicate, where.params).where
    : undefined;
  const create = (): Maybe<void> =>
    understood
      ? driver.createIndex(database, table.name, name, {
        columns,
        ...(unique ? { unique } : null),
        ...(condition === undefined ? null : { where: condition }),
      })
      : undefined;
  return isEnforcedHere(stored, index) ? chain(checkUnique(stored, index), create) : create();
}

/** Removes an index. One that the driver was never told of is only forgotten. */
export function dropIndex(stored: StoredTable, name: string): Maybe<void> {
  const index = stored.indexes.get(name);
  if (index !== undefined && !isUnderstood(stored, index)) return;
  return stored.driver.dropIndex(stored.database, stored.table.name, name);
}

function checkUnique(stored: StoredTable, index: StoredIndex): Maybe<void> {
  const { columns } = indexRule(stored, index);
  return chain(stored.find(index.where?.predicate ?? null, index.where?.params ?? []), (rows) => {
    const seen = new Set<Key>();
    for (const row of rows) {
      const key = rowKey(columns, row);
      if (key === null) continue;
      if (seen.has(key)) throw uniqueViolation(stored.scene, "index", columns);
      seen.add(key);
    }
  });
}

/** Refuses another index under the name of one that is known. */
function checkSame({ scene, indexes }: StoredTable, index: StoredIndex): void {
  const known = indexes.get(index.name);
  if (known === undefined || definitionOf(known) === definitionOf(index)) return;
  throw indexMismatch(scene, index.name, index.columns);
}

function definitionOf({ columns, unique, where }: StoredIndex): string {
  const plain = (_: string, value: unknown): unknown =>
    typeof value === "bigint" ? `${value}` : value instanceof Uint8Array ? [...value] : value;
  return JSON.stringify(
    [columns, unique, predicateShape(where?.predicate ?? null), where?.params ?? []],
    plain,
  );
}

function refuseReferring(stored: StoredTable, { column, stored: child }: Referrer): Maybe<void> {
  const { table: parentTable, column: parentColumn } = column.references as { table: string; column: string };
  const refers = { kind: "not", item: { kind: "null", column: column.name, path: null } } as const;
  return chain(child.find(refers, []), (rows) => {
    if (rows.length === 0) return;
    throw orphans(stored.scene, "drop", { column, parentTable, parentColumn }, [parentColumn]);
  });
}

/** Makes a dropped table again, with its rows and the indexes it had. */
function restoreTable(stored: StoredTable, rows: readonly Row[]): () => Maybe<void> {
  const { driver, database, table, codec } = stored;
  const encoded = rows.map((row) => codec.encode(row));
  const indexes = [...stored.indexes.values()];
  return () =>
    chain(
      createTable(stored),
      () =>
        chain(encoded.length === 0 ? undefined : driver.bulkInsert(database, table.name, encoded), () =>
          chain(chainAll(indexes, (index) => createIndex(stored, index)), () => undefined)),
    );
}
