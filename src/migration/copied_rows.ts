import { chain, type Maybe } from "../chain/chain.ts";
import type { TableSchema } from "../contract/mod.ts";
import { initialValue } from "../reference/altered_table.ts";
import { storageSchema } from "../reference/storage_schema.ts";
import { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { RowCodec } from "../store/row_codec.ts";
import { CHUNK, chunkOf } from "./calls.ts";
import type { MigrationStore } from "./store.ts";
import { repeat } from "./turn.ts";

/** Makes a table as the driver is told of one. */
export function createTable(store: MigrationStore, name: string, schema: TableSchema): Maybe<void> {
  const codec = codecOf(store, name, schema);
  const table = new Table(name, storageSchema(schema));
  const told = Object.entries(schema).map(([column, definition]) => {
    const { default: _, ...rest } = definition;
    const given = initialValue(table.column(column), definition);
    return [column, given === null ? rest : { ...rest, default: codec.encodeValue(column, given) }];
  });
  return store.driver.createTable(store.database, name, Object.fromEntries(told) as TableSchema);
}

function codecOf({ driver, driverName }: MigrationStore, name: string, schema: TableSchema): RowCodec {
  return new RowCodec(
    new Table(name, storageSchema(schema)),
    driverName,
    driver.metadata.capabilities?.nativeTypes ?? [],
  );
}

/** The rows of a table, in pages where the driver has them. */
export function eachRow(
  store: MigrationStore,
  name: string,
  schema: TableSchema,
  work: (rows: readonly Row[]) => Maybe<unknown> | void,
): Maybe<void> {
  const { driver, database } = store;
  const { capabilities = {} } = driver.metadata;
  const codec = codecOf(store, name, schema);
  const keys = Object.keys(schema).filter((column) => schema[column]?.primaryKey === true);
  const pages = capabilities.limit === true && capabilities.orderBy === true && keys.length > 0;
  let offset = 0;
  return repeat(() => {
    const options = pages ? { orderBy: keys.map((key) => [key, "ASC"] as const), limit: CHUNK, offset } : {};
    return chain(driver.findAll(database, name, options as object), (rows) => {
      offset += CHUNK;
      return chain(
        work(rows.map((row) => codec.decode("findAll", row))) as Maybe<unknown>,
        () => !pages || rows.length < CHUNK,
      );
    });
  });
}

/** Copies rows from a table to another one. */
export function copyRows(
  store: MigrationStore,
  from: string,
  before: TableSchema,
  to: string,
  schema: TableSchema,
  change: (row: Row) => Row,
): Maybe<void> {
  const { driver, database } = store;
  const codec = codecOf(store, to, schema);
  const size = chunkOf(store);
  return eachRow(store, from, before, (rows) => {
    const made = rows.map((row) => codec.encode(change(row)));
    let at = 0;
    return repeat(() => {
      if (at >= made.length) return true;
      const some = made.slice(at, at += size);
      return chain(driver.bulkInsert(database, to, some), () => false);
    });
  });
}

/** The last number that an autoIncrement column gave: what the next row would have, less one. Null where there is none. */
export function lastNumber(
  store: MigrationStore,
  name: string,
  schema: TableSchema,
  rows: number,
): Maybe<number | null> {
  const { driver, database } = store;
  const number = numberOf(schema);
  if (number === null || driver.metadata.capabilities?.unique === true) return null;
  const insert = (): Maybe<number> =>
    chain(driver.insert(database, name, probe(store, name, schema)), (row) => {
      const given = Number(row[number]);
      const key = { [number]: row[number] } as Parameters<typeof driver.delete>[2];
      return chain(driver.delete(database, name, key), () => given - 1);
    });
  // One that was interrupted has left its row, which has the greatest number.
  return chain(driver.count(database, name), (there) => {
    if (there <= rows) return insert();
    return chain(driver.findAll(database, name, {}), (found) => {
      const greatest = found.map((row) => row[number]).reduce((a, b) => Number(b) > Number(a) ? b : a);
      const key = { [number]: greatest } as Parameters<typeof driver.delete>[2];
      return chain(driver.delete(database, name, key), insert);
    });
  });
}

/** Lets a table give the number after a last one next. */
export function giveNumber(
  store: MigrationStore,
  name: string,
  schema: TableSchema,
  last: number | null,
): Maybe<void> {
  const { driver, database } = store;
  const number = numberOf(schema);
  if (number === null || last === null || last < 1) return;
  const codec = codecOf(store, name, schema);
  const value = codec.encodeValue(number, schema[number]?.bigint === true ? BigInt(last) : last);
  const where = { [number]: value } as Parameters<typeof driver.delete>[2];
  return chain(driver.count(database, name, where), (there) => {
    if (there > 0) return;
    return chain(
      driver.insert(database, name, { ...probe(store, name, schema), [number]: value }),
      () => chain(driver.delete(database, name, where), () => undefined),
    );
  });
}

function numberOf(schema: TableSchema): string | null {
  return Object.keys(schema).find((column) => schema[column]?.autoIncrement === true) ?? null;
}

/** Values of a row that is gone at once. */
const VALUES: Readonly<Record<string, unknown>> = {
  text: "",
  integer: 0,
  bigint: 0n,
  real: 0,
  boolean: false,
  json: {},
};

function probe(store: MigrationStore, name: string, schema: TableSchema): Row {
  const codec = codecOf(store, name, schema);
  const row: Row = {};
  for (
    const { name: column, kind, nullable, autoIncrement } of new Table(name, storageSchema(schema)).columns
  ) {
    if (autoIncrement) continue;
    const value = kind === "blob" ? new Uint8Array(0) : VALUES[kind] ?? new Date(0);
    row[column] = nullable ? null : codec.encodeValue(column, value);
  }
  return row;
}
