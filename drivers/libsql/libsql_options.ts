import type { DriverConfig } from "../../src/contract/mod.ts";
import { ValidationError } from "../../src/errors/mod.ts";
import { checkDatabaseName } from "../../src/schema/identifiers.ts";
import type { LibSQLClient } from "./libsql_client.ts";

/** A value, or a function that gives it for a database. */
export type PerDatabase<T> = T | ((dbName: string) => T);

/** Where a libSQL driver finds its databases, and how it works on them. Times are in milliseconds. */
export interface LibSQLOptions {
  /** A folder with one file a database, `<name>.db`. With `syncUrl` the files are embedded replicas. */
  readonly storageDir?: string | undefined;
  /** A url (`file:`, `http:`, `https:`, `ws:`, `wss:`, `libsql:`), a path or `:memory:`, by database name. */
  readonly databases?: Readonly<Record<string, string>> | undefined;
  /**
   * The url of the one database there is, or a function that gives the url of each. With `namespace`, the url of the server.
   */
  readonly url?: PerDatabase<string> | undefined;
  /** The namespace of a database on the server, `^[a-z0-9][a-z0-9_-]{0,63}$`. */
  readonly namespace?: ((dbName: string) => string) | undefined;
  /** What proves who you are. A function is asked when a database is opened, and again when the server refuses the last one. */
  readonly authToken?: string | ((dbName: string) => string | Promise<string>) | undefined;
  /** The url of the primary: the databases are embedded replicas of it, in files. */
  readonly syncUrl?: PerDatabase<string> | undefined;
  /** How often a replica is brought up to date by itself. Default never: call `sync`. */
  readonly syncInterval?: number | undefined;
  /** A replica sees its own writes at once. Default true. */
  readonly readYourWrites?: boolean | undefined;
  /** A client that is open already. It serves the first database name that is used, and stays open after `disconnect`. */
  readonly client?: LibSQLClient | undefined;
  /** Refuse to write. Default false. */
  readonly readonly?: boolean | undefined;
  /**
   * Of files: `"full"`: a commit that was acknowledged survives a loss of power. `"relaxed"`: it survives a crash of the process.
   * A server has its own setting. Default `"full"`.
   */
  readonly durability?: "full" | "relaxed" | undefined;
  /** How long to wait for another connection that is writing. Default 5,000. */
  readonly busyTimeout?: number | undefined;
  /** How long to wait for an answer of a server. Default 30,000. */
  readonly requestTimeout?: number | undefined;
  /** How many requests may be under way at once to a server. Default 20. */
  readonly concurrency?: number | undefined;
  /** Makes requests in place of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Called with each statement, without its values; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void) | undefined;
}

/** The options with what `connect` was given, and their defaults. */
export interface LibSQLSettings {
  readonly storageDir: string | null;
  readonly databases: Readonly<Record<string, string>>;
  readonly url: PerDatabase<string> | null;
  readonly namespace: ((dbName: string) => string) | null;
  readonly authToken: LibSQLOptions["authToken"];
  readonly syncUrl: PerDatabase<string> | null;
  readonly syncInterval: number | undefined;
  readonly readYourWrites: boolean;
  readonly client: LibSQLClient | null;
  readonly readonly: boolean;
  readonly durability: "full" | "relaxed";
  readonly busyTimeout: number;
  readonly requestTimeout: number;
  readonly concurrency: number;
  readonly fetch: typeof fetch;
  readonly log: ((message: string) => void) | null;
}

/**
 * Checks the options of a driver, filled up with the configuration of `connect`.
 *
 * @throws {ValidationError} When they do not say where databases are, or one makes no sense.
 */
export function libsqlSettings(driver: string, given: LibSQLOptions, config: DriverConfig): LibSQLSettings {
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot connect driver ${driver}: ${reason}`, {
      code: "INVALID_OPTIONS",
      driver,
    });
  };
  const options: LibSQLOptions = {
    ...config.options as LibSQLOptions | undefined,
    ...withoutUndefined(given),
  };
  const storageDir = options.storageDir ?? config.storageDir ?? null;
  const databases = { ...config.databases, ...options.databases };
  const url = options.url ?? config.url ?? null;
  const { namespace = null, client = null, syncUrl = null, authToken, syncInterval } = options;
  const { durability = "full", readYourWrites = true } = options;
  const verbose = options.verbose ?? config.verbose ?? false;
  const whole = (name: "busyTimeout" | "requestTimeout" | "concurrency", standard: number, least: number) => {
    const value = options[name] ?? standard;
    if (!Number.isSafeInteger(value) || value < least) refuse(`\`${name}\` is a whole number from ${least}`);
    return value;
  };
  if (storageDir === null && url === null && client === null && Object.keys(databases).length === 0) {
    refuse(
      "it is not told where databases are; give `url`, `databases` (a url, path or `:memory:` by name), `storageDir` (a folder " +
        "with a file for each), or `client` (one that is open)",
    );
  }
  if (storageDir !== null && (typeof storageDir !== "string" || storageDir === "")) {
    refuse("`storageDir` is the path of a folder");
  }
  for (const name of Object.keys(databases)) {
    checkDatabaseName(name);
    if (typeof databases[name] !== "string" || databases[name] === "") {
      refuse(`the url of \`${name}\` is no text`);
    }
  }
  if (namespace !== null && typeof namespace !== "function") {
    refuse("`namespace` is a function that gives a database's namespace");
  }
  if (durability !== "full" && durability !== "relaxed") refuse('`durability` is "full" or "relaxed"');
  return {
    storageDir,
    databases,
    url,
    namespace,
    authToken,
    syncUrl,
    syncInterval,
    readYourWrites,
    client,
    readonly: options.readonly ?? config.readonly ?? false,
    durability,
    busyTimeout: whole("busyTimeout", 5_000, 0),
    requestTimeout: whole("requestTimeout", 30_000, 1),
    concurrency: whole("concurrency", 20, 1),
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    log: verbose === true ? (message) => console.log(message) : verbose === false ? null : verbose,
  };
}

function withoutUndefined(options: LibSQLOptions): LibSQLOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
