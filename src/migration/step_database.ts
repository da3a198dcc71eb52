import { chain, type Maybe, promised } from "../chain/chain.ts";
import type { ColumnDefinition, TableChange, TableSchema } from "../contract/mod.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import type { AnyORM } from "../orm/orm.ts";
import type { ModelColumn, ModelSchema } from "../schema/model_schema.ts";
import { Table } from "../schema/table.ts";
import { driverSchema } from "../store/driver_schema.ts";
import type { Call, Calls, Part, RowWork } from "./calls.ts";
import type { MigrationDatabase } from "./migration_steps.ts";
import type { MigrationStore } from "./store.ts";

type Row = Record<string, unknown>;

/** What is needed of a model here. */
interface AnyModel {
  paginate(options: object): Maybe<{ readonly rows: readonly Row[]; readonly next: string | null }>;
  bulkUpdate(updates: readonly { readonly where: Row; readonly data: Row }[]): Maybe<unknown>;
}

/** What steps are given. */
export function stepDatabase(store: MigrationStore, orm: AnyORM, calls: Calls): MigrationDatabase {
  const isAsync = store.connection.mode === "async";
  const answer = <A extends readonly unknown[]>(work: (call: Call, ...args: A) => Maybe<void>) =>
  (
    ...args: A
  ): unknown => {
    const made = (): Maybe<void> => calls.make((call) => work(call, ...args));
    return isAsync ? promised(made) : made();
  };
  const members = {
    addColumn: answer((call, table: string, name: string, column: ModelColumn) =>
      addColumn(store, call, table, name, column)
    ),
    changeColumn: answer((
      call,
      table: string,
      name: string,
      column: ModelColumn,
      convert?: (value: unknown) => unknown,
    ) => changeColumn(store, call, table, name, column, convert)),
    renameColumn: answer((call, table: string, from: string, to: string) =>
      renameColumn(store, call, table, from, to)
    ),
    dropColumn: answer((call, table: string, name: string) => dropColumn(store, call, table, name)),
    renameTable: answer((call, from: string, to: string) => renameTable(store, call, from, to)),
    dropTable: answer((call, table: string) =>
      call.part(
        ONLY,
        () => chain(store.columns(table), (columns) => columns === null ? undefined : store.drop(table)),
      )
    ),
    model(table: string, schema: ModelSchema) {
      calls.refuse("`model`");
      return store.model(table, schema);
    },
    eachRow: answer((call, table: string, schema: ModelSchema, change: (row: Row) => Row | undefined) =>
      call.rows(ONLY, eachRow(store, table, () => schema, change))
    ),
    get sql() {
      calls.refuse("`sql`");
      return orm.sql(store.database);
    },
  };
  return members as unknown as MigrationDatabase;
}

/** A call of one part. */
const ONLY = { index: 0, last: true } as const;

/** Changes a table as one part of a call. */
function alter(
  store: MigrationStore,
  call: Call,
  part: Part,
  table: string,
  wanted: () => Maybe<Altered | null>,
): Maybe<void> {
  const beforehand = store.driver.alterTable?.bind(store.driver);
  return call.part(
    {
      ...part,
      beforehand: beforehand && (() =>
        chain(
          wanted(),
          (found) =>
            found === null
              ? undefined
              : beforehand(store.database, table, found.schema, { ...found.change, beforehand: true }),
        )),
    },
    () =>
      chain(wanted(), (found) => found === null ? undefined : store.alter(table, found.schema, found.change)),
  );
}

/** What a table is changed to. */
interface Altered {
  readonly schema: TableSchema;
  readonly change?: TableChange;
}

function addColumn(
  store: MigrationStore,
  call: Call,
  table: string,
  name: string,
  column: ModelColumn,
): Maybe<void> {
  return alter(store, call, ONLY, table, () =>
    chain(store.columns(table), (columns) => {
      if (columns === null || Object.hasOwn(columns, name)) return null;
      return { schema: whole(table, { ...columns, [name]: column }) };
    }));
}

function dropColumn(store: MigrationStore, call: Call, table: string, name: string): Maybe<void> {
  return alter(store, call, ONLY, table, () =>
    chain(store.columns(table), (columns) => {
      if (columns === null || !Object.hasOwn(columns, name)) return null;
      const { [name]: gone, ...rest } = columns;
      if (gone?.primaryKey === true) refuseKey(store, table, name, "dropped");
      return { schema: rest };
    }));
}

function renameColumn(
  store: MigrationStore,
  call: Call,
  table: string,
  from: string,
  to: string,
): Maybe<void> {
  return alter(store, call, ONLY, table, () =>
    chain(store.columns(table), (columns) => {
      if (columns === null || !Object.hasOwn(columns, from)) {
        if (columns === null || Object.hasOwn(columns, to)) return null;
        throw new ValidationError(
          `Cannot rename column \`${from}\` of \`${table}\` to \`${to}\`: the table has neither; its columns are ${
            Object.keys(columns).map((name) => `\`${name}\``).join(", ")
          }`,
          { code: "UNKNOWN_COLUMN", driver: store.driverName, table, columns: [from] },
        );
      }
      if (Object.hasOwn(columns, to)) {
        throw new ValidationError(
          `Cannot rename column \`${from}\` of \`${table}\` to \`${to}\`: the table has both; drop one of them`,
          { code: "INVALID_SCHEMA", driver: store.driverName, table, columns: [from, to] },
        );
      }
      const schema = withName(columns, from, to, columns[from] as ColumnDefinition, table);
      return { schema, change: { renamed: { [to]: from } } };
    }));
}

function renameTable(store: MigrationStore, call: Call, from: string, to: string): Maybe<void> {
  return alter(store, call, ONLY, from, () =>
    chain(store.columns(from), (columns) => {
      if (columns === null) return null;
      return chain(store.columns(to), (taken) => {
        if (taken !== null) {
          throw new ValidationError(
            `Cannot rename table \`${from}\` to \`${to}\`: both are there; drop one of them`,
            { code: "INVALID_SCHEMA", driver: store.driverName, table: from },
          );
        }
        const own = Object.entries(columns).map(([name, definition]) => {
          const { references } = definition;
          return [
            name,
            references?.table === from
              ? { ...definition, references: { ...references, table: to } }
              : definition,
          ];
        });
        return { schema: Object.fromEntries(own) as TableSchema, change: { name: to } };
      });
    }));
}

/**
 * Makes a column another one: a new column, filled row by row, takes the place of the old one.
 *
 * @param convert Gives the new value; undefined when the values stay as they are.
 */
export function changeColumn(
  store: MigrationStore,
  call: Call,
  table: string,
  name: string,
  column: ModelColumn,
  convert: ((value: unknown) => unknown) | undefined,
): Maybe<void> {
  const isDate = column.type === "DATE" || column.type === "DATETIME";
  // A form that is not said would be taken from what is stored.
  const wanted: ModelColumn = isDate ? { ...column, stored: column.stored ?? "iso" } : column;
  if (convert === undefined && isDate) {
    // Another form of the same dates is written by itself.
    return chain(store.columns(table), (columns) => {
      const old = columns?.[name];
      const other = old?.type === column.type && (old.stored ?? "iso") !== wanted.stored &&
        store.driver.query !== undefined;
      return changeTo(store, call, table, name, wanted, other ? (value) => value : undefined);
    });
  }
  return changeTo(store, call, table, name, wanted, convert);
}

function changeTo(
  store: MigrationStore,
  call: Call,
  table: string,
  name: string,
  wanted: ModelColumn,
  convert: ((value: unknown) => unknown) | undefined,
): Maybe<void> {
  if (convert === undefined) {
    return alter(store, call, ONLY, table, () =>
      chain(store.columns(table), (columns) => {
        if (columns === null || !Object.hasOwn(columns, name)) return null;
        return { schema: withName(columns, name, name, wanted, table) };
      }));
  }
  const made = madeName(name);
  const { notNull: _n, unique: _u, references: _r, default: _d, ...plain } = wanted;
  const added = (): Maybe<Altered | null> =>
    chain(store.columns(table), (columns) => {
      const old = columns?.[name];
      if (columns === null || old === undefined || Object.hasOwn(columns, made)) return null;
      if (old.primaryKey === true || wanted.primaryKey === true) refuseKey(store, table, name, "converted");
      return { schema: whole(table, { ...columns, [made]: plain }) };
    });
  const change = (row: Row): Row | undefined =>
    row[name] === null ? undefined : { [made]: convert(row[name]) };
  const both = (columns: TableSchema): ModelSchema | null => {
    const old = columns[name];
    if (old === undefined || !Object.hasOwn(columns, made)) return null;
    const keys = Object.entries(columns).filter(([, { primaryKey }]) => primaryKey === true);
    return { ...Object.fromEntries(keys), [name]: old, [made]: plain } as ModelSchema;
  };
  const filled = (): Maybe<void> => call.rows({ index: 1 }, eachRow(store, table, both, change));
  const swapped = (): Maybe<Altered | null> =>
    chain(store.columns(table), (columns) => {
      if (columns === null || !Object.hasOwn(columns, made)) return null;
      const { [made]: _, ...rest } = columns;
      return { schema: withName(rest, name, name, wanted, table), change: { renamed: { [name]: made } } };
    });
  return chain(
    alter(store, call, { index: 0 }, table, added),
    () => chain(filled(), () => alter(store, call, { index: 2, last: true }, table, swapped)),
  );
}

/** What a column is called that takes the place of another one. */
export function madeName(column: string): string {
  return `rinari_new_${column}`;
}

/** The columns with another one, or another name, in the place of one. */
function withName(
  columns: TableSchema,
  from: string,
  to: string,
  definition: ColumnDefinition,
  table: string,
): TableSchema {
  const entries = Object.entries(columns).map(([name, each]) => {
    const { references } = each;
    const own = references?.table === table && references.column === from
      ? { ...each, references: { ...references, column: to } }
      : each;
    return name === from ? [to, definition] as const : [name, own] as const;
  });
  return whole(table, Object.fromEntries(entries));
}

/** Columns as a driver is told of them. */
function whole(table: string, columns: ModelSchema): TableSchema {
  return driverSchema(new Table(table, columns));
}

/**
 * Rows of a table in the order of its key, and what becomes of them.
 *
 * @param schemaOf The columns that are read and changed; null when there is nothing to change.
 */
function eachRow(
  store: MigrationStore,
  table: string,
  schemaOf: (columns: TableSchema) => ModelSchema | null,
  change: (row: Row) => Row | undefined,
): RowWork {
  const model = (schema: ModelSchema): AnyModel => store.model(table, schema) as AnyModel;
  return {
    table,
    read: (after, size) =>
      chain(store.columns(table), (columns) => {
        const schema = columns === null ? null : schemaOf(columns);
        if (columns === null || schema === null) return { updates: [], next: null };
        const keys = Object.keys(columns).filter((name) => columns[name]?.primaryKey === true);
        const select = [...new Set([...keys, ...Object.keys(schema)])];
        const orderBy = keys.map((key) => [key, "ASC"] as const);
        return chain(model(schema).paginate({ size, after, orderBy, select }), ({ rows, next }) => {
          const updates = rows.flatMap((row) => {
            const data = change(row);
            if (data === undefined || Object.keys(data).length === 0) return [];
            const moved = keys.find((key) => Object.hasOwn(data, key));
            if (moved !== undefined) refuseKey(store, table, moved, "changed row by row");
            return [{ where: Object.fromEntries(keys.map((key) => [key, row[key]])), data }];
          });
          return { updates, next };
        });
      }),
    write: (updates) =>
      chain(store.columns(table), (columns) => {
        const schema = columns === null ? null : schemaOf(columns);
        return schema === null ? undefined : model(schema).bulkUpdate(updates);
      }),
  };
}

function refuseKey(store: MigrationStore, table: string, column: string, done: string): never {
  throw new UnsupportedError(
    `Cannot migrate \`${table}\`: column \`${column}\` is of the primary key and cannot be ${done}; make a new table, copy the ` +
      "rows and drop the old one",
    { driver: store.driverName, table, columns: [column] },
  );
}
