import { chain, chainAll, type Maybe, settle } from "../chain/chain.ts";
import type {
  ColumnDefinition,
  DataType,
  IndexOptions,
  SchemaDifference,
  TableIndex,
  TableSchema,
} from "../contract/mod.ts";
import { RinariError } from "../errors/mod.ts";
import { type Attempt, orphans } from "../errors/violations.ts";
import { indexMismatch, schemaMismatch } from "../schema/schema_mismatch.ts";
import { adoptedColumns } from "./adopted_columns.ts";
import { type AnySession, command, query } from "./any_engine.ts";
import { refuseToMake } from "./insert_given.ts";
import { describeIndex, givenIndexName, isSameIndex, storedIndexName } from "./index_sql.ts";
import { schemaDifferences } from "./schema_differences.ts";
import type { StoredColumn, StoredIndex, StoredTable } from "./sql_catalog.ts";
import type { SqlConnection } from "./sql_connection.ts";
import type { SqlDatabase } from "./sql_database.ts";
import { SqlTable } from "./sql_table.ts";

/** Makes a table, or checks that the one there is serves the schema. */
export function createTable(
  connection: SqlConnection,
  database: SqlDatabase,
  name: string,
  schema: TableSchema,
): Maybe<void> {
  return withStored(
    database,
    "create",
    name,
    schema,
    (session, wanted, stored) =>
      stored === null
        ? makeTable(connection, database, wanted)
        : useTable(connection, database, session, wanted, stored),
  );
}

/** In what a table is not what a schema says; null when it is absent. */
export function tableDifferences(
  database: SqlDatabase,
  name: string,
  schema: TableSchema,
): Maybe<readonly SchemaDifference[] | null> {
  return withStored(
    database,
    "search",
    name,
    schema,
    (session, wanted, stored) =>
      stored &&
      chain(adoptedColumns(database, session, wanted, stored), (adopted) =>
        schemaDifferences(stored, wanted, adopted)),
  );
}

/** Looks in the store for what a name and a schema mean. */
export function withStored<T>(
  database: SqlDatabase,
  attempt: Attempt,
  name: string,
  schema: TableSchema,
  use: (session: AnySession, wanted: SqlTable, stored: StoredTable | null) => Maybe<T>,
): Maybe<T> {
  return chain(database.enter(), (session) => {
    const { dialect, rows, integers, tellsRowNumber } = database.engine;
    const traits = { driver: database.driver, dialect, rows, integers, tellsRowNumber };
    const wanted = new SqlTable(name, schema, traits);
    return chain(
      database.guard(attempt, name, () => dialect.catalog.table(session, name)),
      (stored) => use(session, wanted, stored),
    );
  });
}

function makeTable(connection: SqlConnection, database: SqlDatabase, wanted: SqlTable): Maybe<void> {
  refuseToMake(wanted);
  const { name } = wanted;
  const { dialect } = wanted.traits;
  const sql = dialect.createTable(wanted);
  return chain(database.enterToWrite("create", name), (writer) => {
    const failed = (error: unknown): Maybe<void> =>
      chain(unlessExists(database, error, () => dialect.catalog.table(writer, name)), (stored) => {
        if (stored === null) throw database.error(error, name, "create");
        return useTable(connection, database, writer, wanted, stored);
      });
    return settle(() => writer.run(command(sql), []), () => know(connection, database, wanted), failed);
  });
}

/** Looks again for what another connection has made at the same moment; null when that is not why it failed. */
function unlessExists<T>(
  database: SqlDatabase,
  error: unknown,
  look: () => Maybe<T | null>,
): Maybe<T | null> {
  if (error instanceof RinariError || database.engine.failure(error).kind !== "exists") return null;
  return settle(look, (found) => found, () => null);
}

/**
 * Takes a table that is there, if it serves the schema.
 *
 * @throws {ValidationError} When it does not (`SCHEMA_MISMATCH`).
 */
export function useTable(
  connection: SqlConnection,
  database: SqlDatabase,
  session: AnySession,
  wanted: SqlTable,
  stored: StoredTable,
): Maybe<void> {
  return chain(adoptedColumns(database, session, wanted, stored), (adopted) => {
    const differences = schemaDifferences(stored, wanted, adopted);
    if (differences.length > 0) {
      const { name: table } = wanted;
      const place = { driver: database.driver, database: database.name, table };
      throw schemaMismatch(place, differences, wanted.table, stored.foreign);
    }
    const { strict, triggers } = stored;
    const ours = strict && !triggers && adopted.size === 0;
    const { name, schema, traits } = wanted;
    const storage = { checked: !strict, triggers, adopted };
    const table = ours ? wanted : new SqlTable(name, schema, traits, storage);
    // Conditions on related rows are written by the indexes there are, and nobody has asked for those of columns that refer.
    const refers = table.columns.some(({ references }) => references !== null);
    const look = () => database.engine.dialect.catalog.indexes(session, name);
    return chain(refers ? database.guard("search", name, look) : [], (indexes) => {
      for (const { name: stored, columns: [first], partial } of indexes) {
        if (first !== undefined && !partial) table.found.set(givenIndexName(name, stored), first);
      }
      know(connection, database, table);
    });
  });
}

/** Removes a table. */
export function dropTable(connection: SqlConnection, database: SqlDatabase, name: string): Maybe<void> {
  return chain(
    database.enter(),
    (session) =>
      chain(
        database.guard("drop", name, () => database.engine.dialect.catalog.hasTable(session, name)),
        (exists) => {
          if (!exists) return forget(connection, database, name);
          return chain(database.enterToWrite("drop", name), (writer) => {
            const { dialect } = database.engine;
            const drop = () => writer.run(command(dialect.dropTable(name)), []);
            return chain(
              chain(
                database.guard("drop", name, () => refuseOrphans(database, writer, name)),
                () => database.guard("drop", name, drop),
              ),
              () => forget(connection, database, name),
            );
          });
        },
      ),
  );
}

/** Dropping a table would let the foreign keys that refer to it act as if all rows were deleted. */
function refuseOrphans(database: SqlDatabase, session: AnySession, name: string): Maybe<void> {
  const { dialect } = database.engine;
  return chain(dialect.catalog.referrers(session, name), (referrers) => {
    const others = referrers.filter(({ child }) => child !== name);
    return chain(
      chainAll(others, ({ child, column, to }) => {
        const quoted = dialect.quote(column);
        const sql = `SELECT 1 AS n FROM ${dialect.quote(child)} WHERE ${quoted} IS NOT NULL LIMIT 1`;
        return chain(session.all(query(sql, ["n"]), []), (rows) => {
          if (rows.length === 0) return;
          const reference = { column: { table: child, name: column }, parentTable: name, parentColumn: to };
          throw orphans({ driver: database.driver, table: name }, "drop", reference, [to]);
        });
      }),
      () => undefined,
    );
  });
}

/** Makes an index, or checks that the one there is the same. */
export function createIndex(
  database: SqlDatabase,
  table: SqlTable,
  name: string,
  options: IndexOptions,
): Maybe<void> {
  const wanted = describeIndex(table, name, options);
  return chain(database.enter(), (session) => {
    const { dialect } = database.engine;
    const look = () =>
      database.guard(
        "index",
        table.name,
        () => dialect.catalog.index(session, storedIndexName(table.name, name)),
      );
    const compare = (stored: StoredIndex): void => {
      if (isSameIndex(stored, table, wanted)) return knowIndex(database, table, name, options);
      const place = { driver: database.driver, table: table.name };
      throw indexMismatch(place, name, options.columns, storedIndexName(table.name, name));
    };
    return chain(look(), (stored) => {
      if (stored !== null) return compare(stored);
      return chain(database.enterToWrite("index", table.name), (writer) => {
        const failed = (error: unknown): Maybe<void> =>
          chain(unlessExists(database, error, look), (made) => {
            if (made === null) throw database.error(error, table.name, "index");
            compare(made);
          });
        const make = () => writer.run(command(dialect.createIndex(wanted)), []);
        return settle(make, () => knowIndex(database, table, name, options), failed);
      });
    });
  });
}

/** Removes an index. */
export function dropIndex(database: SqlDatabase, table: SqlTable, name: string): Maybe<void> {
  return chain(database.enter(), (session) => {
    const { dialect } = database.engine;
    const stored = storedIndexName(table.name, name);
    const look = () => dialect.catalog.index(session, stored);
    return chain(database.guard("index", table.name, look), (found) => {
      if (found === null) return;
      return chain(database.enterToWrite("index", table.name), (writer) => {
        const drop = () => writer.run(command(dialect.dropIndex(dialect.quote(stored), table.quoted)), []);
        return chain(
          database.guard("index", table.name, drop),
          () => knowIndex(database, table, name, undefined),
        );
      });
    });
  });
}

/** Remembers an index, or that there is none, so that it can be made again where the file was removed. */
function knowIndex(
  database: SqlDatabase,
  { indexes, found }: SqlTable,
  name: string,
  options: IndexOptions | undefined,
): void {
  found.delete(name);
  const before = indexes.get(name);
  const put = (index: IndexOptions | undefined): void => {
    if (index === undefined) indexes.delete(name);
    else indexes.set(name, index);
  };
  put(options);
  database.onRollback(() => put(before));
}

/** The indexes of a table, by the names they were given. */
export function listIndexes(database: SqlDatabase, table: SqlTable): Maybe<readonly TableIndex[]> {
  const { name } = table;
  const given = (index: TableIndex): TableIndex => ({ ...index, name: givenIndexName(name, index.name) });
  return chain(database.enter(), (session) => {
    const look = () => database.engine.dialect.catalog.indexes(session, name);
    return chain(database.guard("search", name, look), (found) => found.map(given));
  });
}

/** The columns of a table, as far as is known; null when it is absent. */
export function introspect(
  database: SqlDatabase,
  name: string,
): Maybe<Record<string, ColumnDefinition> | null> {
  return chain(
    database.enter(),
    (session) =>
      chain(
        database.guard("search", name, () => database.engine.dialect.catalog.table(session, name)),
        (stored) => {
          if (stored === null || stored.name !== name) return null;
          const known = database.tables.get(name);
          const columns: Record<string, ColumnDefinition> = {};
          for (const column of stored.columns) {
            columns[column.name] = known === undefined
              ? storedDefinition(stored, column)
              : knownDefinition(known, column.name);
          }
          return columns;
        },
      ),
  );
}

function knownDefinition(table: SqlTable, name: string): ColumnDefinition {
  const { default: _, ...definition } = table.schema[name] as ColumnDefinition;
  return definition.references === undefined
    ? definition
    : { ...definition, references: { ...definition.references } };
}

function storedDefinition(
  table: StoredTable,
  { name, kinds, exact, forms = [], notNull }: StoredColumn,
): ColumnDefinition {
  const primaryKey = table.primaryKey.includes(name);
  const reference = table.references.find(({ column }) => column === name);
  const kind = kinds[0] ?? "blob";
  return {
    type: kind === "bigint" ? "INTEGER" : kind.toUpperCase() as DataType,
    ...(primaryKey && { primaryKey }),
    ...(primaryKey && table.autoIncrement && { autoIncrement: true }),
    ...(notNull && { notNull }),
    ...(table.unique.includes(name) && !primaryKey && { unique: true }),
    ...(reference && {
      references: {
        table: reference.table,
        column: reference.to,
        onDelete: reference.onDelete,
        onUpdate: reference.onUpdate,
      },
    }),
    ...(kind === "bigint" && { bigint: true }),
    ...(exact && (kind === "date" || kind === "datetime") && forms[0] !== "iso" && { stored: forms[0] }),
  };
}

/** From now on the table is known; when the transaction it was made in is undone, it is what it was before. */
export function know(connection: SqlConnection, database: SqlDatabase, table: SqlTable): void {
  const before = database.tables.get(table.name);
  replace(database, table.name, table);
  connection.transactions.onRollback(() => replace(database, table.name, before));
}

/** From now on nothing is known of the table; when the transaction is undone, what was. */
export function forget(connection: SqlConnection, database: SqlDatabase, name: string): void {
  const before = database.tables.get(name);
  if (before === undefined) return;
  replace(database, name, undefined);
  connection.transactions.onRollback(() => replace(database, name, before));
}

function replace(database: SqlDatabase, name: string, table: SqlTable | undefined): void {
  const now = database.tables.get(name);
  if (now !== undefined) {
    now.live = false;
    database.forget();
  }
  database.tables.delete(name);
  if (table !== undefined) {
    table.live = true;
    table.siblings = (other) => database.table(other);
    if (now !== undefined && now !== table) { for (const index of now.indexes) table.indexes.set(...index); }
    database.tables.set(name, table);
  }
  database.generation++;
}
