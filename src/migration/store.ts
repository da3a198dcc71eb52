import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type { ColumnDefinition, SchemaDifference, TableChange, TableSchema } from "../contract/mod.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import { AsyncModel } from "../model/async_model.ts";
import { Model } from "../model/model.ts";
import type { Connection } from "../orm/connection.ts";
import { INSIDES, type Insides } from "../orm/insides.ts";
import type { AnyORM } from "../orm/orm.ts";
import { DatabaseTables } from "../orm/database_tables.ts";
import { TableEntry } from "../orm/table_entry.ts";
import { RESERVED_TABLE } from "../schema/identifiers.ts";
import type { ModelColumn, ModelSchema } from "../schema/model_schema.ts";
import { Table } from "../schema/table.ts";
import { type AnyDriver, anyDriver } from "../store/any_driver.ts";
import { driverSchema } from "../store/driver_schema.ts";
import { checkColumns } from "../model/check_columns.ts";
import { differencesOf } from "../reference/same_schema.ts";
import { CopiedTables } from "./copied_tables.ts";

/** Where it is kept what was done. */
export const RECORD_TABLE = "rinari_migrations";

/** Where it is kept how far something has come that is no single transaction. */
export const PROGRESS_TABLE = "rinari_progress";

/** The tables that are no user's. */
const OWN: readonly string[] = [RECORD_TABLE, PROGRESS_TABLE, RESERVED_TABLE];

/** A database that is migrated: its tables as they are, and how they are changed. */
export class MigrationStore {
  /** The database's name. */
  readonly database: string;
  /** The driver in use. */
  readonly connection: Connection;
  /** The driver as it was given. */
  readonly driver: AnyDriver;
  /** The tables that models define. */
  readonly entries: readonly TableEntry[];
  /** How tables are changed where the driver has no way to; null where it has. */
  readonly copied: CopiedTables | null;
  /** The columns of the tables that are there, by table; null where there is none. */
  readonly #columns: Map<string, TableSchema | null> = new Map();

  private constructor(connection: Connection, database: string, entries: readonly TableEntry[]) {
    this.database = database;
    this.connection = connection;
    this.driver = anyDriver(connection.given);
    this.entries = entries;
    this.copied = this.driver.alterTable === undefined ? new CopiedTables(this) : null;
  }

  /** A database on another driver, for the same models. */
  static over(connection: Connection, database: string, entries: readonly TableEntry[]): MigrationStore {
    return new MigrationStore(connection, database, entries);
  }

  /**
   * Looks at the database of an ORM.
   *
   * @throws {ValidationError} When no model is of the database.
   */
  static of(orm: AnyORM, database: string): MigrationStore {
    const insides = (orm as unknown as { readonly [INSIDES]?: Insides })[INSIDES];
    if (insides === undefined) {
      throw new ValidationError("Cannot migrate: what is given first is no ORM", { code: "INVALID_OPTIONS" });
    }
    const entries = [...insides.tables(database).values()].filter(({ isView }) => !isView);
    if (entries.length > 0) return new MigrationStore(insides.connection, database, entries);
    throw new ValidationError(
      `Cannot migrate \`${database}\`: no model is of that database; define them first, and import the modules that do`,
      { code: "UNKNOWN_MODEL" },
    );
  }

  /** The driver's name. */
  get driverName(): string {
    return this.driver.metadata.name;
  }

  /** In what a table is not what a model says; null when it is absent. */
  differences(table: Table): Maybe<readonly SchemaDifference[] | null> {
    const schema = driverSchema(table);
    const { driver, database } = this;
    if (driver.differences !== undefined) return driver.differences(database, table.name, schema);
    const known = this.copied === null ? undefined : this.copied.columns(table.name);
    return chain(known, (stored) => {
      if (stored === null) return null;
      return stored === undefined ? this.#tried(table, schema) : differencesOf(table.name, stored, schema);
    });
  }

  /** What the driver says when the table is made as it is wanted. */
  #tried(table: Table, schema: TableSchema): Maybe<readonly SchemaDifference[] | null> {
    const { driver, database } = this;
    return chain(driver.tableExists(database, table.name), (exists) => {
      if (exists !== true) return null;
      return settle(
        () => this.connection.driver.createTableWithIndexes(database, table.name, schema, []),
        () => [],
        (error) => {
          if (!(error instanceof ValidationError) || error.code !== "SCHEMA_MISMATCH") throw error;
          return [{ kind: "table", columns: [], stored: null, wanted: null, text: error.message }];
        },
      );
    });
  }

  /** Looks at the columns of tables; those of a name that is no table are null. */
  look(names: readonly string[]): Maybe<void> {
    const look = (name: string): Maybe<unknown> =>
      chain(this.#introspect(name), (found) => {
        this.#columns.set(name, found);
        const parents = Object.values(found ?? {}).flatMap(({ references }) => references?.table ?? []);
        return this.look(parents.filter((parent) => !this.#columns.has(parent)));
      });
    return chain(chainAll(names, look), () => undefined);
  }

  #introspect(name: string): Maybe<TableSchema | null> {
    const { driver, database, copied } = this;
    if (copied === null || driver.introspect !== undefined) {
      return driver.introspect?.(database, name) ?? null;
    }
    return chain(copied.columns(name), (found) => {
      if (found !== undefined) return found;
      throw new UnsupportedError(
        `Cannot look at table \`${name}\` of \`${database}\`: driver ${this.driverName} does not tell what its tables are, and nothing is ` +
          "recorded; call migrate once with the program that made it",
        { driver: this.driverName, table: name },
      );
    });
  }

  /** Looks again at the tables that were looked at. */
  lookAgain(): Maybe<void> {
    const names = [...this.#columns.keys()];
    this.#columns.clear();
    return this.look(names);
  }

  /** The columns of a table, which is looked at when it was not; null when it is absent. */
  columns(name: string): Maybe<TableSchema | null> {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    return chain(this.look([name]), () => this.#columns.get(name) ?? null);
  }

  /**
   * Changes a table, keeping its rows.
   *
   * @throws {UnsupportedError} When the driver cannot.
   */
  alter(name: string, schema: TableSchema, change: TableChange = {}): Maybe<void> {
    const { driver, database, copied } = this;
    const altered = copied === null
      ? driver.alterTable?.(database, name, schema, change)
      : chain(this.columns(name), (before) =>
        before === null ? undefined : copied.alter(name, before, schema, change));
    return chain(altered, () => {
      this.forget(name);
      if (change.name !== undefined) this.#columns.set(change.name, null);
      return this.lookAgain();
    });
  }

  /** Removes a table with its rows. */
  drop(name: string): Maybe<void> {
    const { connection, database, copied } = this;
    // A driver that is completed is told of the table first: what refers to it is looked at.
    const known = copied === null ? undefined : chain(
      this.columns(name),
      (columns) =>
        columns === null ? undefined : connection.driver.createTableWithIndexes(database, name, columns, []),
    );
    return chain(known, () =>
      chain(connection.driver.dropTable(database, name), () => {
        this.forget(name);
        this.#columns.set(name, null);
        return copied?.dropped(name);
      }));
  }

  /** What any ORM knows of a table no longer holds. Tables that refer to it are looked at anew too. */
  forget(name: string): void {
    // What completes a driver has forgotten all tables of the database.
    const names = this.copied === null
      ? [name]
      : [name, RECORD_TABLE, PROGRESS_TABLE, ...this.#columns.keys()];
    for (const each of names) this.entry(each, { id: { type: "INTEGER", primaryKey: true } }).forget();
    for (const entry of this.entries) entry.forget();
  }

  /**
   * A model of a table as it is, with some of its columns as they are said to be.
   *
   * @throws {ValidationError} When the table is not there.
   */
  model(name: string, schema: ModelSchema): object {
    return this.modelOf(this.#historic(name, schema, new DatabaseTables()));
  }

  /** The model of an entry. */
  modelOf(entry: TableEntry): object {
    const { connection } = this;
    const host = {
      strict: false,
      transaction: <T>(_: string, work: () => Maybe<T>) => connection.transactions.transaction(work),
    };
    return connection.mode === "sync" ? new Model(entry, host) : new AsyncModel(entry, host);
  }

  /** An entry of a table of any name. */
  entry(name: string, schema: ModelSchema, siblings: DatabaseTables = new DatabaseTables()): TableEntry {
    const table = new Table(name, schema);
    checkColumns(table);
    const entry = new TableEntry(this.connection, this.database, table, [], siblings, new Map());
    siblings.set(name, entry);
    return entry;
  }

  #historic(name: string, schema: ModelSchema, siblings: DatabaseTables): TableEntry {
    const columns = this.#columns.get(name);
    if (columns === undefined || columns === null) {
      throw new ValidationError(
        `Cannot make a model of \`${name}\` of \`${this.database}\`: the table is not there`,
        {
          code: "UNKNOWN_TABLE",
          driver: this.driverName,
          table: name,
        },
      );
    }
    const names = [...new Set([...Object.keys(columns), ...Object.keys(schema)])];
    const whole = names.map((column) => [column, asStored(schema[column], columns[column])] as const);
    const entry = this.entry(name, Object.fromEntries(whole) as ModelSchema, siblings);
    for (const { references } of entry.table.columns) {
      if (references !== null && !siblings.has(references.table)) {
        this.#historic(references.table, {}, siblings);
      }
    }
    return entry;
  }

  /** The names of the tables that were looked at and are there. */
  get tables(): readonly string[] {
    return [...this.#columns].filter(([name, columns]) => columns !== null && !OWN.includes(name))
      .map(([name]) => name);
  }
}

/** A column of a step: its rules that the step does not name are those of the store. */
function asStored(given: ModelColumn | undefined, stored: ColumnDefinition | undefined): ModelColumn {
  if (given === undefined || stored === undefined) return given ?? stored as ModelColumn;
  return { ...stored, ...given };
}
