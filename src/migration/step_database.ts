import { chain, isPromise, type Maybe, promised } from "../chain/chain.ts";
import type { ColumnDefinition, TableSchema } from "../contract/mod.ts";
import { UnsupportedError, ValidationError } from "../errors/mod.ts";
import type { AnyORM } from "../orm/orm.ts";
import type { ModelColumn, ModelSchema } from "../schema/model_schema.ts";
import { Table } from "../schema/table.ts";
import { driverSchema } from "../store/driver_schema.ts";
import type { MigrationDatabase } from "./migration_steps.ts";
import type { MigrationStore } from "./store.ts";

/** How many rows are changed at once. */
const CHUNK = 500;

type Row = Record<string, unknown>;

/** What is needed of a model here. */
interface AnyModel {
  paginate(options: object): Maybe<{ readonly rows: readonly Row[]; readonly next: string | null }>;
  bulkUpdate(updates: readonly { readonly where: Row; readonly data: Row }[]): Maybe<unknown>;
}

/** What steps are given. */
export function stepDatabase(store: MigrationStore, orm: AnyORM): MigrationDatabase {
  const isAsync = store.connection.mode === "async";
  const answer = <A extends readonly unknown[]>(work: (...args: A) => Maybe<void>) => (...args: A): unknown =>
    isAsync ? promised(() => work(...args)) : work(...args);
  const members = {
    addColumn: answer((table: string, name: string, column: ModelColumn) =>
      addColumn(store, table, name, column)
    ),
    changeColumn: answer((
      table: string,
      name: string,
      column: ModelColumn,
      convert?: (value: unknown) => unknown,
    ) => changeColumn(store, table, name, column, convert)),
    renameColumn: answer((table: string, from: string, to: string) => renameColumn(store, table, from, to)),
    dropColumn: answer((table: string, name: string) => dropColumn(store, table, name)),
    renameTable: answer((from: string, to: string) => renameTable(store, from, to)),
    dropTable: answer((table: string) =>
      chain(store.columns(table), (columns) => columns === null ? undefined : store.drop(table))
    ),
    model: (table: string, schema: ModelSchema) => store.model(table, schema),
    eachRow: answer((table: string, schema: ModelSchema, change: (row: Row) => Row | undefined) =>
      chain(
        store.columns(table),
        (columns) => columns === null ? undefined : eachRow(store, table, schema, change),
      )
    ),
    get sql() {
      return orm.sql(store.database);
    },
  };
  return members as unknown as MigrationDatabase;
}

function addColumn(store: MigrationStore, table: string, name: string, column: ModelColumn): Maybe<void> {
  return chain(store.columns(table), (columns) => {
    if (columns === null || Object.hasOwn(columns, name)) return;
    return store.alter(table, whole(table, { ...columns, [name]: column }));
  });
}

function dropColumn(store: MigrationStore, table: string, name: string): Maybe<void> {
  return chain(store.columns(table), (columns) => {
    if (columns === null || !Object.hasOwn(columns, name)) return;
    const { [name]: gone, ...rest } = columns;
    if (gone?.primaryKey === true) refuseKey(store, table, name, "dropped");
    return store.alter(table, rest);
  });
}

function renameColumn(store: MigrationStore, table: string, from: string, to: string): Maybe<void> {
  return chain(store.columns(table), (columns) => {
    if (columns === null || !Object.hasOwn(columns, from)) {
      if (columns === null || Object.hasOwn(columns, to)) return;
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
    return store.alter(table, withName(columns, from, to, columns[from] as ColumnDefinition, table), {
      renamed: { [to]: from },
    });
  });
}

function renameTable(store: MigrationStore, from: string, to: string): Maybe<void> {
  return chain(store.columns(from), (columns) => {
    if (columns === null) return;
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
      return store.alter(from, Object.fromEntries(own) as TableSchema, { name: to });
    });
  });
}

/** A new column, filled row by row, takes the place of the old one. */
function changeColumn(
  store: MigrationStore,
  table: string,
  name: string,
  column: ModelColumn,
  convert: ((value: unknown) => unknown) | undefined,
): Maybe<void> {
  return chain(store.columns(table), (columns) => {
    const old = columns?.[name];
    if (columns === null || old === undefined) return;
    const isDate = column.type === "DATE" || column.type === "DATETIME";
    // A form that is not said would be taken from what is stored.
    const wanted: ModelColumn = isDate ? { ...column, stored: column.stored ?? "iso" } : column;
    const after = withName(columns, name, name, wanted, table);
    if (convert === undefined) return store.alter(table, after);
    if (old.primaryKey === true || column.primaryKey === true) refuseKey(store, table, name, "converted");
    const made = `rinari_new_${name}`;
    const { notNull: _n, unique: _u, references: _r, default: _d, ...plain } = wanted;
    const keys = Object.entries(columns).filter(([, { primaryKey }]) => primaryKey === true);
    const schema = { ...Object.fromEntries(keys), [name]: old, [made]: plain } as ModelSchema;
    const change = (row: Row): Row | undefined =>
      row[name] === null ? undefined : { [made]: convert(row[name]) };
    return chain(store.alter(table, whole(table, { ...columns, [made]: plain })), () =>
      chain(
        eachRow(store, table, schema, change),
        () => store.alter(table, after, { renamed: { [name]: made } }),
      ));
  });
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

function eachRow(
  store: MigrationStore,
  table: string,
  schema: ModelSchema,
  change: (row: Row) => Row | undefined,
): Maybe<void> {
  const model = store.model(table, schema) as AnyModel;
  const columns = store.columns(table) as TableSchema;
  const keys = Object.keys(columns).filter((name) => columns[name]?.primaryKey === true);
  const select = [...new Set([...keys, ...Object.keys(schema)])];
  const orderBy = keys.map((key) => [key, "ASC"] as const);
  const page = (after: string | null): Maybe<string | null> =>
    chain(model.paginate({ size: CHUNK, after, orderBy, select }), ({ rows, next }) => {
      const updates = rows.flatMap((row) => {
        const data = change(row);
        if (data === undefined || Object.keys(data).length === 0) return [];
        const moved = keys.find((key) => Object.hasOwn(data, key));
        if (moved !== undefined) refuseKey(store, table, moved, "changed row by row");
        return [{ where: Object.fromEntries(keys.map((key) => [key, row[key]])), data }];
      });
      return chain(updates.length === 0 ? undefined : model.bulkUpdate(updates), () => next);
    });
  return eachPage(page, null);
}

/** Reads page after page, without a call inside a call where pages come at once. */
function eachPage(page: (after: string | null) => Maybe<string | null>, first: string | null): Maybe<void> {
  for (let after = first;;) {
    const next = page(after);
    if (isPromise(next)) return next.then((then) => then === null ? undefined : eachPage(page, then));
    if (next === null) return;
    after = next;
  }
}

function refuseKey(store: MigrationStore, table: string, column: string, done: string): never {
  throw new UnsupportedError(
    `Cannot migrate \`${table}\`: column \`${column}\` is of the primary key and cannot be ${done}; make a new table, copy the ` +
      "rows and drop the old one",
    { driver: store.driverName, table, columns: [column] },
  );
}
