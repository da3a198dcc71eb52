import type { SqlDialect } from "../sql_dialect.ts";
import type { SqlLanguage } from "../sql_engine.ts";
import { sqliteDialect } from "./dialect.ts";

const numbered: SqlDialect = {
  ...sqliteDialect,
  nextPlaceholder: sqliteDialect.placeholder,
  simplify: (sql) => sql,
};

/**
 * The SQL of SQLite with a number at every place: `?1`, `?2`, and none that is a bare `?`. It is for clients that take such
 * numbers for names, as `better-sqlite3` does, and are given `{ 1: …, 2: … }`. {@linkcode sqlite} writes whatever is quicker.
 */
export const sqliteNumbered: SqlLanguage = numbered;
