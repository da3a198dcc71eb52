import type { DriverConfig } from "../../src/contract/mod.ts";
import type { FilePlaces } from "../../src/files/database_file.ts";
import {
  driverOptions,
  DURABILITY,
  FLAG,
  FOLDER,
  logOf,
  type OptionRules,
  PLACES,
  refuseOptions,
  VERBOSE,
  whole,
} from "../../src/schema/driver_options.ts";

/** The driver's `metadata.name`. */
export const NAME = "json-file";

/** The largest text that every runtime can hold, so that what is written can be read again. */
export const MOST_BYTES = 2 ** 29 - 24;

/** Where the driver finds its databases, and how it opens them. */
export interface JSONFileOptions {
  /** A folder with one file a database, `<name>.json`. It is made when it is absent. */
  readonly storageDir?: string | undefined;
  /** A path by database name. */
  readonly databases?: Readonly<Record<string, string>> | undefined;
  /** Open without the right to write: nothing is locked, and what another process commits is seen. Default false. */
  readonly readonly?: boolean | undefined;
  /**
   * `"full"`: a commit that was acknowledged survives a loss of power. `"relaxed"`: it survives a crash of the process, while a
   * loss of power can cost the last commits, never the file; forcing the folder to the disk is saved. Default `"full"`.
   */
  readonly durability?: "full" | "relaxed" | undefined;
  /** How long to wait for another process that has the file open, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number | undefined;
  /** The largest file, in bytes: a commit that would make it larger is refused. Default 512 MiB, which is also the most. */
  readonly maxBytes?: number | undefined;
  /**
   * How many databases are open at once, locked and in memory, at most: the one that was used longest ago, without an open
   * transaction, is closed for another, and read again on use. Default: what half of the process's descriptors allow, from 64 to 1,000.
   */
  readonly maxOpen?: number | undefined;
  /** Called with each operation; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void) | undefined;
}

/** The options with what `connect` was given, and their defaults. */
export interface JSONFileSettings extends FilePlaces {
  readonly durability: "full" | "relaxed";
  readonly busyTimeout: number;
  readonly maxBytes: number;
  /** Null when nobody said how many. */
  readonly maxOpen: number | null;
  readonly log: ((message: string) => void) | null;
}

const RULES: OptionRules<JSONFileOptions> = {
  storageDir: FOLDER,
  databases: PLACES,
  readonly: FLAG,
  durability: DURABILITY,
  busyTimeout: whole(0, "milliseconds"),
  maxBytes: whole(1, "bytes", MOST_BYTES),
  maxOpen: whole(1),
  verbose: VERBOSE,
};

/**
 * Checks the options, filled up with the configuration of `connect`.
 *
 * @throws {ValidationError} When they do not say where databases are, or one is unknown or makes no sense (`INVALID_OPTIONS`).
 */
export function jsonFileSettings(given: JSONFileOptions, config: DriverConfig): JSONFileSettings {
  const options = driverOptions(NAME, given, config, RULES);
  const { storageDir = null, databases = {} } = options;
  if (storageDir === null && Object.keys(databases).length === 0) {
    refuseOptions(
      NAME,
      "it is not told where databases are; give `storageDir` (a folder with a file for each) or `databases` (a path by name)",
    );
  }
  const inMemory = Object.keys(databases).find((name) => databases[name] === ":memory:");
  if (inMemory !== undefined) {
    refuseOptions(NAME, `\`${inMemory}\` has no file; use MemoryDriver for a database in memory`);
  }
  const { readonly = false, durability = "full", busyTimeout = 5_000, maxBytes = MOST_BYTES } = options;
  const { maxOpen = null, verbose } = options;
  return {
    storageDir,
    databases,
    readonly,
    durability,
    busyTimeout,
    maxBytes,
    maxOpen,
    log: logOf(verbose),
  };
}
