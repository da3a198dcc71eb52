import type { DriverConfig } from "../../src/contract/mod.ts";
import { ValidationError } from "../../src/errors/mod.ts";
import type { FilePlaces } from "../../src/files/database_file.ts";
import { checkDatabaseName } from "../../src/schema/identifiers.ts";

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
   * `"full"`: a commit that was acknowledged survives a loss of power. `"relaxed"`: nothing is forced to the disk; a commit
   * survives a crash of the process, while a loss of power can cost the last commits and, on a file system that puts a file in
   * another's place before it writes it, the file. Default `"full"`.
   */
  readonly durability?: "full" | "relaxed" | undefined;
  /** How long to wait for another process that has the file open, in milliseconds. Default 5,000. */
  readonly busyTimeout?: number | undefined;
  /** The largest file, in bytes: a commit that would make it larger is refused. Default 512 MiB, which is also the most. */
  readonly maxBytes?: number | undefined;
  /** Called with each operation; `true` prints to the console. */
  readonly verbose?: boolean | ((message: string) => void) | undefined;
}

/** The options with what `connect` was given, and their defaults. */
export interface JSONFileSettings extends FilePlaces {
  readonly durability: "full" | "relaxed";
  readonly busyTimeout: number;
  readonly maxBytes: number;
}

/**
 * Checks the options, filled up with the configuration of `connect`.
 *
 * @throws {ValidationError} When they do not say where databases are, or one makes no sense (`INVALID_OPTIONS`).
 */
export function jsonFileSettings(options: JSONFileOptions, config: DriverConfig): JSONFileSettings {
  const more = config.options as Pick<JSONFileOptions, "durability" | "busyTimeout" | "maxBytes"> | undefined;
  const storageDir = options.storageDir ?? config.storageDir ?? null;
  const databases = { ...config.databases, ...options.databases };
  const durability = options.durability ?? more?.durability ?? "full";
  const busyTimeout = options.busyTimeout ?? more?.busyTimeout ?? 5_000;
  const maxBytes = options.maxBytes ?? more?.maxBytes ?? MOST_BYTES;
  if (storageDir === null && Object.keys(databases).length === 0) {
    refuse(
      "it is not told where databases are; give `storageDir` (a folder with a file for each) or `databases` (a path by name)",
    );
  }
  if (storageDir !== null && (typeof storageDir !== "string" || storageDir === "")) {
    refuse("`storageDir` is the path of a folder");
  }
  for (const name of Object.keys(databases)) {
    checkDatabaseName(name);
    const path: unknown = databases[name];
    if (typeof path !== "string" || path === "") refuse(`the path of \`${name}\` is no text`);
    if (path === ":memory:") refuse(`\`${name}\` has no file; use MemoryDriver for a database in memory`);
  }
  if (durability !== "full" && durability !== "relaxed") refuse('`durability` is "full" or "relaxed"');
  if (!Number.isSafeInteger(busyTimeout) || busyTimeout < 0) {
    refuse("`busyTimeout` is a whole number of milliseconds from 0");
  }
  if (!Number.isSafeInteger(maxBytes) || maxBytes < 1 || maxBytes > MOST_BYTES) {
    refuse(`\`maxBytes\` is a whole number from 1 to ${MOST_BYTES}`);
  }
  return {
    storageDir,
    databases,
    readonly: options.readonly ?? config.readonly ?? false,
    durability,
    busyTimeout,
    maxBytes,
  };
}

function refuse(reason: string): never {
  throw new ValidationError(`Cannot connect driver ${NAME}: ${reason}`, {
    code: "INVALID_OPTIONS",
    driver: NAME,
  });
}
