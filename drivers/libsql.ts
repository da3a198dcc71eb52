/**
 * A driver over `@libsql/client`: files, memory, libSQL servers (sqld, Turso) over http and web sockets, embedded replicas.
 * Asynchronous: methods return Promises.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { LibSQLDriver } from "@rinari/orm/drivers/libsql";
 *
 * await using orm = new ORM({ driver: new LibSQLDriver({ storageDir: "./data" }) });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * await Note.create({ text: "buy milk" });
 * console.log(await Note.count()); // 1
 * ```
 *
 * @module
 */
import { AsyncSqlDriver } from "../src/sql/sql_driver.ts";
import type { LibSQLOptions } from "./libsql/libsql_options.ts";
import { LibSQLProvider } from "./libsql/libsql_provider.ts";

export type { AsyncSqlDriver } from "../src/sql/sql_driver.ts";
export type {
  LibSQLClient,
  LibSQLResult,
  LibSQLStatement,
  LibSQLTransaction,
  LibSQLValue,
} from "./libsql/libsql_client.ts";
export type { Fetch, LibSQLOptions, PerDatabase } from "./libsql/libsql_options.ts";

const NAME = "libsql";
const VERSION = "0.1.0";

/**
 * libSQL through `@libsql/client`, which has to be installed. Async, in Bun, Deno and Node.js.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { LibSQLDriver } from "@rinari/orm/drivers/libsql";
 *
 * const orm = new ORM({ driver: new LibSQLDriver({ databases: { app: ":memory:" } }) });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * await Note.create({ text: "buy milk" });
 * await orm.disconnect();
 * ```
 */
export class LibSQLDriver extends AsyncSqlDriver {
  readonly #provider: LibSQLProvider;

  /** Makes a driver; the client is loaded by `connect`, and nothing is opened before it is used. */
  constructor(options: LibSQLOptions = {}) {
    const provider = new LibSQLProvider(NAME, VERSION, options);
    super(provider);
    this.#provider = provider;
  }

  /**
   * Brings embedded replicas up to date with their primary; does nothing for other databases. One that is not open yet is brought
   * up to date when it is opened.
   *
   * @param dbName The database; all that are open when none is named.
   * @throws {ConnectionError} When the primary cannot be reached, or the driver is not connected (`NOT_CONNECTED`).
   * @throws {ValidationError} When there is no place for a database of the name (`UNKNOWN_DATABASE`).
   */
  async sync(dbName?: string): Promise<void> {
    for (const engine of this.#provider.opened(dbName)) await engine.sync();
  }
}
