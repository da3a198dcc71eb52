import {
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { ConflictError } from "../../src/errors/mod.ts";
import { findDatabaseFile } from "../../src/files/database_file.ts";
import { Database, type UndoLog } from "../../src/reference/mod.ts";
import { failure, FORBIDDEN, openFailure, writeFailure } from "./failure.ts";
import { type FileLock, takeLock } from "./file_lock.ts";
import { type JSONFileSettings, MOST_BYTES, NAME } from "./options.ts";
import { decodeFile, readDatabase } from "./read_format.ts";
import { replaceFile, syncFolder, temporaryPath } from "./replace_file.ts";
import { systemCode } from "./system_error.ts";
import { databaseText } from "./write_format.ts";

/** One database and its file. */
export class JSONFile {
  /** The database's name. */
  readonly name: string;
  readonly #path: string;
  readonly #settings: JSONFileSettings;
  readonly #log: UndoLog;
  readonly #lock: FileLock | null;
  #database: Database;
  /** Tells the file that was read or written last from others; empty when it has to be read again. */
  #version = "";

  /**
   * Opens a database: locks its file, removes what a commit that was cut short left beside it, and reads it.
   *
   * @throws {RinariError} When it cannot be opened, is in use, or is no database.
   */
  constructor(name: string, settings: JSONFileSettings, log: UndoLog) {
    this.name = name;
    this.#settings = settings;
    this.#log = log;
    this.#path = findDatabaseFile(NAME, settings, name, ".json").realPath;
    this.#database = new Database(NAME, name, log);
    let lock: FileLock | null = null;
    try {
      lock = settings.readonly ? null : lockToWrite(this.#path, settings.busyTimeout);
      if (lock !== null) rmSync(temporaryPath(this.#path), { force: true });
      this.#load(lock !== null);
    } catch (error) {
      lock?.release();
      throw openFailure(name, this.#path, error);
    }
    this.#lock = lock;
  }

  /** Whether nothing may be written: it was asked for, or the file or its folder is read-only. */
  get readonly(): boolean {
    return this.#lock === null;
  }

  /** The database, as it was when `refresh` was called last. */
  get database(): Database {
    return this.#database;
  }

  /**
   * Reads the file again when it is not known to be the one that was read: another process may have replaced it, when this one
   * only reads.
   *
   * @throws {RinariError} When it cannot be read any more.
   */
  refresh(): void {
    if (this.#version !== "" && !(this.readonly && versionOf(this.#path) !== this.#version)) return;
    try {
      this.#load(!this.readonly);
    } catch (error) {
      throw openFailure(this.name, this.#path, error);
    }
  }

  /**
   * Stores the database as it is now.
   *
   * @throws {RinariError} When that fails; then the file is as it was.
   */
  save(): void {
    const { durability, maxBytes } = this.#settings;
    try {
      this.#checkOwned();
      replaceFile(this.#path, databaseText(this.#database), maxBytes);
    } catch (error) {
      throw writeFailure(this.name, this.#path, error);
    }
    try {
      if (durability === "full") syncFolder(this.#path);
      this.#version = versionOf(this.#path);
    } catch (cause) {
      // The new file is there, and whether it stays is not known: what is undone here is read again.
      this.#version = "";
      throw failure(
        this.name,
        "IO",
        `the file ${JSON.stringify(this.#path)} was written, and its folder cannot be forced to the disk`,
        { cause, outcome: "unknown" },
      );
    }
  }

  /** Gives the file free. */
  close(): void {
    this.#lock?.release();
  }

  #load(mayBeAbsent: boolean): void {
    const found = lstatSync(this.#path, { throwIfNoEntry: false });
    if (found === undefined && mayBeAbsent) {
      this.#database = emptied(this.#database, this.#log);
      this.#version = ABSENT;
      return;
    }
    // Asked before it is opened: opening what is no plain file can wait for ever.
    if (found?.isFile() === false) throw new Error(NOT_PLAIN);
    const file = openSync(this.#path, "r");
    try {
      const stats = fstatSync(file);
      if (stats.size > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
      this.#database = readDatabase(this.name, decodeFile(readFileSync(file)), this.#log);
      this.#version = versionText(stats);
    } finally {
      closeSync(file);
    }
  }

  /** Nobody else may have written to the file: what they stored would be lost. */
  #checkOwned(): void {
    if (this.#lock?.isHeld() !== true) {
      throw failure(
        this.name,
        "LOCK_LOST",
        `another process has taken the lock of ${
          JSON.stringify(this.#path)
        }, so nothing was stored; disconnect and connect again`,
      );
    }
    const version = versionOf(this.#path);
    if (version === this.#version) return;
    this.#version = "";
    const [what, then] = version === ABSENT
      ? ["removed", "its tables are made again, empty"]
      : ["changed", "it is read again"];
    throw new ConflictError(
      `Cannot use database \`${this.name}\`: ${
        JSON.stringify(this.#path)
      } was ${what} by something else since it was read, so nothing was stored; ${then} now: repeat the work`,
      { code: "CHANGED_OUTSIDE", driver: NAME, retryable: true },
    );
  }
}

/** A database with the tables and indexes of another, and no rows: what models rely on is there when a file was removed. */
function emptied(database: Database, log: UndoLog): Database {
  const empty = new Database(NAME, database.name, log);
  log.unrecorded(() => {
    for (const { table: { name }, schema } of database.tables) empty.createTable(name, schema);
    for (const { table, named } of database.tables) {
      for (const { name, options } of named.values()) empty.createIndex(table.name, name, options);
    }
  });
  return empty;
}

const ABSENT = "absent";
const NOT_PLAIN = "it is no plain file";

/** Locks a file before it is written; null when it, or its folder, is read-only and it can only be read. */
function lockToWrite(path: string, timeout: number): FileLock | null {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === false) throw new Error(NOT_PLAIN);
  try {
    // A read-only file could still be replaced, which is not what its owner means.
    if (stats !== undefined) closeSync(openSync(path, "r+"));
    return takeLock(`${path}.lock`, timeout);
  } catch (error) {
    if (stats === undefined || !FORBIDDEN.includes(systemCode(error))) throw error;
    return null;
  }
}

function versionOf(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? ABSENT : versionText(stats);
}

function versionText({ ino, size, mtimeMs }: Stats): string {
  return `${ino} ${size} ${mtimeMs}`;
}
