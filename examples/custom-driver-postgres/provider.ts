import { type Capabilities, type DriverConfig, UnsupportedError, ValidationError } from "../../mod.ts";
import type { AsyncSqlProvider } from "../../src/sql/mod.ts";
import type { MakePgClient } from "./client.ts";
import { PgConnection } from "./connection.ts";
import { connectionError } from "./connection_error.ts";
import { PostgresEngine } from "./engine.ts";
import { loadClient } from "./load_client.ts";
import { quoteName, storedName } from "./names.ts";
import { type PostgresOptions, type PostgresSettings, postgresSettings } from "./options.ts";
import { type PGliteClient, PGliteStream } from "./pglite_stream.ts";
import { Pool } from "./pool.ts";

/** The first version that has what the driver uses: paths into JSON. */
const LEAST_VERSION = 120_000;
const CHECK = "SELECT current_setting('server_version_num'), current_setting('server_encoding'), " +
  "EXISTS (SELECT FROM pg_namespace WHERE nspname = $1)";

/** A PGlite has one connection, whoever uses it. */
const pgliteConnections = new WeakMap<PGliteClient, Pool>();

/** Where the engines of the driver come from. */
export class PostgresProvider implements AsyncSqlProvider {
  /** The driver's name. */
  readonly name: string;
  /** The driver's version. */
  readonly version: string;
  /** Answers come as Promises. */
  readonly mode = "async";
  /** Every flow has a transaction of its own. */
  readonly separates = true;
  /** Flows are kept apart by their connections, unless there is only one. */
  readonly capabilities: Capabilities;
  readonly #options: PostgresOptions;
  readonly #pools: Map<string, { readonly pool: Pool; users: number }> = new Map();
  #settings: PostgresSettings | null = null;
  #Client: MakePgClient | null = null;

  /** Makes a provider. */
  constructor(name: string, version: string, options: PostgresOptions) {
    this.name = name;
    this.version = version;
    this.#options = options;
    this.capabilities = { transactions: options.client === undefined ? "concurrent" : "exclusive" };
  }

  /** Checks the options and loads the client's package. */
  async configure(config: DriverConfig): Promise<void> {
    const settings = postgresSettings(this.name, this.#options, config);
    this.#Client = await loadClient(this.name);
    this.#settings = settings;
  }

  /** Opens a database: a schema, which is made when it is absent. */
  async open(dbName: string): Promise<PostgresEngine> {
    const settings = this.#settings as PostgresSettings;
    const schema = settings.schema(dbName);
    const { pool, closed } = this.#pool(dbName, settings);
    const scene = { driver: this.name, database: dbName } as const;
    try {
      await pool.use(schema, settings.waitTimeout, (connection) => this.#prepare(connection, schema, dbName));
    } catch (error) {
      await closed();
      throw connectionError(error, { ...scene, phase: "connect" }) ?? error;
    }
    return new PostgresEngine({ ...scene, schema, pool, settings, closed });
  }

  async #prepare(connection: PgConnection, schema: string, dbName: string): Promise<void> {
    const { rows: [found = []] } = await connection.query(CHECK, [storedName(schema)]);
    const [version, encoding, exists] = found;
    if (Number(version) < LEAST_VERSION || encoding !== "UTF8") {
      throw new UnsupportedError(
        `Cannot use database \`${dbName}\`: the server is of version ${version} with encoding ${encoding}; version ` +
          `${LEAST_VERSION / 10_000} and UTF8 are needed`,
        { driver: this.name },
      );
    }
    if (exists === "t") return;
    if ((this.#settings as PostgresSettings).readonly) {
      throw new ValidationError(
        `Cannot use database \`${dbName}\`: there is no schema \`${schema}\` to read`,
        {
          code: "UNKNOWN_DATABASE",
          driver: this.name,
        },
      );
    }
    // One at a time: two that make it at the same moment would not both succeed.
    await connection.execute(
      `SELECT pg_advisory_xact_lock(hashtext('rinari: schemas')); CREATE SCHEMA IF NOT EXISTS ${
        quoteName(schema)
      }`,
    );
  }

  #pool(dbName: string, settings: PostgresSettings): { pool: Pool; closed: () => Promise<void> } {
    const { databases, client, poolSize: size } = settings;
    const Client = this.#Client as MakePgClient;
    const url = Object.hasOwn(databases, dbName) ? databases[dbName] as string : settings.url;
    const driver = this.name;
    if (url === null) {
      if (client !== null) {
        return { pool: poolOf(client, Client, settings, driver), closed: () => Promise.resolve() };
      }
      throw new ValidationError(
        `Cannot open database \`${dbName}\`: no place is known for it; add it to \`databases\`, or give \`url\``,
        { code: "UNKNOWN_DATABASE", driver },
      );
    }
    let shared = this.#pools.get(url);
    if (shared === undefined) {
      const { requestTimeout } = settings;
      const config = {
        connectionString: url,
        connectionTimeoutMillis: requestTimeout,
        query_timeout: requestTimeout,
        keepAlive: true,
      };
      const open = (): Promise<PgConnection> => PgConnection.open(Client, config, settings);
      this.#pools.set(url, shared = { pool: new Pool({ driver, open, size }), users: 0 });
    }
    const used = shared;
    used.users++;
    const closed = async (): Promise<void> => {
      if (--used.users > 0) return;
      this.#pools.delete(url);
      await used.pool.close();
    };
    return { pool: used.pool, closed };
  }
}

/** The pool of a PGlite: of one connection, shared by all drivers on it. */
function poolOf(
  client: PGliteClient,
  Client: MakePgClient,
  settings: PostgresSettings,
  driver: string,
): Pool {
  const known = pgliteConnections.get(client);
  if (known !== undefined) return known;
  const config = { stream: () => new PGliteStream(client), user: "postgres", database: "postgres" };
  const pool = new Pool({ driver, open: () => PgConnection.open(Client, config, settings), size: 1 });
  pgliteConnections.set(client, pool);
  return pool;
}
