import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type { TableRecord } from "../composed/catalog.ts";
import { decodeTagged, encodeTagged } from "../composed/tagged_json.ts";
import type { ColumnDefinition, TableChange, TableSchema } from "../contract/mod.ts";
import { UnsupportedError } from "../errors/mod.ts";
import { missingParent, notNullViolation, uniqueViolation } from "../errors/violations.ts";
import { followedSchema, initialValue, widenedValue } from "../reference/altered_table.ts";
import { type Key, keyOf } from "../reference/keys.ts";
import { storageSchema } from "../reference/storage_schema.ts";
import { RESERVED_TABLE } from "../schema/identifiers.ts";
import { Table } from "../schema/table.ts";
import type { Row } from "../store/any_driver.ts";
import { copyRows, createTable, eachRow, giveNumber, lastNumber } from "./copied_rows.ts";
import { allProgress, endProgress, openProgress, writeProgress } from "./progress.ts";
import type { MigrationStore } from "./store.ts";

/** What notes of tables begin with. */
const NOTE = "table ";

/** What is known of a table that is copied, or was. */
interface Copy {
  /** Where it stands: rows are copied away, or back, or all is done. */
  readonly phase: "away" | "back" | "done";
  /** The table's name, before and after; null when it is gone. */
  readonly name: string | null;
  /** The columns it had. */
  readonly before: TableSchema;
  /** The columns it has. */
  readonly schema: TableSchema;
  /** The old names of columns. */
  readonly renamed: Readonly<Record<string, string>>;
  /** How many rows it has: what is more was only to find out which number comes next. */
  readonly rows: number;
}

/**
 * The tables of a driver that has no way to change one: the rows are copied into another table with the new columns, the old one is
 * dropped and made anew, and they are copied back. What is under way is written down, so that it is finished when it was interrupted.
 */
export class CopiedTables {
  readonly #store: MigrationStore;
  #schemas: Map<string, TableSchema | null> = new Map();
  #notes = 0;

  /** Keeps the tables of a store. */
  constructor(store: MigrationStore) {
    this.#store = store;
  }

  /** Takes up what is known: what was recorded, and what was changed since. Finishes a copy that was interrupted. */
  recorded(tables: Readonly<Record<string, { readonly columns: TableSchema }>>): Maybe<void> {
    this.#schemas = new Map(Object.entries(tables).map(([name, { columns }]) => [name, columns]));
    return chain(allProgress(this.#store), (found) =>
      chain(
        chainAll(found.filter(({ name }) => name.startsWith(NOTE)), ({ name, operation, state }) => {
          this.#notes = Math.max(this.#notes, operation);
          const table = name.slice(NOTE.length);
          const copy = decodeTagged<Copy>(state as string);
          return chain(copy.phase === "done" ? undefined : this.#copy(table, copy), () =>
            this.#know(table, copy));
        }),
        () =>
          undefined,
      ));
  }

  /** The columns of a table; null when it is absent, undefined when nothing tells. */
  columns(name: string): Maybe<TableSchema | null | undefined> {
    const { driver, database } = this.#store;
    return chain(driver.tableExists(database, name), (exists) => {
      if (exists !== true) return null;
      const known = this.#schemas.get(name);
      if (known !== undefined && known !== null) return known;
      return chain(this.#catalogRow(name), (record) => record?.schema);
    });
  }

  /** All tables as they are, by name. */
  get schemas(): ReadonlyMap<string, TableSchema | null> {
    return this.#schemas;
  }

  /** A table that was made as a model says. */
  made(name: string, schema: TableSchema): void {
    this.#schemas.set(name, schema);
  }

  /**
   * Makes a table what a schema says, with its rows.
   *
   * @throws {RinariError} When a row refuses it: then the table is as it was.
   */
  alter(table: string, before: TableSchema, schema: TableSchema, change: TableChange): Maybe<void> {
    const { name = table, renamed = {} } = change;
    this.#checkAlterable(table, before, schema, renamed);
    const { driver, database } = this.#store;
    return chain(
      this.#alterReferring(table, name, renamed),
      () =>
        chain(
          driver.count(database, table),
          (rows) => this.#copied(table, { phase: "away", name, before, schema, renamed, rows }),
        ),
    );
  }

  /** Tables that refer to one whose names change: first they, as an interruption then leaves the old name to begin with again. */
  #alterReferring(table: string, name: string, renamed: Readonly<Record<string, string>>): Maybe<void> {
    const referring = [...this.#schemas].flatMap(([child, columns]) => {
      if (columns === null || child === table) return [];
      const followed = followedSchema(columns, table, name, renamed);
      return encodeTagged(followed) === encodeTagged(columns) ? [] : [{ child, columns, followed }];
    });
    const follow = ({ child, columns, followed }: (typeof referring)[number]): Maybe<void> =>
      chain(
        this.#store.driver.tableExists(this.#store.database, child),
        (exists) => exists === true ? this.alter(child, columns, followed, {}) : undefined,
      );
    return chain(chainAll(referring, follow), () => undefined);
  }

  #copied(table: string, copy: Copy): Maybe<void> {
    return chain(openProgress(this.#store), () =>
      chain(this.#note(table, copy), () =>
        chain(
          settle(() => this.#copy(table, copy), () => undefined, (error) =>
            // Nothing has become of the table itself as long as rows are copied away.
            chain(this.#store.driver.dropTable(this.#store.database, temporary(table)), () =>
              chain(endProgress(this.#store, NOTE + table), () => {
                throw error;
              }))),
          () => this.#know(table, copy),
        )));
  }

  /** Notes that a table was dropped. */
  dropped(table: string): Maybe<void> {
    const copy: Copy = { phase: "done", name: null, before: {}, schema: {}, renamed: {}, rows: 0 };
    return chain(
      openProgress(this.#store),
      () => chain(this.#note(table, copy), () => this.#know(table, copy)),
    );
  }

  /** Forgets the notes: what they say is recorded. */
  settled(): Maybe<void> {
    return chain(allProgress(this.#store), (found) =>
      chain(
        chainAll(
          found.filter(({ name }) => name.startsWith(NOTE)),
          ({ name }) => endProgress(this.#store, name),
        ),
        () => undefined,
      ));
  }

  #know(table: string, { name, schema, renamed }: Copy): void {
    if (name !== table) this.#schemas.set(table, null);
    if (name === null) return;
    this.#schemas.set(name, schema);
    for (const [child, columns] of this.#schemas) {
      if (columns !== null && child !== name) {
        this.#schemas.set(child, followedSchema(columns, table, name, renamed));
      }
    }
  }

  #note(table: string, copy: Copy): Maybe<void> {
    const operation = ++this.#notes;
    return writeProgress(this.#store, NOTE + table, { operation, state: encodeTagged(copy) });
  }

  #copy(table: string, copy: Copy): Maybe<void> {
    const store = this.#store;
    const { driver, database, connection } = store;
    const name = copy.name as string;
    const drop = (each: string): Maybe<void> => driver.dropTable(database, each);
    const create = (made: string): Maybe<void> => createTable(store, made, copy.schema);
    let last: number | null = null;
    const look = (from: string, schema: TableSchema) => (): Maybe<void> =>
      chain(lastNumber(store, from, schema, copy.rows), (found) => {
        last = found;
      });
    const away = [
      () => drop(temporary(table)),
      () => create(temporary(table)),
      look(table, copy.before),
      () => this.#fill(table, copy, temporary(table)),
      () => giveNumber(store, temporary(table), copy.schema, last),
      () => this.#note(table, { ...copy, phase: "back" }),
    ];
    const back = [
      () => drop(table),
      () => name === table ? undefined : drop(name),
      // What is enforced is read by whoever opens the store: it never speaks of a table that is there in another form.
      () => this.#follow(table, copy),
      () => create(name),
      look(temporary(table), copy.schema),
      () => copyRows(store, temporary(table), copy.schema, name, copy.schema, (row) => row),
      () => giveNumber(store, name, copy.schema, last),
      () => this.#note(table, { ...copy, phase: "done" }),
      () => drop(temporary(table)),
      () => connection.driver.forget?.(database),
    ];
    const steps: readonly (() => Maybe<void>)[] = copy.phase === "away" ? [...away, ...back] : back;
    return chain(chainAll(steps, (step) => step()), () => undefined);
  }

  /** Copies the rows away, as they are to be, and sees that they may be so. */
  #fill(table: string, { schema, before, renamed, name }: Copy, away: string): Maybe<void> {
    const { driverName } = this.#store;
    const scene = { driver: driverName, table };
    const [old, made] = [before, schema].map((each) => new Table(table, storageSchema(each))) as [
      Table,
      Table,
    ];
    const sources = made.columns.map((column) => {
      const from = old.get(renamed[column.name] ?? column.name);
      return { column, from, initial: initialValue(column, schema[column.name]) };
    });
    const unique = made.columns.filter((column) => column.unique && !column.primaryKey)
      .map((column) => ({ column, seen: new Set<Key>() }));
    const parents = made.columns.filter(({ references }) => references !== null);
    return chain(
      chainAll(parents, (column) => this.#parentKeys(column.name, schema, table, name as string)),
      (keys) =>
        copyRows(this.#store, table, before, away, schema, (row) => {
          const values: Row = {};
          for (const { column, from, initial } of sources) {
            const value = from === undefined ? initial : row[from.name] ?? null;
            if (value === null && !column.nullable) throw notNullViolation(scene, "update", column);
            values[column.name] = widenedValue(column, value);
          }
          for (const { column, seen } of unique) {
            const value = values[column.name] ?? null;
            const key = value === null ? null : keyOf(column.kind, value);
            if (key !== null && seen.has(key)) throw uniqueViolation(scene, "update", [column]);
            if (key !== null) seen.add(key);
          }
          parents.forEach((column, i) => {
            const value = values[column.name] ?? null;
            const { table: parentTable, column: parentColumn } = column.references as {
              table: string;
              column: string;
            };
            if (value === null || keys[i] === null || keys[i]?.has(keyOf(column.kind, value)) === true) {
              return;
            }
            throw missingParent(scene, "update", { column, parentTable, parentColumn }, null);
          });
          return values;
        }),
    );
  }

  /** The values that a column may refer to; null when nothing tells, or it is the table itself. */
  #parentKeys(name: string, schema: TableSchema, table: string, own: string): Maybe<Set<Key> | null> {
    const { references } = schema[name] as ColumnDefinition;
    if (references === undefined || references.table === own || references.table === table) return null;
    return chain(this.columns(references.table), (parent) => {
      const definition = parent?.[references.column];
      if (parent === null || parent === undefined || definition === undefined) return null;
      const { kind } = new Table(references.table, storageSchema(parent)).column(references.column);
      const keys = new Set<Key>();
      return chain(
        eachRow(this.#store, references.table, parent, (rows) => {
          for (const row of rows) {
            const value = row[references.column] ?? null;
            if (value !== null) keys.add(keyOf(kind, value));
          }
        }),
        () => keys,
      );
    });
  }

  /** What is kept of a table, and of those that refer to it, for whoever enforces it. */
  #follow(table: string, { name, schema, renamed }: Copy): Maybe<void> {
    const { driver, database } = this.#store;
    return chain(driver.tableExists(database, RESERVED_TABLE), (exists) => {
      if (exists !== true) return;
      return chain(driver.findAll(database, RESERVED_TABLE, {}), (rows) =>
        chain(
          chainAll(rows, ({ name: given, data }) => {
            const record = decodeTagged<TableRecord>(data as string);
            const isOwn = given === table || given === name;
            const columns = isOwn ? schema : followedSchema(record.schema, table, name as string, renamed);
            const now = encodeTagged({ schema: columns, indexes: isOwn ? [] : record.indexes });
            if (now === data && given !== table) return;
            if (given === table && name !== table) {
              return chain(driver.delete(database, RESERVED_TABLE, { name: given }), () =>
                driver.insert(database, RESERVED_TABLE, { name: name as string, data: now }));
            }
            return driver.update(database, RESERVED_TABLE, { data: now }, { name: given as string });
          }),
          () =>
            undefined,
        ));
    });
  }

  #catalogRow(name: string): Maybe<TableRecord | undefined> {
    const { driver, database } = this.#store;
    return chain(
      driver.tableExists(database, RESERVED_TABLE),
      (exists) =>
        exists !== true ? undefined : chain(
          driver.findAll(database, RESERVED_TABLE, { where: { name } }),
          ([row]) => row === undefined ? undefined : decodeTagged<TableRecord>(row["data"] as string),
        ),
    );
  }

  #checkAlterable(
    table: string,
    before: TableSchema,
    schema: TableSchema,
    renamed: Readonly<Record<string, string>>,
  ): void {
    const { driver, driverName } = this.#store;
    const [old, made] = [before, schema].map((each) => new Table(table, storageSchema(each))) as [
      Table,
      Table,
    ];
    const refuse = (reason: string): never => {
      throw new UnsupportedError(`Cannot change table \`${table}\` as it is: ${reason}`, {
        driver: driverName,
        table,
      });
    };
    for (const { name, kind, primaryKey } of made.columns) {
      const from = old.get(renamed[name] ?? name);
      if (from === undefined) continue;
      if (kind !== from.kind && !(from.kind === "integer" && kind === "bigint")) {
        refuse(
          `column \`${name}\` would have another type; a new column has to take the place of the old one`,
        );
      }
      if (primaryKey !== from.primaryKey) refuse("its primary key would be another one");
    }
    if (driver.metadata.capabilities?.references !== true) return;
    const referred = [...this.#schemas].some(([child, columns]) =>
      child !== table && Object.values(columns ?? {}).some(({ references }) => references?.table === table)
    );
    if (referred) {
      refuse(
        `rows of other tables refer to it, driver ${driverName} enforces that, and it has no \`alterTable\``,
      );
    }
  }
}

function temporary(table: string): string {
  return `rinari_new_${table}`;
}
