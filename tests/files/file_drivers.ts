import { BunSQLiteDriver } from "../../drivers/bun_sqlite.ts";
import { JSONFileDriver } from "../../drivers/json_file.ts";
import { LibSQLDriver } from "../../drivers/libsql.ts";
import { NodeSQLiteDriver } from "../../drivers/node_sqlite.ts";
import { type AsyncDriver, DataTypes, type Model, ORM, RinariError, type SyncDriver } from "../../mod.ts";
import { runtime } from "../support/runtime.ts";

/** The options that all drivers of files have. */
export interface FileOptions {
  storageDir?: string;
  databases?: Record<string, string>;
  readonly?: boolean;
  durability?: "full" | "relaxed";
  busyTimeout?: number;
  maxOpen?: number;
}

/** A driver whose databases are files. */
export interface FileDriverCase {
  readonly name: string;
  /** What follows the name of a database in `storageDir`. */
  readonly ending: string;
  make(options: FileOptions): SyncDriver | AsyncDriver;
}

/** All of this runtime. They close and open databases as they need them. */
export const fileDrivers: readonly FileDriverCase[] = [
  ...(runtime === "bun"
    ? [{ name: "BunSQLiteDriver", ending: ".db", make: (given: FileOptions) => new BunSQLiteDriver(given) }]
    : []),
  { name: "NodeSQLiteDriver", ending: ".db", make: (given) => new NodeSQLiteDriver(given) },
  { name: "JSONFileDriver", ending: ".json", make: (given) => new JSONFileDriver(given) },
  { name: "LibSQLDriver", ending: ".db", make: (given) => new LibSQLDriver(given) },
];

const SCHEMA = {
  id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
  text: { type: DataTypes.TEXT, unique: true },
} as const;

/** An ORM and its first model. */
export interface Opened {
  readonly orm: ORM<AsyncDriver>;
  readonly Note: Notes;
}

/** The model of the notes of a database. */
export type Notes = Model<
  { id: number; text: string | null },
  { id?: number | undefined; text?: string | null | undefined },
  number,
  "async"
>;

/** An ORM on a driver, whose models are awaited whatever it answers. */
export function openNotes({ make }: FileDriverCase, options: FileOptions, database = "app"): Opened {
  const orm = new ORM({ driver: make(options) as AsyncDriver });
  return { orm, Note: notesOf(orm, database) };
}

/** The model of a database. */
export function notesOf(orm: ORM<AsyncDriver>, database: string): Notes {
  return orm.define(database, "notes", SCHEMA);
}

/** The error of Rinari that a call throws or rejects with. */
export async function errorOf(call: () => unknown): Promise<RinariError> {
  try {
    await call();
  } catch (error) {
    if (error instanceof RinariError) return error;
    throw new Error(`It is no error of Rinari: ${error}`, { cause: error });
  }
  throw new Error("Nothing was thrown");
}
