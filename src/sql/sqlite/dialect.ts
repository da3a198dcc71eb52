import type { Encode, SqlDialect, TupleColumn } from "../sql_dialect.ts";
import type { SqlLanguage } from "../sql_engine.ts";
import { sqliteAlter } from "./alter.ts";
import { sqliteCatalog } from "./catalog.ts";
import { sqliteDateForm, sqliteFormOf } from "./dates.ts";
import { sqliteDecoder } from "./decoder.ts";
import { afterPrefix } from "../text_prefix.ts";
import { sqliteEncoding } from "./encoding.ts";
import { sqliteJSON } from "./json.ts";
import { sqliteLiteral } from "./literal.ts";
import { sqliteExpressions } from "./expressions.ts";
import { quoteSqlite } from "./quote.ts";
import { scanSqlite } from "./scan.ts";
import type { ColumnKind } from "../sql_description.ts";
import { canonicalSQL, sqlWords } from "./words.ts";
import { sqliteTableSQL } from "./table_sql.ts";
import { sqliteUnlessMade } from "./unless_made.ts";

/** Up to here numbered places cost nothing. */
const FEW_PARAMETERS = 16;

/** A column equals a value, or one of a list: of a list of one SQLite makes the same. */
const EQUALITY = /^`(?:[^`]|``)*` (?:=|IN) /;

/** One value whatever the length: one statement text, no limit of variables. */
function listed(kind: ColumnKind, list: string): string {
  return `(SELECT ${item(kind, "value")} FROM json_each(${list}))`;
}

/** A value of a JSON list as its column stores it. */
function item(kind: ColumnKind, value: string): string {
  // 440575587930138430 is the shortest text of a double that, read as an integer, is another number.
  return kind === "real" ? `CAST(${value} AS REAL)` : kind === "blob" ? `unhex(${value})` : value;
}

/** Writes tuples as a JSON list of lists. */
function encodeTuples(columns: readonly TupleColumn[]): Encode {
  return (tuples) => {
    const written = (tuples as readonly (readonly unknown[])[]).map((tuple) =>
      // A list of one is the item in brackets.
      columns.map(({ encodeList }, i) => (encodeList([tuple[i]]) as string).slice(1, -1)).join(",")
    );
    return written.length === 0 ? "[]" : `[[${written.join("],[")}]]`;
  };
}

/** The SQL of SQLite and its kin. */
export const sqliteDialect: SqlDialect = {
  name: "sqlite",
  quote: quoteSqlite,
  placeholder: (number) => `?${number}`,
  // SQLite looks numbered places up in a list, one by one: a statement of 900 values takes four times as long with them.
  nextPlaceholder: () => "?",
  simplify: (sql, parameters) => parameters > FEW_PARAMETERS ? withoutNumbers(sql) : sql,
  literal: sqliteLiteral,
  encoding: sqliteEncoding,
  decoder: sqliteDecoder,
  form: sqliteDateForm,
  formOf: sqliteFormOf,
  order: ({ compared }, direction) => direction === "DESC" ? `${compared} DESC` : compared,
  extreme: (operation, { quoted }) => `${operation}(${quoted})`,
  catalog: sqliteCatalog,
  alter: sqliteAlter,
  createTable: sqliteTableSQL,
  dropTable: (name) => `DROP TABLE ${quoteSqlite(name)}`,
  createIndex: ({ quoted, table, columns, unique, where }) =>
    `CREATE ${unique ? "UNIQUE " : ""}INDEX ${quoted} ON ${table.quoted} (${
      columns.map((column) => column.quoted).join(", ")
    })${where === null ? "" : ` WHERE ${where}`}`,
  // Of an index of the rows with one value SQLite takes the column to be in it, and then reports an "internal query planner
  // error" for `a = ? AND b = ? OR a = ? AND b = ?` (3.53 and 3.54); with "OR 0" it does not, and uses it all the same.
  indexTerm: (term) => EQUALITY.test(term) ? `(${term} OR 0)` : term,
  indexCondition: (where) => canonicalSQL(sqlWords(where)),
  dropIndex: (quoted) => `DROP INDEX ${quoted}`,
  unlessMade: sqliteUnlessMade,
  explain: (sql) => ({ sql: `EXPLAIN QUERY PLAN ${sql}`, columns: ["id", "parent", "notused", "detail"] }),
  dataVersion: "PRAGMA data_version",
  begin: "BEGIN IMMEDIATE",
  beginRead: "BEGIN",
  commit: "COMMIT",
  rollback: "ROLLBACK",
  maxParameters: 32_766,
  expressions: sqliteExpressions,

  page(limit, offset) {
    if (offset !== undefined) return ` LIMIT ${limit ?? -1} OFFSET ${offset}`;
    return limit === undefined ? "" : ` LIMIT ${limit}`;
  },
  same: (a, b) => `${a} IS ${b}`,
  different: (a, b) => `${a} IS NOT ${b}`,
  notTrue: (condition) => `(${condition}) IS NOT TRUE`,

  text(operator, subject, p) {
    switch (operator) {
      case "like":
        return `${subject} LIKE ${p(null)} ESCAPE '\\'`;
      case "startsWith":
        // A range, so that an index serves it.
        return `(${subject} >= ${p(null)} AND ${subject} < ${p(afterPrefix)})`;
      case "endsWith": {
        const text = p(null);
        return `substr(${subject}, -length(${text}), length(${text})) = ${text}`;
      }
      case "contains":
        return `instr(${subject}, ${p(null)}) > 0`;
    }
  },
  inList: (kind, subject, list) => `${subject} IN ${listed(kind, list)}`,
  tuples(columns, list) {
    const names = columns.map(({ compared }) => compared).join(", ");
    const items = columns.map(({ kind }, i) => item(kind, `(value ->> ${i})`)).join(", ");
    return `(${names}) IN (SELECT ${items} FROM json_each(${list(encodeTuples(columns))}))`;
  },
  raw: { scan: scanSqlite, list: listed },
  ...sqliteJSON((operator, subject, p) => sqliteDialect.text(operator, subject, p)),
};

/** The SQL of SQLite and its kin, for engines that speak it. */
export const sqlite: SqlLanguage = sqliteDialect;

/**
 * Leaves out the number of each place that has it anyway, being one above the largest before it; what stands in quotes is
 * no place.
 */
function withoutNumbers(sql: string): string {
  let largest = 0;
  return sql.replace(/`(?:[^`]|``)*`|'(?:[^']|'')*'|\?(\d+)/g, (found, written: string | undefined) => {
    const number = Number(written ?? 0);
    if (number <= largest) return found;
    const next = number === largest + 1;
    largest = number;
    return next ? "?" : found;
  });
}
