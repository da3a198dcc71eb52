/**
 * A driver over PostgreSQL: a server through the package `pg`, or PGlite in this process.
 *
 * @module
 */
import { AsyncSqlDriver } from "../../src/sql/mod.ts";
import type { PostgresOptions } from "./options.ts";
import { PostgresProvider } from "./provider.ts";

export type { Isolation, PostgresOptions } from "./options.ts";
export type { PGliteClient } from "./pglite_stream.ts";

const NAME = "postgres";
const VERSION = "0.1.0";

/**
 * PostgreSQL 12 and later. Async, in Bun, Deno and Node.js.
 *
 * @example
 * ```ts
 * const orm = new ORM({ driver: new PostgresDriver({ url: "postgres://app:secret@localhost/shop" }) });
 * ```
 */
export class PostgresDriver extends AsyncSqlDriver {
  /** Makes a driver; the client is loaded by `connect`, and no connection is opened before it is used. */
  constructor(options: PostgresOptions) {
    super(new PostgresProvider(NAME, VERSION, options));
  }
}
