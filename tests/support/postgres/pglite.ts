import { PGlite } from "@electric-sql/pglite";
import {
  PostgresDriver,
  type PostgresOptions,
} from "../../../examples/custom-driver-postgres/postgres_driver.ts";
import { quoteName } from "../../../examples/custom-driver-postgres/names.ts";
import type { AnyKindOfDriver, ConformanceOptions } from "../../../src/testing/mod.ts";

let started: Promise<PGlite> | null = null;
let stores = 0;

/** The PGlite of this process, started when it is first needed. */
export function pglite(): Promise<PGlite> {
  return started ??= PGlite.create();
}

/** Drivers on PGlite, each with schemas of its own. */
export function inPGlite(
  options: PostgresOptions = {},
): Pick<ConformanceOptions, "driver" | "reopen" | "cleanup"> {
  const prefixes = new WeakMap<AnyKindOfDriver, string>();
  const open = async (prefix: string): Promise<AnyKindOfDriver> => {
    const client = await pglite();
    const driver = new PostgresDriver({ ...options, client, schema: (dbName) => `${prefix}${dbName}` });
    prefixes.set(driver, prefix);
    return driver;
  };
  return {
    driver: () => open(`s${++stores}_`),
    reopen: (driver) => open(prefixes.get(driver) as string),
    cleanup: async (driver) => await dropSchemas(prefixes.get(driver) as string),
  };
}

async function dropSchemas(prefix: string): Promise<void> {
  const client = await pglite();
  const { rows } = await client.query<{ name: string }>(
    "SELECT nspname AS name FROM pg_namespace WHERE starts_with(nspname, $1)",
    [prefix],
  );
  for (const { name } of rows) await client.exec(`DROP SCHEMA ${quoteName(name)} CASCADE`);
}
