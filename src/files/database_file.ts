import { existsSync, lstatSync, mkdirSync, readdirSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve, sep } from "node:path";
import { ConnectionError, ValidationError } from "../errors/mod.ts";
import { checkDatabaseName, foldCase } from "../schema/identifiers.ts";

/** Where the file of a database is. */
export interface DatabaseFile {
  /** The path that is opened. */
  readonly path: string;
  /** The path without symbolic links. */
  readonly realPath: string;
}

/** What a driver was told of where the files of databases are. */
export interface FilePlaces {
  /** A folder with a file a database. */
  readonly storageDir: string | null;
  /** Paths by name. */
  readonly databases: Readonly<Record<string, string>>;
  /** Nothing is made that is absent. */
  readonly readonly: boolean;
}

/**
 * Finds the file of a database: the path given for its name, or the name with the ending in the folder.
 *
 * @param ending What follows the name in the folder, such as `.db`.
 * @throws {ValidationError} When the name is no file name of its own in the folder, or no place is known for it.
 * @throws {ConnectionError} When the folder cannot be made or read.
 */
export function findDatabaseFile(
  driver: string,
  places: FilePlaces,
  dbName: string,
  ending: string,
): DatabaseFile {
  checkDatabaseName(dbName);
  const given = Object.hasOwn(places.databases, dbName) ? places.databases[dbName] : undefined;
  try {
    if (given !== undefined) return fileAt(resolve(given));
    if (places.storageDir !== null) {
      return fileIn(resolve(places.storageDir), dbName + ending, places.readonly);
    }
  } catch (cause) {
    if (cause instanceof ValidationError) throw cause;
    throw new ConnectionError(
      `Cannot open database \`${dbName}\`: its folder cannot be made or read; check the path and its permissions`,
      { code: "CANNOT_OPEN", driver, cause },
    );
  }
  const names = Object.keys(places.databases).map((name) => `\`${name}\``).join(", ");
  throw new ValidationError(
    `Cannot open database \`${dbName}\`: no place is known for it; the driver has ${
      names === "" ? "none" : names
    }; add it to ` +
      "`databases`, or give `storageDir`",
    { code: "UNKNOWN_DATABASE", driver },
  );
}

/** A path as it was given: links are followed, because whoever gave the path chose them. */
function fileAt(path: string): DatabaseFile {
  if (existsSync(path)) return { path, realPath: realpathSync(path) };
  const folder = dirname(path);
  return { path, realPath: existsSync(folder) ? join(realpathSync(folder), basename(path)) : path };
}

/** A file of the folder itself: a name never leads out of it. */
function fileIn(folder: string, name: string, readonly: boolean): DatabaseFile {
  if (!readonly) mkdirSync(folder, { recursive: true });
  const real = realpathSync(folder);
  const path = join(real, name);
  const twin = readdirSync(real).find((entry) => entry !== name && foldCase(entry) === foldCase(name));
  if (twin !== undefined) {
    throw new ValidationError(
      `Cannot open ${JSON.stringify(name)} in ${JSON.stringify(folder)}: ${
        JSON.stringify(twin)
      } is there, which differs only by ` +
        "case; use that name, or another",
      { code: "INVALID_NAME" },
    );
  }
  const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (link && !(existsSync(path) && realpathSync(path).startsWith(real + sep))) {
    throw new ValidationError(
      `Cannot open ${JSON.stringify(name)} in ${
        JSON.stringify(folder)
      }: it is a link that leads out of the folder; give its path ` +
        "in `databases`",
      { code: "INVALID_NAME" },
    );
  }
  return { path, realPath: link ? realpathSync(path) : path };
}
