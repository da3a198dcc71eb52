import type { TableSchema } from "../../contract/mod.ts";
import { driverSchema } from "../../store/driver_schema.ts";
import { Table } from "../../schema/table.ts";
import type { AnyDriver } from "../../store/any_driver.ts";
import { expectEqual } from "../assertions.ts";
import type { CallLog } from "../call_log.ts";
import type { Row } from "../test_model.ts";
import type { World } from "../world.ts";
import { copies } from "./condition.ts";

/** A table of a driver whose methods are called without the ORM. */
export interface DirectTable {
  /** The driver. */
  readonly driver: AnyDriver;
  /** The database's name. */
  readonly db: string;
  /** The table's name. */
  readonly name: string;
  /** The calls made. */
  readonly log: CallLog;
}

/** Makes a table as the core would, with rows. */
export async function directTable(
  world: World,
  name: string,
  schema: TableSchema,
  rows: readonly Row[] = [],
): Promise<DirectTable> {
  const driver = await world.direct();
  const db = world.database;
  await driver.createTable(db, name, driverSchema(new Table(name, schema)));
  const most = world.capabilities.limits?.batchRows ?? Infinity;
  for (let at = 0; at < rows.length; at += most) {
    await driver.bulkInsert(db, name, copies(rows.slice(at, at + most)));
  }
  return { driver, db, name, log: world.log };
}

/** All rows, in the order of their `id`: a look at what the call before did. */
export async function allRows({ driver, db, name, log }: DirectTable): Promise<Row[]> {
  const rows = await log.look(() => driver.findAll(db, name, {}));
  return rows.sort((a, b) => Number(a["id"]) - Number(b["id"]));
}

/** The row with a key, or null: a look at what the call before did. */
export async function rowOf({ driver, db, name, log }: DirectTable, id: number): Promise<Row | null> {
  return await log.look(() => driver.findOne(db, name, { where: { id } }));
}

/** Expects rows to be those with some keys, in any order. */
export function expectIds(rows: readonly Row[], ids: readonly number[]): void {
  expectEqual(idsOf(rows), ids, "the `id`s of the rows");
}

/** The keys of rows, ascending. */
export function idsOf(rows: readonly Row[]): number[] {
  return rows.map(({ id }) => Number(id)).sort((a, b) => a - b);
}
