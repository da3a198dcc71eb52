import type { DriverConfig } from "../contract/mod.ts";
import { ValidationError } from "../errors/mod.ts";
import { checkDatabaseName } from "../schema/identifiers.ts";

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
   * some thirty times cheaper. Default `"full"`.
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
  readonly busyTimeout: number;
  readonly statements: number;
  readonly log: ((message: string) => void) | null;
}

/**
 * Checks the options of a driver, filled up with the configuration of `connect`.
 *
 * @throws {ValidationError} When they do not say where databases are, or one makes no sense.
 */
export function sqliteSettings<Client>(
  driver: string,
  options: SQLiteOptions<Client>,
  config: DriverConfig,
): SQLiteSettings<Client> {
  const known = config.options as
    | Pick<SQLiteOptions<Client>, "durability" | "busyTimeout" | "statements">
    | undefined;
  const storageDir = options.storageDir ?? config.storageDir ?? null;
  const databases = { ...config.databases, ...options.databases };
  const database = options.database ?? null;
  const durability = options.durability ?? known?.durability ?? "full";
  const busyTimeout = options.busyTimeout ?? known?.busyTimeout ?? 5_000;
  const statements = options.statements ?? known?.statements ?? 500;
  const verbose = options.verbose ?? config.verbose ?? false;
  const refuse = (reason: string): never => {
    throw new ValidationError(`Cannot connect driver ${driver}: ${reason}`, {
      code: "INVALID_OPTIONS",
      driver,
    });
  };
  if (storageDir === null && database === null && Object.keys(databases).length === 0) {
    refuse(
      "it is not told where databases are; give `storageDir` (a folder with a file for each), `databases` (a path or `:memory:` by " +
        "name), or `database` (one that is open)",
    );
  }
  if (storageDir !== null && (typeof storageDir !== "string" || storageDir === "")) {
    refuse("`storageDir` is the path of a folder");
  }
  for (const name of Object.keys(databases)) {
    checkDatabaseName(name);
    if (typeof databases[name] !== "string" || databases[name] === "") {
      refuse(`the path of \`${name}\` is no text`);
    }
  }
  if (durability !== "full" && durability !== "relaxed") refuse('`durability` is "full" or "relaxed"');
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 0) {
    refuse("`busyTimeout` is a whole number of milliseconds from 0");
  }
  if (!Number.isSafeInteger(statements) || statements < 2) refuse("`statements` is a whole number from 2");
  return {
    storageDir,
    databases,
    database,
    readonly: options.readonly ?? config.readonly ?? false,
    durability,
    busyTimeout,
    statements,
    log: verbose === true ? (message) => console.log(message) : verbose === false ? null : verbose,
  };
}
