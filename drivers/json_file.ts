/**
 * A driver that keeps each database in one JSON file, which people can read and version control can compare: for settings,
 * small tools, fixtures and prototypes. Synchronous, in Bun, Deno and Node.js.
 *
 * A database is held in memory as a whole and behaves as the memory driver's. Each commit (a call outside a transaction, or a
 * transaction, whatever the number of rows) writes the whole file once: its cost is the size of the database. Some 10,000 rows
 * are written in 10 ms; beyond, use SQLite.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { JSONFileDriver } from "@rinari/orm/drivers/json-file";
 * import { mkdtempSync, readFileSync } from "node:fs";
 * import { tmpdir } from "node:os";
 *
 * const folder = mkdtempSync(`${tmpdir()}/notes-`);
 * const orm = new ORM({ driver: new JSONFileDriver({ storageDir: folder }) });
 * const Note = orm.define("app", "notes", {
 *   id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
 *   text: { type: DataTypes.TEXT, notNull: true },
 * });
 * Note.create({ text: "buy milk" });
 * console.log(readFileSync(`${folder}/app.json`, "utf8").includes("buy milk")); // true
 * orm.disconnect();
 * ```
 *
 * @module
 */
import { ReferenceDriver } from "../src/reference/mod.ts";
import type { JSONFileOptions } from "./json_file/options.ts";
import { type JSONFiles, jsonFiles } from "./json_file/provider.ts";

export type { ReferenceDriver } from "../src/reference/mod.ts";
export type { JSONFileOptions } from "./json_file/options.ts";

/**
 * Keeps each database in one JSON file. Sync.
 *
 * A commit replaces the file atomically: after a crash it is as it was before or after. One process at a time may write: a lock
 * (`<file>.lock`) is taken when a database is first used and given up by `disconnect` or at the end of the process; the lock of
 * a process that was killed is taken over.
 *
 * @example
 * ```ts
 * import { DataTypes, ORM } from "@rinari/orm";
 * import { JSONFileDriver } from "@rinari/orm/drivers/json-file";
 * import { tmpdir } from "node:os";
 *
 * const driver = new JSONFileDriver({ databases: { settings: `${tmpdir()}/settings-${crypto.randomUUID()}.json` } });
 * const orm = new ORM({ driver });
 * const Setting = orm.define("settings", "settings", {
 *   name: { type: DataTypes.TEXT, primaryKey: true },
 *   value: { type: DataTypes.JSON },
 * });
 * Setting.upsert({ name: "theme", value: { dark: true } });
 * orm.disconnect();
 * ```
 */
export class JSONFileDriver extends ReferenceDriver {
  readonly #files: JSONFiles;

  /** Makes a driver; no file is opened before its database is used. */
  constructor(options: JSONFileOptions = {}) {
    const files = jsonFiles(options);
    super(files);
    this.#files = files;
  }

  /** Copies the file of a database to one beside it. @returns Where the copy is. */
  copyDatabase(dbName: string, suffix: string): string {
    return this.#files.copy(dbName, suffix);
  }
}
