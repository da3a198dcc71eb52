import type { DriverConfig } from "../contract/mod.ts";
import {
  driverOptions,
  DURABILITY,
  FLAG,
  FOLDER,
  logOf,
  opened,
  type OptionRules,
  PLACES,
  refuseOptions,
  VERBOSE,
  whole,
} from "../schema/driver_options.ts";

/** Where a SQLite driver finds its databases, and how it opens them. */
export interface SQLiteOptions<Client> {
  /** A folder with one file a database, `<name>.db`. It is made when it is absent. */
  readonly storageDir?: string | undefined;
  /** A path, or `:memory:`, by database name. */
  readonly databases?: Readonly<Record<string, string>> | undefined;
  /** A database that is open already. It serves the first database name that is used, and stays open after `disconnect`. */
  readonly database?: Client | undefined;
  /** Open without the right to write. Default false. */
  readonly readonly?: boolean | undefined;
  /**
   * `"full"`: a commit that was acknowledged survives a loss of power. `"relaxed"`: it survives a crash of the process, and is
   * some thirty times cheaper. Default `"full"`; a `database` that is open already keeps what it was opened with, unless one is given.
   */
  readonly durability?: "full" | "relaxed" | undefined;
  /** How long to wait for another connection that is writing, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number | undefined;
  /** How many prepared statements are kept for each database. Default 500. */
  readonly statements?: number | undefined;
  /** Called with each statement; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void) | undefined;
}

/** The options with what `connect` was given, and their defaults. */
export interface SQLiteSettings<Client> {
  readonly storageDir: string | null;
  readonly databases: Readonly<Record<string, string>>;
  readonly database: Client | null;
  readonly readonly: boolean;
  readonly durability: "full" | "relaxed";
  /** It was given, and so is meant for a database that is open already too. */
  readonly durabilityGiven: boolean;
  readonly busyTimeout: number;
  readonly statements: number;
  readonly log: ((message: string) => void) | null;
}

const RULES: OptionRules<SQLiteOptions<unknown>> = {
  storageDir: FOLDER,
  databases: PLACES,
  database: opened("database"),
  readonly: FLAG,
  durability: DURABILITY,
  busyTimeout: whole(0, "milliseconds"),
  statements: whole(2),
  verbose: VERBOSE,
};

/**
 * Checks the options of a driver, filled up with the configuration of `connect`.
 *
 * @throws {ValidationError} When they do not say where databases are, or one is unknown or makes no sense.
 */
export function sqliteSettings<Client>(
  driver: string,
  given: SQLiteOptions<Client>,
  config: DriverConfig,
): SQLiteSettings<Client> {
  const options = driverOptions(driver, given, config, RULES as OptionRules<SQLiteOptions<Client>>);
  const { storageDir = null, database = null, databases = {} } = options;
  if (storageDir === null && database === null && Object.keys(databases).length === 0) {
    refuseOptions(
      driver,
      "it is not told where databases are; give `storageDir` (a folder with a file for each), `databases` (a path or `:memory:` by " +
        "name), or `database` (one that is open)",
    );
  }
  const { readonly = false, durability = "full", busyTimeout = 5_000, statements = 500 } = options;
  const log = logOf(options.verbose);
  const durabilityGiven = options.durability !== undefined;
  return {
    storageDir,
    databases,
    database,
    readonly,
    durability,
    durabilityGiven,
    busyTimeout,
    statements,
    log,
  };
}
