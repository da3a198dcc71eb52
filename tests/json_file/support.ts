import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { JSONFileDriver, type JSONFileOptions } from "../../drivers/json_file.ts";
import { DataTypes, type Model, ORM, RinariError } from "../../mod.ts";

/** A row of the table that most tests use. */
export interface Item {
  id: number;
  name: string | null;
}

/** An open database with one table. */
export interface Items {
  readonly driver: JSONFileDriver;
  readonly orm: ORM<JSONFileDriver>;
  readonly Item: Model<Item, { id?: number | undefined; name?: string | null | undefined }, number, "sync">;
}

/** Opens database `app` of a folder, without waiting for another process. */
export function openItems(storageDir: string, options: JSONFileOptions = {}): Items {
  const driver = new JSONFileDriver({ storageDir, busyTimeout: 0, ...options });
  const orm = new ORM({ driver });
  const Item = orm.define("app", "items", {
    id: { type: DataTypes.INTEGER, primaryKey: true, autoIncrement: true },
    name: { type: DataTypes.TEXT, unique: true },
  });
  return { driver, orm, Item };
}

/** The names of all items. */
export function namesOf({ Item }: Items): (string | null)[] {
  return Item.findAll().map(({ name }) => name);
}

/** The path of database `app`. */
export function appPath(storageDir: string): string {
  return join(storageDir, "app.json");
}

/** The text of database `app`; null when it has no file. */
export function appText(storageDir: string): string | null {
  return existsSync(appPath(storageDir)) ? readFileSync(appPath(storageDir), "utf8") : null;
}

/** The names of what is in a folder. */
export function entriesOf(folder: string): string[] {
  return readdirSync(folder).sort();
}

/** The class, code and the like of the error that a call throws. */
export function failureOf(call: () => unknown): RinariError {
  try {
    call();
  } catch (error) {
    if (error instanceof RinariError) return error;
    throw error;
  }
  throw new Error("Nothing was thrown");
}
