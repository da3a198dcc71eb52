import { chain, chainAll, type Maybe } from "../../chain/chain.ts";
import type { TableIndex } from "../../contract/mod.ts";
import { isOwnTable } from "../../schema/identifiers.ts";
import { type AnySession, asArrays, query } from "../../sql/any_engine.ts";
import type { StoredTable } from "../../sql/sql_catalog.ts";
import { sqliteCatalog } from "../../sql/sqlite/catalog.ts";
import { quoteSqlite } from "../../sql/sqlite/quote.ts";

/** How many rows of a table are looked at. */
export const LOOKED_AT = 10_000;

/** A table or view as it is found. */
export interface FoundTable {
  /** What the store tells of it. */
  readonly stored: StoredTable;
  /** Its indexes that no constraint made. */
  readonly indexes: readonly TableIndex[];
  /** The values of each column, without null and each once. */
  readonly values: ReadonlyMap<string, readonly unknown[]>;
  /** Of a view: the columns that tell its rows apart, as far as its rows show. */
  readonly apart: readonly string[];
}

/** Looks at all tables and views of a store. Internal ones of SQLite and of this library are left out. */
export function storeTables(session: AnySession): Maybe<FoundTable[]> {
  const sql =
    "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite\\_%' " +
    "ESCAPE '\\' ORDER BY type, rowid";
  return chain(session.all(query(sql, ["name"]), []), (rows) => {
    const names = asArrays(rows, ["name"]).map(([name]) => name as string).filter((name) =>
      !isOwnTable(name)
    );
    return chain(
      chainAll(names, (name) => chain(sqliteCatalog.table(session, name), (stored) => look(session, stored))),
      (tables) => tables.filter((table) => table !== null),
    );
  });
}

function look(session: AnySession, stored: StoredTable | null): Maybe<FoundTable | null> {
  if (stored === null) return null;
  const { name } = stored;
  // Of a virtual table and those that serve it nothing is printed.
  if (stored.oddity !== null && stored.view !== true) {
    return { stored, indexes: [], values: new Map(), apart: [] };
  }
  const first = `(SELECT * FROM ${quoteSqlite(name)} LIMIT ${LOOKED_AT})`;
  const columns = stored.columns.filter(({ oddity }) => oddity === undefined);
  const valuesOf = (column: string): Maybe<[string, unknown[]]> => {
    const quoted = quoteSqlite(column);
    const sql = `SELECT DISTINCT ${quoted} AS v FROM ${first} WHERE ${quoted} IS NOT NULL`;
    return chain(
      session.all(query(sql, ["v"], { bigints: true }), []),
      (rows) => [column, asArrays(rows, ["v"]).map(([value]) => value)],
    );
  };
  return chain(
    sqliteCatalog.indexes(session, name),
    (indexes) =>
      chain(chainAll(columns, (column) => valuesOf(column.name)), (values) => {
        const found = { stored, indexes, values: new Map(values) };
        if (stored.view !== true) return { ...found, apart: [] };
        const counts = columns.map(({ name: column }) => `count(${quoteSqlite(column)})`);
        const sql = `SELECT ${
          ["count(*)", ...counts].map((each, i) => `${each} AS "${i}"`).join(", ")
        } FROM ${first}`;
        const names = ["0", ...counts.map((_, i) => String(i + 1))];
        return chain(session.all(query(sql, names), []), (rows) => {
          const [all = 0, ...filled] = (asArrays(rows, names)[0] ?? []).map(Number);
          const whole = columns.map((column) => column.name).filter((_, i) => filled[i] === all);
          const single = whole.find((column) => found.values.get(column)?.length === all);
          return { ...found, apart: single === undefined ? whole : [single] };
        });
      }),
  );
}
