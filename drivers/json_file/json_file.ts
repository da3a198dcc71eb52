import {
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  rmSync,
  type Stats,
  statSync,
} from "node:fs";
import { ConflictError, RinariError } from "../../src/errors/mod.ts";
import { findDatabaseFile } from "../../src/files/database_file.ts";
import { type FilePool, type Pooled, tick } from "../../src/files/file_pool.ts";
import { Database, type UndoLog } from "../../src/reference/mod.ts";
import { failure, FORBIDDEN, openFailure, writeFailure } from "./failure.ts";
import { type FileLock, takeLock } from "./file_lock.ts";
import { type JSONFileSettings, MOST_BYTES, NAME } from "./options.ts";
import { decodeFile, readDatabase } from "./read_format.ts";
import { replaceFile, syncFolder, temporaryPath } from "./replace_file.ts";
import { systemCode } from "./system_error.ts";
import { databaseText } from "./write_format.ts";

/** One database and its file. */
export class JSONFile implements Pooled {
  /** The database's name. */
  readonly name: string;
  readonly #path: string;
  readonly #settings: JSONFileSettings;
  readonly #log: UndoLog;
  readonly #pool: FilePool;
  readonly #inUse: () => boolean;
  /** When it was used last. */
  lastUsed: number = tick();
  #lock: FileLock | null = null;
  #database: Database;
  /** Tells the file that was read or written last from others; empty when it has to be read again. */
  #version = "";
  /** It is closed, to be opened again on use. */
  #resting = false;

  /**
   * Opens a database: locks its file, removes what a commit that was cut short left beside it, and reads it.
   *
   * @param pool What else is open.
   * @param inUse Whether the open transaction is on it.
   * @throws {RinariError} When it cannot be opened, is in use, or is no database.
   */
  constructor(
    name: string,
    settings: JSONFileSettings,
    log: UndoLog,
    pool: FilePool,
    inUse: (file: JSONFile) => boolean,
  ) {
    this.name = name;
    this.#settings = settings;
    this.#log = log;
    this.#pool = pool;
    this.#inUse = () => inUse(this);
    this.#path = findDatabaseFile(NAME, settings, name, ".json").realPath;
    this.#database = new Database(NAME, name, log);
    this.#open();
  }

  /** Copies the file as it is, which is what the last commit left, to one beside it that is not there. @returns Where. */
  copy(suffix: string): string {
    const path = this.#path + suffix;
    try {
      copyFileSync(this.#path, path, constants.COPYFILE_EXCL);
    } catch (error) {
      throw writeFailure(this.name, this.#path, error);
    }
    return path;
  }

  /** Whether nothing is under way with it. */
  get idle(): boolean {
    return !this.#resting && !this.#inUse();
  }

  /** Gives the file and the memory free, until it is used again. */
  rest(): void {
    this.#lock?.release();
    this.#lock = null;
    this.#database = emptied(this.#database, this.#log);
    this.#resting = true;
  }

  /**
   * Opens it again when it rests.
   *
   * @throws {RinariError} When it cannot be opened any more, or its file was removed.
   */
  use(): void {
    this.lastUsed = tick();
    if (!this.#resting) return;
    const before = this.#version;
    this.#open();
    this.#resting = false;
    if (before !== ABSENT && this.#version === ABSENT) throw this.#changedOutside(ABSENT);
  }

  /** Opens it; others are closed when there are too many, or the process can open no more. */
  #open(): void {
    this.#pool.makeRoom();
    for (;;) {
      try {
        this.#lockAndLoad();
        return this.#pool.add(this);
      } catch (error) {
        const exhausted = error instanceof RinariError && error.code === "TOO_MANY_FILES";
        if (!exhausted || !this.#pool.shrink()) throw error;
      }
    }
  }

  #lockAndLoad(): void {
    const { readonly, busyTimeout } = this.#settings;
    let lock: FileLock | null = null;
    try {
      lock = readonly ? null : lockToWrite(this.#path, busyTimeout);
      if (lock !== null) rmSync(temporaryPath(this.#path), { force: true });
      this.#load(lock !== null);
    } catch (error) {
      lock?.release();
      throw openFailure(this.name, this.#path, error);
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
      const database = readDatabase(this.name, decodeFile(readFileSync(file)), this.#log);
      if (mayBeAbsent) addTables(database, this.#database, this.#log);
      this.#database = database;
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
        `somebody else has taken the lock of ${
          JSON.stringify(this.#path)
        }, so nothing was stored; disconnect and connect again`,
      );
    }
    const version = versionOf(this.#path);
    if (version === this.#version) return;
    this.#version = "";
    throw this.#changedOutside(version);
  }

  #changedOutside(version: string): ConflictError {
    const [what, then] = version === ABSENT
      ? ["removed", "its tables are made again, empty"]
      : ["changed", "it is read again"];
    return new ConflictError(
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
  addTables(empty, database, log);
  return empty;
}

/** Makes the tables and indexes that another database has, where they are absent. */
function addTables(to: Database, from: Database, log: UndoLog): void {
  const missing = [...from.tables].filter(({ table }) => to.find(table.name) === undefined);
  log.unrecorded(() => {
    for (const { table, schema } of missing) to.createTable(table.name, schema);
    for (const { table, named } of missing) {
      for (const { name, options } of named.values()) to.createIndex(table.name, name, options);
    }
  });
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
