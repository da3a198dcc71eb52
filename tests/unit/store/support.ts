import { RinariError } from "../../../src/errors/mod.ts";
import type { ModelSchema } from "../../../src/schema/model_schema.ts";
import { type NaiveCall, NaiveDriver, type NaiveOptions } from "../../support/naive_driver.ts";
import { FakeDatabase, type FakeTable } from "./fake_database.ts";

/** A row, as tests look at it. */
export type Loose = Record<string, unknown>;

export const key = { type: "INTEGER", primaryKey: true, autoIncrement: true } as const;

/** A naive driver with tables made. */
export interface Naive<Names extends string> {
  readonly driver: NaiveDriver;
  readonly database: FakeDatabase;
  readonly tables: Readonly<Record<Names, FakeTable>>;
}

/** Makes tables in a naive driver; its record of calls begins empty. */
export function naive<Names extends string>(
  schemas: Readonly<Record<Names, ModelSchema>>,
  options: NaiveOptions = {},
): Naive<Names> {
  const driver = new NaiveDriver(options);
  const database = new FakeDatabase(driver);
  const tables: Record<string, FakeTable> = {};
  for (const name of Object.keys(schemas)) {
    const table = tables[name] = database.define(name, schemas[name as Names]);
    table.create();
  }
  driver.calls.length = 0;
  return { driver, database, tables: tables as Readonly<Record<Names, FakeTable>> };
}

/** The calls since the last look, as `method table`. */
export function callsOf(driver: NaiveDriver): string[] {
  return driver.calls.splice(0).map(({ method, table }) => `${method} ${table}`);
}

/** The calls since the last look, with what was given. */
export function takeCalls(driver: NaiveDriver): NaiveCall[] {
  return driver.calls.splice(0);
}

/** The error that a call throws: class, code, table, columns and driver. */
export function failure(call: () => unknown): Loose {
  try {
    call();
  } catch (error) {
    return describeFailure(error);
  }
  throw new Error("Nothing was thrown");
}

/** The error that a call rejects with. */
export async function rejection(call: () => unknown): Promise<Loose> {
  try {
    await call();
  } catch (error) {
    return describeFailure(error);
  }
  throw new Error("Nothing was thrown");
}

/** What tests compare of an error. */
export function describeFailure(error: unknown): Loose {
  if (!(error instanceof RinariError)) throw error;
  const { name, code, table, columns, driver } = error;
  return { name, code, table, columns: [...columns], driver };
}
