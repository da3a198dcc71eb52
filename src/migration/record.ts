import { chain, type Maybe, settle } from "../chain/chain.ts";
import type { ColumnDefinition, RawStatement, TableSchema } from "../contract/mod.ts";
import { UnsupportedError } from "../errors/mod.ts";
import { referringIndexes } from "../orm/referring_indexes.ts";
import type { TableEntry } from "../orm/table_entry.ts";
import { INSERT } from "../orm/operation.ts";
import type { ModelSchema } from "../schema/model_schema.ts";
import { type MigrationStore, RECORD_TABLE } from "./store.ts";

/** The version that is written down with what was done. */
const LIBRARY = "@rinari/orm 0.1.0";

const SCHEMA = {
  number: { type: "INTEGER", primaryKey: true, autoIncrement: true },
  step: { type: "TEXT" },
  at: { type: "DATETIME", notNull: true },
  ms: { type: "INTEGER", notNull: true },
  library: { type: "TEXT", notNull: true },
  schema: { type: "TEXT", notNull: true },
} as const satisfies ModelSchema;

const COLUMNS: Readonly<Record<string, ColumnDefinition>> = {
  step: { type: "TEXT" },
  schema: { type: "TEXT" },
};

/** What was done once. */
export interface DoneStep {
  /** The name of the step; null when the models were followed. */
  readonly step: string | null;
  /** The tables after it, as text. */
  readonly schema: string;
}

/** The tables as models define them, with what matters to a store. */
export type Snapshot = Readonly<Record<string, SnapshotTable>>;

/** A table of a snapshot. */
export interface SnapshotTable {
  /** The columns. */
  readonly columns: Readonly<Record<string, ColumnDefinition>>;
  /** The indexes that models declare. */
  readonly indexes: readonly { readonly name: string; readonly columns: readonly string[] }[];
}

/** The tables that models define, as text: equal texts are equal tables. */
export function snapshotText(entries: readonly TableEntry[]): string {
  const tables = entries.map((entry) => {
    const { table, declared } = entry;
    const columns = table.columns.map(({ storeName: name, definition }) => {
      const { type, primaryKey, autoIncrement, notNull, unique, references, bigint, stored } = definition;
      return [name, {
        type,
        primaryKey,
        autoIncrement,
        notNull,
        unique,
        references,
        bigint,
        stored,
      }] as const;
    });
    const all = [...declared, ...referringIndexes(entry)];
    const indexes = all.map(({ name, columns, unique, where }) => ({ name, columns, unique, where }));
    return [table.storeName, { columns: Object.fromEntries(columns), indexes }] as const;
  });
  tables.sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify(
    Object.fromEntries(tables),
    (_, value: unknown) => typeof value === "bigint" ? `${value}n` : value,
  );
}

/** The tables of a snapshot as they are now, as text. */
export function tablesText(text: string, schemas: ReadonlyMap<string, TableSchema | null>): string {
  const tables: Record<string, SnapshotTable> = { ...readSnapshot(text) };
  for (const [name, columns] of schemas) {
    const { [name]: before, ...rest } = tables;
    for (const each of Object.keys(tables)) if (!Object.hasOwn(rest, each)) delete tables[each];
    if (columns !== null) tables[name] = { columns, indexes: before?.indexes ?? [] };
  }
  return JSON.stringify(tables, (_, value: unknown) => typeof value === "bigint" ? `${value}n` : value);
}

/** Reads what {@linkcode snapshotText} wrote. */
export function readSnapshot(text: string): Snapshot {
  return JSON.parse(text) as Snapshot;
}

/** What was done, read in one statement where the store speaks SQL, and without making anything. */
export function readDone(store: MigrationStore): Maybe<readonly DoneStep[]> {
  const { driver, database } = store;
  if (driver.query !== undefined) {
    const statement: RawStatement = {
      texts: ["SELECT step, schema FROM ", " ORDER BY number"],
      parts: [{ kind: "name", name: RECORD_TABLE }],
      columns: COLUMNS,
    };
    const query = driver.query.bind(driver);
    return settle(
      () => query(database, statement),
      ({ rows }) => rows as unknown as DoneStep[],
      (error) =>
        chain(driver.tableExists(database, RECORD_TABLE), (exists) => {
          // An engine may have no way to statements that are not its own.
          if (exists === true && !(error instanceof UnsupportedError)) throw error;
          return exists === true ? readRows(store) : [];
        }),
    );
  }
  return chain(
    driver.tableExists(database, RECORD_TABLE),
    (exists) => exists === true ? readRows(store) : [],
  );
}

/** The same in a transaction, where no statement may fail. */
export function readDoneAlone(store: MigrationStore): Maybe<readonly DoneStep[]> {
  return chain(
    store.driver.tableExists(store.database, RECORD_TABLE),
    (exists) => exists === true ? readRows(store) : [],
  );
}

function readRows(store: MigrationStore): Maybe<readonly DoneStep[]> {
  const entry = store.entry(RECORD_TABLE, SCHEMA);
  const model = store.modelOf(entry) as { findAll(options: object): Maybe<readonly DoneStep[]> };
  return model.findAll({ orderBy: [["number", "ASC"]], select: ["step", "schema"] });
}

/** Writes down that something was done. */
export function writeDone(
  store: MigrationStore,
  step: string | null,
  schema: string,
  since: number,
): Maybe<void> {
  const entry = store.entry(RECORD_TABLE, SCHEMA);
  const row = { step, schema, at: new Date(), ms: Math.max(0, Date.now() - since), library: LIBRARY };
  return chain(entry.execute(INSERT, row), () => undefined);
}
