import { chain, chainAll, type Maybe } from "../../chain/chain.ts";
import type { ReferenceAction, TableIndex } from "../../contract/mod.ts";
import { type AnySession, asArrays, query } from "../any_engine.ts";
import type { SqlCatalog, StoredColumn, StoredIndex, StoredReference, StoredTable } from "../sql_catalog.ts";
import { sqliteForms, sqliteKinds } from "./affinity.ts";
import { indexCondition, noteOf, tableWords } from "./words.ts";

/** What SQLite tells of itself. Names are bound, like all values. */
export const sqliteCatalog: SqlCatalog = {
  isEmpty: (session) =>
    chain(read(session, "SELECT 1 AS n FROM sqlite_schema LIMIT 1", ["n"], []), (rows) => rows.length === 0),

  hasTable: (session, name) =>
    chain(
      read(session, "SELECT 1 AS n FROM sqlite_schema WHERE type = 'table' AND name = ?1", ["n"], [name]),
      (rows) => rows.length > 0,
    ),

  table: (session, name) =>
    chain(
      read(
        session,
        "SELECT type, name, sql FROM sqlite_schema WHERE type IN ('table', 'view') AND lower(name) = lower(?1)",
        ["type", "name", "sql"],
        [name],
      ),
      ([found]) => found === undefined ? null : describe(session, found as [string, string, string]),
    ),

  index: (session, name) =>
    chain(
      read(
        session,
        'SELECT m.tbl_name AS t, m.sql, l."unique" AS u, x.name AS col, x."desc" AS d, x.coll FROM sqlite_schema AS m ' +
          "JOIN pragma_index_list(m.tbl_name) AS l ON l.name = m.name JOIN pragma_index_xinfo(m.name) AS x " +
          "WHERE m.type = 'index' AND lower(m.name) = lower(?1) AND x.key = 1 ORDER BY x.seqno",
        ["t", "sql", "u", "col", "d", "coll"],
        [name],
      ),
      (columns): StoredIndex | null => {
        const [first] = columns;
        if (first === undefined) return null;
        const [table, sql, unique] = first as [string, string, unknown];
        return {
          table,
          sql,
          parts: {
            columns: columns.map(([, , , column, desc, collation]) =>
              Number(desc) === 0 && collation === "BINARY" ? column as string | null : null
            ),
            unique: Number(unique) === 1,
            where: indexCondition(sql),
          },
        };
      },
    ),

  indexes: (session, table) =>
    chain(
      read(
        session,
        'SELECT l.name AS i, l."unique" AS u, l.partial AS p, x.name AS col FROM pragma_index_list(?1) AS l ' +
          "JOIN pragma_index_xinfo(l.name) AS x WHERE l.origin = 'c' AND x.key = 1 ORDER BY l.seq, x.seqno",
        ["i", "u", "p", "col"],
        [table],
      ),
      (rows) => indexesOf(rows),
    ),

  referrers: (session, table) =>
    chain(
      read(
        session,
        'SELECT m.name AS child, f."from" AS col, f."to" AS target, f.on_delete AS del, f.on_update AS upd ' +
          "FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS f " +
          "WHERE m.type = 'table' AND lower(f.\"table\") = lower(?1) " +
          // In the order in which tables were made and columns declared; SQLite lists foreign keys last first.
          "ORDER BY m.rowid, f.id DESC",
        ["child", "col", "target", "del", "upd"],
        [table],
      ),
      (rows) =>
        (rows as string[][]).filter((row) => row[2] !== null).map((
          [child, column, to, onDelete, onUpdate],
        ) => ({
          child: child as string,
          column: column as string,
          to: to as string,
          onDelete: onDelete as ReferenceAction,
          onUpdate: onUpdate as ReferenceAction,
        })),
    ),

  lastNumber: (session, table) =>
    chain(
      session.all(query("SELECT seq AS n FROM sqlite_sequence WHERE name = ?1", ["n"], { bigints: true }), [
        table,
      ]),
      (rows) => (asArrays(rows, ["n"])[0]?.[0] ?? null) as bigint | null,
    ),
};

/** What is asked about a table, with the columns that come back. Each takes the table's name. */
const QUESTIONS: readonly (readonly [sql: string, columns: readonly string[]])[] = [
  [
    'SELECT name, type, "notnull" AS nn, pk, hidden, dflt_value IS NOT NULL AS dv FROM pragma_table_xinfo(?1) ORDER BY cid',
    ["name", "type", "nn", "pk", "hidden", "dv"],
  ],
  ["SELECT strict AS s, type AS t, wr FROM pragma_table_list(?1) WHERE schema = 'main'", ["s", "t", "wr"]],
  [
    'SELECT "from" AS col, "table" AS t, "to" AS target, on_delete AS del, on_update AS upd, ' +
    "count(*) OVER (PARTITION BY id) AS n FROM pragma_foreign_key_list(?1) ORDER BY id, seq",
    ["col", "t", "target", "del", "upd", "n"],
  ],
  [
    "SELECT l.origin AS o, x.name AS col FROM pragma_index_list(?1) AS l JOIN pragma_index_xinfo(l.name) AS x " +
    'WHERE l."unique" = 1 AND l.partial = 0 AND x.key = 1 ' +
    "GROUP BY l.name HAVING count(*) = 1 AND max(x.coll) = 'BINARY'",
    ["o", "col"],
  ],
  ["SELECT 1 AS n FROM sqlite_schema WHERE type = 'trigger' AND tbl_name = ?1 LIMIT 1", ["n"]],
];

function describe(session: AnySession, [type, name, text]: [string, string, string]): Maybe<StoredTable> {
  // What a view says of its columns is in the tables beneath.
  const sql = type === "view" ? "" : text;
  return chain(
    chainAll(QUESTIONS, ([question, columns]) => read(session, question, columns, [name])),
    ([columns = [], traits = [], references = [], unique = [], triggers = []]): StoredTable => {
      const kindOf = notedKinds(sql, columns.map(([column]) => column as string));
      const collationOf = collations(sql);
      const [strict, listed, withoutRowid] = traits[0] ?? [0, type, 1];
      const key = columns.filter(([, , , pk]) => Number(pk) > 0).sort((a, b) => Number(a[3]) - Number(b[3]));
      const by = (origin: string): string[] =>
        unique.filter(([o]) => o === origin).map(([, column]) => column as string);
      const rowNumbers = Number(withoutRowid) === 0 && listed === "table" && type === "table";
      const described = columns.map((column) =>
        storedColumn(column, kindOf(column[0] as string), collationOf(column[0] as string))
      );
      const number = key.length === 1 && rowNumbers && /^integer$/i.test(key[0]?.[1] as string);
      const foreign = !described.some(({ exact }) => exact);
      return {
        name,
        oddity: oddity(type, listed as string, foreign ? [] : references),
        view: type === "view",
        foreign,
        strict: Number(strict) === 1,
        triggers: triggers.length > 0,
        columns: described.map((column) =>
          number && column.name === key[0]?.[0] ? { ...column, rowNumber: true } : column
        ),
        primaryKey: key.map(([column]) => column as string),
        numbered: rowNumbers && key.length === 0,
        autoIncrement: /\bautoincrement\b/i.test(withoutQuoted(sql)),
        unique: by("u"),
        uniqueIndexed: by("c"),
        references: references.filter((row) => Number(row[5]) === 1).map(storedReference),
      };
    },
  );
}

/** Indexes of what is listed column by column. One over an expression is none of columns. */
function indexesOf(rows: readonly (readonly unknown[])[]): TableIndex[] {
  const names = [...new Set(rows.map(([name]) => name as string))];
  return names.flatMap((name) => {
    const own = rows.filter((row) => row[0] === name);
    const columns = own.map((row) => row[3] as string | null);
    if (columns.includes(null)) return [];
    const [, unique, partial] = own[0] as readonly unknown[];
    return [{
      name,
      columns: columns as string[],
      unique: Number(unique) === 1,
      partial: Number(partial) === 1,
    }];
  });
}

function storedColumn(
  [name, type, notNull, pk, hidden, hasDefault]: unknown[],
  noted: string | undefined,
  collation: string | null,
): StoredColumn {
  const possible = sqliteKinds(type as string);
  const forms = sqliteForms(type as string);
  // What the declared type cannot hold was noted of another column, or by somebody else.
  const [kindNoted, formNoted = "iso"] = noted?.split(" ") ?? [];
  const form = forms.find((each) => each === formNoted);
  const isDate = kindNoted === "date" || kindNoted === "datetime";
  const kind = possible.find((each) => each === kindNoted && (!isDate || form !== undefined));
  return {
    name: name as string,
    type: type as string,
    kinds: kind === undefined ? possible : [kind],
    exact: kind !== undefined,
    forms: kind !== undefined && form !== undefined ? [form] : forms,
    notNull: Number(notNull) === 1 || Number(pk) > 0,
    generated: Number(hidden) > 0,
    hasDefault: Number(hasDefault) === 1,
    ...(collation === null ? null : {
      oddity: `has the collation ${collation}, which compares text another way`,
    }),
  };
}

function storedReference([column, table, to, onDelete, onUpdate]: unknown[]): StoredReference {
  return {
    column: column as string,
    table: table as string,
    to: (to ?? "") as string,
    onDelete: onDelete as ReferenceAction,
    onUpdate: onUpdate as ReferenceAction,
  };
}

function oddity(type: string, listed: string, references: unknown[][]): string | null {
  if (type === "view" || listed !== "table") {
    return `it is a ${listed === "table" ? type : listed} and no table`;
  }
  if (references.some((row) => Number(row[5]) > 1)) return "it has a foreign key of several columns";
  return null;
}

/**
 * The kinds of the columns, as CREATE TABLE notes them: at each column, or all in order before the first, as tables that were
 * made earlier have them. Columns that were added since come after those.
 */
function notedKinds(sql: string, names: readonly string[]): (name: string) => string | undefined {
  const { head, columns } = tableWords(sql);
  const together = noteOf(head)?.split(" ") ?? [];
  const inOrder = together.length <= names.length ? together : [];
  return (name) => noteOf(columns.get(name) ?? []) ?? inOrder[names.indexOf(name)];
}

/** The collation of each column that has another than BINARY. */
function collations(sql: string): (name: string) => string | null {
  if (!/\bcollate\b/i.test(withoutQuoted(sql))) return () => null;
  const { columns } = tableWords(sql);
  return (name) => {
    const words = columns.get(name) ?? [];
    const at = words.findIndex((word) => /^collate$/i.test(word));
    const collation = at < 0 ? undefined : words[at + 1]?.replace(/^["'`[]|["'`\]]$/g, "").toUpperCase();
    return collation === undefined || collation === "BINARY" ? null : collation;
  };
}

/** The statement with names, texts and comments blanked out, so that keywords can be looked for. */
function withoutQuoted(sql: string): string {
  return sql.replace(/`(?:[^`]|``)*`|"(?:[^"]|"")*"|'(?:[^']|'')*'|\[[^\]]*\]|--[^\n]*|\/\*.*?\*\//gs, " ");
}

function read(
  session: AnySession,
  sql: string,
  columns: readonly string[],
  params: readonly unknown[],
): Maybe<unknown[][]> {
  return chain(session.all(query(sql, columns), params), (rows) => asArrays(rows, columns));
}
