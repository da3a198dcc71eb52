import { ConnectionError } from "../../errors/mod.ts";
import { type FilePlaces, findDatabaseFile, givenPlace } from "../../files/database_file.ts";
import { MEMORY } from "../../files/file_place.ts";
import { whyNotOpened } from "../../files/open_error.ts";
import { builtinModule } from "../../runtime/builtin_module.ts";
import { checkDatabaseName } from "../../schema/identifiers.ts";
import type { SqlFailure } from "../sql_failure.ts";

/** Where a database is. */
export interface SqliteFile {
  /** What is opened: a path, or `:memory:`. */
  readonly path: string;
  /** The path without symbolic links, or null in memory. */
  readonly realPath: string | null;
}

/** What a driver was told of where databases are. */
export type SqlitePlaces = FilePlaces;

/**
 * Finds the file of a database: the path given for its name, or `<name>.db` in the folder.
 *
 * @throws {ValidationError} When the name is no file name of its own in the folder, or no place is known for it.
 * @throws {ConnectionError} When the folder cannot be made or read.
 */
export function findSqliteFile(driver: string, places: SqlitePlaces, dbName: string): SqliteFile {
  checkDatabaseName(dbName);
  if (givenPlace(driver, places, dbName) === MEMORY) return { path: MEMORY, realPath: null };
  const file = findDatabaseFile(driver, places, dbName, ".db");
  const reason = isPlainOrAbsent(file.path) ? null : whyNotOpened(file.path, places.readonly);
  if (reason === null) return file;
  throw cannotOpen(driver, dbName, reason);
}

/** Asked before a file is opened: SQLite waits for ever for some of what is no plain file, and writes to some devices. */
function isPlainOrAbsent(path: string): boolean {
  try {
    const fs = builtinModule<typeof import("node:fs")>("node:fs");
    return fs?.statSync(path, { throwIfNoEntry: false })?.isFile() !== false;
  } catch {
    return true;
  }
}

/** Why a file could not be opened, as far as looking at it tells more than SQLite does; null when it does not. */
export function openingError(
  driver: string,
  dbName: string,
  path: string,
  readonly: boolean,
  { kind }: SqlFailure,
  cause: unknown,
): ConnectionError | null {
  if (path === MEMORY || !["cannotOpen", "io", "readonly", "other"].includes(kind)) return null;
  const reason = whyNotOpened(path, readonly);
  if (reason !== null) return cannotOpen(driver, dbName, reason, cause);
  if (kind === "other") return null;
  return cannotOpen(
    driver,
    dbName,
    `the file ${
      JSON.stringify(path)
    } cannot be opened; see that it and its folder may be read and written: a database with a ` +
      "write-ahead log needs a file beside it even to be read; where none may be made, as on a read-only file system, open it with " +
      "`immutable: true` as long as nobody writes to it",
    cause,
  );
}

/**
 * Checks that no rows would be hidden when a file is opened without its write-ahead log.
 *
 * @throws {ConnectionError} When there is one that is not empty.
 */
export function checkWithoutLog(driver: string, dbName: string, path: string): void {
  const fs = builtinModule<typeof import("node:fs")>("node:fs");
  const log = `${path}-wal`;
  if ((fs?.statSync(log, { throwIfNoEntry: false })?.size ?? 0) === 0) return;
  throw cannotOpen(
    driver,
    dbName,
    `it is to be opened as \`immutable\`, which does not read the write-ahead log ${
      JSON.stringify(log)
    }, and that is not empty: rows ` +
      "would be hidden; open it once with the right to write and disconnect, and then copy the file",
  );
}

/** The url by which SQLite opens a file that nobody writes to: without locks and without anything beside it. */
export function immutableURL(path: string): string {
  const url = builtinModule<typeof import("node:url")>("node:url")?.pathToFileURL(path).href ??
    `file:${path}`;
  return `${url}?mode=ro&immutable=1`;
}

function cannotOpen(driver: string, dbName: string, reason: string, cause?: unknown): ConnectionError {
  return new ConnectionError(`Cannot open database \`${dbName}\`: ${reason}`, {
    code: "CANNOT_OPEN",
    driver,
    ...(cause === undefined ? null : { cause }),
  });
}
