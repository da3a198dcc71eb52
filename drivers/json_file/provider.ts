import { TransactionError } from "../../src/errors/mod.ts";
import { FilePool } from "../../src/files/file_pool.ts";
import { type DatabaseProvider, UndoLog } from "../../src/reference/mod.ts";
import type { Waiting } from "../../src/transaction/waiting.ts";
import { JSONFile } from "./json_file.ts";
import { type JSONFileOptions, type JSONFileSettings, jsonFileSettings, NAME } from "./options.ts";

/** Databases in JSON files. */
export interface JSONFiles extends DatabaseProvider {
  /** Copies a file to one beside it. @returns Where. */
  copy(name: string, suffix: string): string;
}

/** Databases in JSON files, opened when they are first used. */
export function jsonFiles(options: JSONFileOptions): JSONFiles {
  const files = new Map<string, JSONFile>();
  let settings: JSONFileSettings | null = null;
  /** The file that is used, and the transaction in which it is. */
  let current: JSONFile | null = null;
  let transaction: object | null = null;
  const waiting: Waiting = { timeout: 0, connected: false, outside: false };
  const log = new UndoLog(() => current?.save());

  let pool = new FilePool(null, 1);
  const isInUse = (file: JSONFile): boolean => log.transaction !== null && file === current;

  const open = (name: string): JSONFile => {
    const known = files.get(name);
    if (known !== undefined) {
      known.use();
      return known;
    }
    const file = new JSONFile(name, settings as JSONFileSettings, log, pool, isInUse);
    files.set(name, file);
    return file;
  };

  return {
    name: NAME,
    version: "0.1.0",
    log,
    waiting,
    configure(config) {
      settings = jsonFileSettings(options, config);
      waiting.timeout = settings.busyTimeout;
      waiting.connected = true;
      if (waiting.outside) settings = { ...settings, busyTimeout: 0 };
      pool = new FilePool(settings.maxOpen, 1);
      return settings.log;
    },
    database(name) {
      const file = open(name);
      if (log.transaction === null || log.transaction !== transaction) file.refresh();
      else if (file !== current) throw secondDatabase(name, current?.name);
      transaction = log.transaction;
      current = file;
      return file.database;
    },
    readonly: (name) => open(name).readonly,
    copy: (name, suffix) => open(name).copy(suffix),
    close() {
      for (const file of files.values()) file.close();
      files.clear();
      current = null;
      waiting.connected = false;
      waiting.outside = false;
    },
  };
}

function secondDatabase(name: string, first: string | undefined): TransactionError {
  return new TransactionError(
    `Cannot use database \`${name}\` in a transaction on \`${first}\`: a transaction spans one database, because two files are ` +
      "not replaced together; use one transaction for each",
    { code: "SECOND_DATABASE", driver: NAME },
  );
}
