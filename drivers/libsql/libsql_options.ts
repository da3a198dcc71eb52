import type { DriverConfig } from "../../src/contract/mod.ts";
import {
  driverOptions,
  DURABILITY,
  FLAG,
  FOLDER,
  isText,
  logOf,
  opened,
  type OptionRule,
  type OptionRules,
  PLACES,
  refuseOptions,
  VERBOSE,
  whole,
} from "../../src/schema/driver_options.ts";
import type { LibSQLClient } from "./libsql_client.ts";

/** A value, or a function that gives it for a database. */
export type PerDatabase<T> = T | ((dbName: string) => T);

/** What is called of the global `fetch`. Its types differ from runtime to runtime. */
export type Fetch = (...args: Parameters<typeof fetch>) => Promise<Response>;

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
  /**
   * A client that is open already, made with `intMode: "bigint"`. It serves the first database name that is used, and stays open after
   * `disconnect`.
   */
  readonly client?: LibSQLClient | undefined;
  /** Refuse to write. Default false. */
  readonly readonly?: boolean | undefined;
  /**
   * Of files: `"full"`: a commit that was acknowledged survives a loss of power. `"relaxed"`: it survives a crash of the process.
   * A server has its own setting. A client of one's own on a file keeps its journal and its own setting unless this is given, and one on
   * a server refuses it. Default `"full"`.
   */
  readonly durability?: "full" | "relaxed" | undefined;
  /** How long to wait for another connection that is writing. Default 5,000. */
  readonly busyTimeout?: number | undefined;
  /**
   * How many files are open at once, at most: the one that was used longest ago, without an open transaction, is closed for another, and
   * opened again on use. Replicas stay open. Default: what half of the process's descriptors allow, from 64 to 1,000.
   */
  readonly maxOpen?: number | undefined;
  /** How long to wait for an answer of a server. Default 30,000. */
  readonly requestTimeout?: number | undefined;
  /** How many requests may be under way at once to a server. Default 20. */
  readonly concurrency?: number | undefined;
  /** Makes requests in place of the global `fetch`. */
  readonly fetch?: Fetch | undefined;
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
  /** It was given, and not filled in. */
  readonly durabilityGiven: boolean;
  readonly busyTimeout: number;
  /** Null when nobody said how many. */
  readonly maxOpen: number | null;
  readonly requestTimeout: number;
  readonly concurrency: number;
  readonly fetch: Fetch;
  /** `fetch` was given. */
  readonly ownFetch: boolean;
  readonly log: ((message: string) => void) | null;
}

const isFunction = (value: unknown): boolean => typeof value === "function";

const PER_DATABASE: OptionRule = [
  "a url, or a function that gives one",
  (value) => isText(value) || isFunction(value),
];

const RULES: OptionRules<LibSQLOptions> = {
  storageDir: FOLDER,
  databases: PLACES,
  url: PER_DATABASE,
  namespace: ["a function that gives a database's namespace", isFunction],
  authToken: [
    "a token, or a function that gives one",
    (value) => typeof value === "string" || isFunction(value),
  ],
  syncUrl: PER_DATABASE,
  syncInterval: whole(1, "milliseconds"),
  readYourWrites: FLAG,
  client: opened("client"),
  readonly: FLAG,
  durability: DURABILITY,
  busyTimeout: whole(0, "milliseconds"),
  maxOpen: whole(1),
  requestTimeout: whole(1, "milliseconds"),
  concurrency: whole(1),
  fetch: ["a function like the global `fetch`", isFunction],
  verbose: VERBOSE,
};

/**
 * Checks the options of a driver, filled up with the configuration of `connect`.
 *
 * @throws {ValidationError} When they do not say where databases are, or one is unknown or makes no sense.
 */
export function libsqlSettings(driver: string, given: LibSQLOptions, config: DriverConfig): LibSQLSettings {
  const options = driverOptions(driver, given, config, RULES);
  const { storageDir = null, url = null, client = null, databases = {} } = options;
  if (storageDir === null && url === null && client === null && Object.keys(databases).length === 0) {
    refuseOptions(
      driver,
      "it is not told where databases are; give `url`, `databases` (a url, path or `:memory:` by name), `storageDir` (a folder " +
        "with a file for each), or `client` (one that is open)",
    );
  }
  return {
    storageDir,
    databases,
    url,
    client,
    namespace: options.namespace ?? null,
    authToken: options.authToken,
    syncUrl: options.syncUrl ?? null,
    syncInterval: options.syncInterval,
    readYourWrites: options.readYourWrites ?? true,
    readonly: options.readonly ?? false,
    durability: options.durability ?? "full",
    durabilityGiven: options.durability !== undefined,
    busyTimeout: options.busyTimeout ?? 5_000,
    maxOpen: options.maxOpen ?? null,
    requestTimeout: options.requestTimeout ?? 30_000,
    concurrency: options.concurrency ?? 20,
    fetch: options.fetch ?? ((...args) => fetch(...args)),
    ownFetch: options.fetch !== undefined,
    log: logOf(options.verbose),
  };
}
