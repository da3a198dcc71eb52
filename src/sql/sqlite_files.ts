import { type FilePlaces, findDatabaseFile, givenPlace } from "../files/database_file.ts";
import { MEMORY } from "../files/file_place.ts";
import { checkDatabaseName } from "../schema/identifiers.ts";

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
  return findDatabaseFile(driver, places, dbName, ".db");
}
