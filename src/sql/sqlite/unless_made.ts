import { query } from "../any_engine.ts";
import type { SqlDialect } from "../sql_dialect.ts";

/** Makes tables and indexes of SQLite unless there are any of the name. */
export const sqliteUnlessMade: NonNullable<SqlDialect["unlessMade"]> = {
  create: (sql) => sql.replace(/^CREATE (?:UNIQUE )?(?:TABLE|INDEX) /, "$&IF NOT EXISTS "),

  // A text that begins so is no JSON, which is an error; made of a column, so that it is one only when there is a row.
  refuseOther: (type, name, sql) => ({
    query: query(
      "SELECT json('another ' || name) AS n FROM sqlite_schema WHERE lower(name) = lower(?2) AND " +
        "(type = ?1 OR type = 'view') AND NOT (type = ?1 AND name = ?2 AND sql = ?3) OR " +
        "?1 = 'table' AND type = 'trigger' AND lower(tbl_name) = lower(?2)",
      ["n"],
    ),
    params: [type, name, sql],
  }),
};
