import { PGlite } from "@electric-sql/pglite";
import { PgConnection } from "../../../examples/custom-driver-postgres/connection.ts";
import { loadClient } from "../../../examples/custom-driver-postgres/load_client.ts";
import type { PostgresOptions } from "../../../examples/custom-driver-postgres/postgres_driver.ts";
import { findServer } from "./server.ts";

/** A PostgreSQL that drivers are tested on. */
export interface Place {
  /** What it is called in names of tests. */
  readonly name: "PGlite" | "server";
  /** Why it cannot be used here, or null. */
  readonly skip: string | null;
  /** How a driver finds it. */
  readonly options: Pick<PostgresOptions, "url" | "client">;
  /** Asks it, around the driver. */
  ask(sql: string): Promise<(string | null)[][]>;
}

let found: Promise<readonly Place[]> | null = null;

/** The places there are: a PGlite in this process, and a server. */
export function findPlaces(): Promise<readonly Place[]> {
  return found ??= Promise.all([pglite(), server()]);
}

async function pglite(): Promise<Place> {
  const name = "PGlite";
  try {
    const client = await PGlite.create();
    const ask = async (sql: string): Promise<(string | null)[][]> =>
      (await client.query<(string | null)[]>(sql, [], { rowMode: "array" })).rows;
    return { name, skip: null, options: { client }, ask };
  } catch (error) {
    return { ...NOWHERE, name, skip: `PGlite does not run here: ${String(error).slice(0, 200)}` };
  }
}

async function server(): Promise<Place> {
  const name = "server";
  const answer = await findServer();
  if ("skip" in answer) return { ...NOWHERE, name, skip: answer.skip };
  const { url } = answer;
  const ask = async (sql: string): Promise<(string | null)[][]> => {
    const session = { readonly: false, lockTimeout: 10_000, requestTimeout: 30_000 };
    const connection = await PgConnection.open(await loadClient("tests"), { connectionString: url }, session);
    try {
      return (await connection.query(sql, [])).rows;
    } finally {
      await connection.close();
    }
  };
  return { name, skip: null, options: { url }, ask };
}

const NOWHERE = {
  options: {},
  ask: (): Promise<never> => Promise.reject(new Error("There is no such place here")),
};
