import { type DriverConfig, ValidationError } from "../../mod.ts";
import type { PGliteClient } from "./pglite_stream.ts";

/** How transactions see one another. */
export type Isolation = "serializable" | "repeatable read" | "read committed";

/** Where a PostgreSQL driver finds its databases, and how it works on them. Times are in milliseconds. */
export interface PostgresOptions {
  /** The url of the server, `postgres://user:password@host:port/database`. Each database of the ORM is a schema in it. */
  readonly url?: string | undefined;
  /** Urls by database name, for those that are elsewhere. */
  readonly databases?: Readonly<Record<string, string>> | undefined;
  /** A PGlite in place of a server. It stays open after `disconnect`. */
  readonly client?: PGliteClient | undefined;
  /** The schema of a database. Default: one of the database's name, made when it is absent. */
  readonly schema?: ((dbName: string) => string) | undefined;
  /** The most connections to one server. Default 10. */
  readonly poolSize?: number | undefined;
  /** How long to wait for a connection while all are in use. Default 5,000. */
  readonly waitTimeout?: number | undefined;
  /** How long a statement waits for a lock of another transaction. Default 5,000. */
  readonly lockTimeout?: number | undefined;
  /** How long to wait for the answer to a statement. Default 30,000. */
  readonly requestTimeout?: number | undefined;
  /** How transactions see one another. Default `"serializable"`: as if they ran one after another. */
  readonly isolation?: Isolation | undefined;
  /** Refuse to write. Default false. */
  readonly readonly?: boolean | undefined;
  /** Called with each statement, without its values; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void) | undefined;
}

/** The options with what `connect` was given, and their defaults. */
export interface PostgresSettings {
  readonly url: string | null;
  readonly databases: Readonly<Record<string, string>>;
  readonly client: PGliteClient | null;
  readonly schema: (dbName: string) => string;
  readonly poolSize: number;
  readonly waitTimeout: number;
  readonly lockTimeout: number;
  readonly requestTimeout: number;
  readonly isolation: Isolation;
  readonly readonly: boolean;
  readonly log: ((message: string) => void) | null;
}

const ISOLATIONS: readonly string[] = ["serializable", "repeatable read", "read committed"];

/**
 * Checks the options of a driver, filled up with the configuration of `connect`.
 *
 * @throws {ValidationError} When they do not say where databases are, or one makes no sense.
 */
export function postgresSettings(
  driver: string,
  given: PostgresOptions,
  config: DriverConfig,
): PostgresSettings {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot connect driver ${driver}: ${reason}`, {
      code: "INVALID_OPTIONS",
      driver,
    });
  };
  const options: PostgresOptions = { ...config.options as PostgresOptions | undefined, ...given };
  const number = (
    name: "poolSize" | "waitTimeout" | "lockTimeout" | "requestTimeout",
    otherwise: number,
  ): number => {
    const value = options[name] ?? otherwise;
    return Number.isSafeInteger(value) && value > 0 ? value : refuse(`\`${name}\` is a whole number from 1`);
  };
  const url = options.url ?? config.url ?? null;
  const databases = { ...config.databases, ...options.databases };
  const { client = null, schema = (dbName) => dbName, isolation = "serializable" } = options;
  if (url === null && client === null && Object.keys(databases).length === 0) {
    refuse(
      "it is not told where databases are; give `url`, `databases` (a url by name) or `client` (a PGlite)",
    );
  }
  for (const each of [url, ...Object.values(databases)]) {
    if (each !== null && !/^postgres(?:ql)?:\/\//.test(each)) {
      refuse("a url begins with postgres:// or postgresql://");
    }
  }
  if (!ISOLATIONS.includes(isolation)) refuse(`\`isolation\` is one of ${ISOLATIONS.join(", ")}`);
  const verbose = options.verbose ?? config.verbose ?? false;
  return {
    url,
    databases,
    client,
    schema,
    poolSize: client === null ? number("poolSize", 10) : 1,
    waitTimeout: number("waitTimeout", 5_000),
    lockTimeout: number("lockTimeout", 5_000),
    requestTimeout: number("requestTimeout", 30_000),
    isolation,
    readonly: options.readonly ?? config.readonly ?? false,
    log: verbose === true ? (message) => console.log(message) : verbose === false ? null : verbose,
  };
}
