import { ConnectionError, UnsupportedError, ValidationError } from "../errors/mod.ts";
import { builtinModule } from "../runtime/builtin_module.ts";
import { checkDatabaseName, foldCase } from "../schema/identifiers.ts";
import { MEMORY, readFilePlace } from "./file_place.ts";
import { isDescriptorCode, tooManyFiles } from "./open_error.ts";

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

interface Host {
  readonly fs: typeof import("node:fs");
  readonly path: typeof import("node:path");
}

/**
 * Finds the file of a database: the path given for its name, or the name with the ending in the folder.
 *
 * @param ending What follows the name in the folder, such as `.db`.
 * @throws {ValidationError} When the name is no file name of its own in the folder, or no place is known for it.
 * @throws {ConnectionError} When the folder cannot be made or read.
 * @throws {UnsupportedError} When the runtime has no files.
 */
export function findDatabaseFile(
  driver: string,
  places: FilePlaces,
  dbName: string,
  ending: string,
): DatabaseFile {
  checkDatabaseName(dbName);
  const given = givenPlace(driver, places, dbName);
  const { storageDir, readonly } = places;
  if (given === null && storageDir === null) throw unknownPlace(driver, places, dbName);
  if (given === MEMORY) throw noFile(driver, `Cannot open database \`${dbName}\`: its place`);
  const folder = given === null ? folderOf(driver, storageDir as string) : "";
  const host = hostOf(driver, dbName);
  try {
    return given === null
      ? fileIn(host, host.path.resolve(folder), dbName + ending, readonly)
      : fileAt(host, host.path.resolve(given));
  } catch (cause) {
    if (cause instanceof ValidationError) throw cause;
    const what = `Cannot open database \`${dbName}\``;
    const { code, message } = cause as { code?: unknown; message?: unknown };
    if (isDescriptorCode(code)) throw tooManyFiles(driver, what, cause);
    throw new ConnectionError(
      `${what}: its folder cannot be made or read: ${message}; check the path and its permissions`,
      { code: "CANNOT_OPEN", driver, cause },
    );
  }
}

/** The path that was given for a database, or `:memory:`; null when none was. */
export function givenPlace(driver: string, { databases }: FilePlaces, dbName: string): string | null {
  if (!Object.hasOwn(databases, dbName)) return null;
  return readFilePlace(driver, `Cannot open database \`${dbName}\`: its place`, databases[dbName] as string);
}

function folderOf(driver: string, storageDir: string): string {
  const what = "Cannot use `storageDir`: it";
  const folder = readFilePlace(driver, what, storageDir);
  if (folder === MEMORY) throw noFile(driver, what);
  return folder;
}

function noFile(driver: string, what: string): ValidationError {
  return new ValidationError(
    `${what} is \`${MEMORY}\`, and a file is needed; give \`databases: { name: "${MEMORY}" }\` to a SQLite driver, or use MemoryDriver`,
    { code: "INVALID_OPTIONS", driver },
  );
}

function unknownPlace(driver: string, { databases }: FilePlaces, dbName: string): ValidationError {
  const names = Object.keys(databases).map((name) => `\`${name}\``).join(", ") || "none";
  return new ValidationError(
    `Cannot open database \`${dbName}\`: no place is known for it; the driver has ${names}; add it to \`databases\`, ` +
      "or give `storageDir`",
    { code: "UNKNOWN_DATABASE", driver },
  );
}

/** The file system, which is loaded with the first file. */
function hostOf(driver: string, dbName: string): Host {
  const fs = builtinModule<Host["fs"]>("node:fs");
  const path = builtinModule<Host["path"]>("node:path");
  if (fs === undefined || path === undefined) {
    throw new UnsupportedError(
      `Cannot open database \`${dbName}\`: this runtime has no files; use a database on a server, or in memory`,
      { driver },
    );
  }
  return { fs, path };
}

/** A path as it was given: links are followed, because whoever gave the path chose them. */
function fileAt({ fs, path: { basename, dirname, join } }: Host, path: string): DatabaseFile {
  if (fs.existsSync(path)) return { path, realPath: fs.realpathSync(path) };
  const folder = dirname(path);
  const realPath = fs.existsSync(folder) ? join(fs.realpathSync(folder), basename(path)) : path;
  return { path, realPath };
}

/** A file of the folder itself: a name never leads out of it. */
function fileIn(
  { fs, path: { join, sep } }: Host,
  folder: string,
  name: string,
  readonly: boolean,
): DatabaseFile {
  if (!readonly) fs.mkdirSync(folder, { recursive: true });
  const real = fs.realpathSync(folder);
  const path = join(real, name);
  const folded = foldCase(name);
  const twin = fs.readdirSync(real).find((entry) =>
    entry.length === name.length && entry !== name && foldCase(entry) === folded
  );
  if (twin !== undefined) {
    throw new ValidationError(
      `Cannot open ${JSON.stringify(name)} in ${JSON.stringify(folder)}: ${
        JSON.stringify(twin)
      } is there, which differs only by ` +
        "case; use that name, or another",
      { code: "INVALID_NAME" },
    );
  }
  const link = fs.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  if (link && !(fs.existsSync(path) && fs.realpathSync(path).startsWith(real + sep))) {
    throw new ValidationError(
      `Cannot open ${JSON.stringify(name)} in ${
        JSON.stringify(folder)
      }: it is a link that leads out of the folder; give its path ` +
        "in `databases`",
      { code: "INVALID_NAME" },
    );
  }
  return { path, realPath: link ? fs.realpathSync(path) : path };
}
