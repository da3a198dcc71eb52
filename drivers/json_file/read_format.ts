import type { ColumnDefinition, IndexOptions, TableSchema } from "../../src/contract/mod.ts";
import { Database, type Row, type TableStore, type UndoLog } from "../../src/reference/mod.ts";
import type { Column } from "../../src/schema/column.ts";
import { NAME } from "./options.ts";
import { fromJSON, whereFromJSON } from "./values.ts";
import { FORMAT, VERSION } from "./write_format.ts";

type Members = Readonly<Record<string, unknown>>;

/** Why a text is no database that can be read. */
export class FormatProblem extends Error {
  /** What is the matter: some other file, one of a newer version, or a damaged one. */
  readonly kind: "foreign" | "newer" | "damaged";

  /** Makes a problem. */
  constructor(kind: FormatProblem["kind"], reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.kind = kind;
  }
}

const FLAGS = ["primaryKey", "autoIncrement", "notNull", "unique", "bigint", "sensitive"];
const DEFINITION = ["type", "references", ...FLAGS];
/** How the text of every file begins, also of one that is cut off. */
const BEGINNING = new RegExp(`^\\s*\\{\\s*"format"\\s*:\\s*${JSON.stringify(FORMAT)}`);

/**
 * The text of a file.
 *
 * @throws {FormatProblem} When it is no UTF-8.
 */
export function decodeFile(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const beginning = new TextDecoder().decode(bytes.subarray(0, 1_000));
    throw new FormatProblem(BEGINNING.test(beginning) ? "damaged" : "foreign", "it is no UTF-8 text", {
      cause,
    });
  }
}

/**
 * Makes a database of the text of a file. Everything is checked: a file may have been edited.
 *
 * @throws {FormatProblem} When the text is no such database.
 */
export function readDatabase(dbName: string, text: string, log: UndoLog): Database {
  const file = parse(text);
  const database = new Database(NAME, dbName, log);
  log.unrecorded(() => {
    list(file["tables"], "tables").forEach((table, i) => readTable(database, table, `tables[${i}]`));
    within("the rows", () => database.checkReferences());
  });
  return database;
}

function parse(text: string): Members {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (cause) {
    if (BEGINNING.test(text)) {
      throw new FormatProblem("damaged", `it is no JSON text: ${(cause as Error).message}`, { cause });
    }
    throw new FormatProblem("foreign", "it is no JSON text of this driver", { cause });
  }
  if (!isObject(file) || !Object.hasOwn(file, "format") || file["format"] !== FORMAT) {
    throw new FormatProblem(
      "foreign",
      `it does not say that its format is ${JSON.stringify(FORMAT)}`,
    );
  }
  const { version } = file;
  if (!Number.isSafeInteger(version) || (version as number) < 1) {
    damaged("version", "it is no whole number from 1");
  }
  if ((version as number) > VERSION) {
    throw new FormatProblem(
      "newer",
      `its format has version ${version}, and this version of the driver reads up to ${VERSION}`,
    );
  }
  return members(file, "the file", ["format", "version", "tables"]);
}

function readTable(database: Database, stored: unknown, place: string): void {
  const table = members(stored, place, ["name", "columns", "indexes", "lastNumber", "rows"]);
  const name = text(table["name"], `${place}.name`);
  if (database.find(name) !== undefined) damaged(`${place}.name`, "another table has the same name");
  const schema = readSchema(table["columns"], `${place}.columns`);
  within(`${place}.columns`, () => database.createTable(name, schema));
  const store = database.table(name);
  readRows(store, list(table["rows"], `${place}.rows`), `${place}.rows`);
  for (const [i, index] of list(table["indexes"] ?? [], `${place}.indexes`).entries()) {
    readIndex(store, index, `${place}.indexes[${i}]`);
  }
  readNumber(store, table["lastNumber"], `${place}.lastNumber`);
}

/** The largest number given so far; without it, that of the rows there are. */
function readNumber({ autoIncrement }: TableStore, last: unknown, place: string): void {
  if (autoIncrement === null) {
    if (last !== undefined) damaged(place, "the table has no autoIncrement column");
    return;
  }
  const { column, last: none } = autoIncrement;
  within(place, () => {
    autoIncrement.resume(last === undefined ? none : fromJSON(column, last) as number | bigint);
  });
}

function readSchema(stored: unknown, place: string): TableSchema {
  if (!isObject(stored)) return damaged(place, "it is no object");
  const schema: Record<string, ColumnDefinition> = {};
  for (const name of Object.keys(stored)) {
    const definition = members(stored[name], `${place}.${name}`, DEFINITION);
    for (const flag of FLAGS) {
      if (typeof (definition[flag] ?? false) !== "boolean") {
        damaged(`${place}.${name}.${flag}`, "it is neither true nor false");
      }
    }
    const { references } = definition;
    if (references !== undefined) {
      const target = members(references, `${place}.${name}.references`, [
        "table",
        "column",
        "onDelete",
        "onUpdate",
      ]);
      for (const part of Object.keys(target)) text(target[part], `${place}.${name}.references.${part}`);
    }
    Object.defineProperty(schema, name, { value: definition, enumerable: true });
  }
  return schema;
}

function readRows(store: TableStore, rows: readonly unknown[], place: string): void {
  const { columns } = store.table;
  for (let i = 0; i < rows.length; i++) {
    const stored = rows[i];
    if (!isObject(stored)) return damaged(`${place}[${i}]`, "it is no object");
    try {
      store.restore(readRow(columns, stored));
    } catch (cause) {
      damaged(`${place}[${i}]`, (cause as Error).message, cause);
    }
  }
}

/** An absent column is null. */
function readRow(columns: readonly Column[], stored: Members): Row {
  const row: Record<string, unknown> = {};
  let found = 0;
  for (const column of columns) {
    if (Object.hasOwn(stored, column.name)) {
      row[column.name] = fromJSON(column, stored[column.name]);
      found++;
    } else row[column.name] = null;
  }
  if (found < Object.keys(stored).length) {
    const unknown = Object.keys(stored).find((name) => columns.every((column) => column.name !== name));
    throw new TypeError(`the table has no column ${JSON.stringify(unknown)}`);
  }
  return row;
}

function readIndex(store: TableStore, stored: unknown, place: string): void {
  const { name, columns, unique = false, where } = members(stored, place, [
    "name",
    "columns",
    "unique",
    "where",
  ]);
  const key = text(name, `${place}.name`);
  if (store.named.has(key)) damaged(`${place}.name`, "another index has the same name");
  if (typeof unique !== "boolean") damaged(`${place}.unique`, "it is neither true nor false");
  within(place, () => {
    const options: IndexOptions = {
      columns: list(columns, `${place}.columns`) as readonly string[],
      unique: unique as boolean,
      ...(where === undefined ? null : { where: whereFromJSON(store.table, where) }),
    };
    store.createIndex(key, options);
  });
}

function within(place: string, work: () => void): void {
  try {
    work();
  } catch (cause) {
    if (cause instanceof FormatProblem) throw cause;
    damaged(place, (cause as Error).message, cause);
  }
}

function members(value: unknown, place: string, known: readonly string[]): Members {
  if (!isObject(value)) return damaged(place, "it is no object");
  const unknown = Object.keys(value).find((name) => !known.includes(name));
  if (unknown !== undefined) damaged(place, `it has an unknown member ${JSON.stringify(unknown)}`);
  return value;
}

function list(value: unknown, place: string): readonly unknown[] {
  return Array.isArray(value) ? value : damaged(place, "it is no list");
}

function text(value: unknown, place: string): string {
  return typeof value === "string" ? value : damaged(place, "it is no text");
}

function isObject(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function damaged(place: string, reason: string, cause?: unknown): never {
  throw new FormatProblem("damaged", `${place}: ${reason}`, cause === undefined ? undefined : { cause });
}
