import type { DriverConfig } from "../../contract/mod.ts";
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
} from "../../schema/driver_options.ts";

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
   * Nobody writes to the files, on a read-only file system or an image: they are opened without locks and without a file beside
   * them, and only to be read. Refused when a write-ahead log that is not empty is beside one: its rows would be hidden. Default false.
   */
  readonly immutable?: boolean | undefined;
  /**
   * `"full"`: a commit that was acknowledged survives a loss of power. `"relaxed"`: it survives a crash of the process, and is
   * some thirty times cheaper. Default `"full"`; a `database` that is open already keeps what it was opened with, unless one is given.
   */
  readonly durability?: "full" | "relaxed" | undefined;
  /** How long to wait for another connection that is writing, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number | undefined;
  /** How many prepared statements are kept for each database. Default 500. */
  readonly statements?: number | undefined;
  /**
   * How many files are open at once, at most: the one that was used longest ago, without an open transaction or iterator, is closed
   * for another, and opened again on use. Default: what half of the process's descriptors allow, from 64 to 1,000.
   */
  readonly maxOpen?: number | undefined;
  /** Called with each statement; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void) | undefined;
}

/** The options with what `connect` was given, and their defaults. */
export interface SQLiteSettings<Client> {
  readonly storageDir: string | null;
  readonly databases: Readonly<Record<string, string>>;
  readonly database: Client | null;
  readonly readonly: boolean;
  readonly immutable: boolean;
  readonly durability: "full" | "relaxed";
  /** It was given, and so is meant for a database that is open already too. */
  readonly durabilityGiven: boolean;
  readonly busyTimeout: number;
  readonly statements: number;
  /** Null when nobody said how many. */
  readonly maxOpen: number | null;
  readonly log: ((message: string) => void) | null;
}

const RULES: OptionRules<SQLiteOptions<unknown>> = {
  storageDir: FOLDER,
  databases: PLACES,
  database: opened("database"),
  readonly: FLAG,
  immutable: FLAG,
  durability: DURABILITY,
  busyTimeout: whole(0, "milliseconds"),
  statements: whole(2),
  maxOpen: whole(1),
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
  const { durability = "full", busyTimeout = 5_000, statements = 500, maxOpen = null } = options;
  const { immutable = false, readonly = immutable } = options;
  if (immutable && !readonly) refuseOptions(driver, "what is `immutable` is read only; leave `readonly` out");
  if (immutable && database !== null) {
    refuseOptions(driver, "`immutable` is about files that are opened here; open the `database` so yourself");
  }
  const log = logOf(options.verbose);
  const durabilityGiven = options.durability !== undefined;
  return {
    storageDir,
    databases,
    database,
    readonly,
    immutable,
    durability,
    durabilityGiven,
    busyTimeout,
    statements,
    maxOpen,
    log,
  };
}
