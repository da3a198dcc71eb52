import type { QueryOptions, TableSchema } from "../../../src/contract/mod.ts";
import { RinariError } from "../../../src/errors/mod.ts";
import { MemoryDriver } from "../../../drivers/memory.ts";

/** A row, as tests look at it. */
export type Loose = Record<string, unknown>;

/** A connected driver. */
export function connected(): MemoryDriver {
  const driver = new MemoryDriver();
  driver.connect({});
  return driver;
}

/** A connected driver with tables in database `app`. */
export function withTables(tables: Readonly<Record<string, TableSchema>>): MemoryDriver {
  const driver = connected();
  for (const name of Object.keys(tables)) driver.createTable("app", name, tables[name] as TableSchema);
  return driver;
}

/** The rows of a table of `app`, by primary key. */
export function rowsOf(driver: MemoryDriver, table: string, options: QueryOptions = {}): Loose[] {
  return driver.findAll<Loose>("app", table, options);
}

/** The error that a call throws: class, code, table and columns. */
export function failure(call: () => unknown): Loose {
  try {
    call();
  } catch (error) {
    if (!(error instanceof RinariError)) throw error;
    return {
      name: error.name,
      code: error.code,
      table: error.table,
      columns: error.columns,
      driver: error.driver,
    };
  }
  throw new Error("Nothing was thrown");
}

export const key = { type: "INTEGER", primaryKey: true, autoIncrement: true } as const;
