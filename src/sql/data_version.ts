import { chain, type Maybe } from "../chain/chain.ts";
import { asArrays, query } from "./any_engine.ts";
import type { SqlDatabase } from "./sql_database.ts";

/** What tells of the commits of other connections; null where that is not known, or takes a request. */
export function dataVersion(database: SqlDatabase): Maybe<number | null> {
  return chain(database.enter(), (session) => {
    const { dialect, distant } = database.engine;
    const { dataVersion: sql } = dialect;
    if (sql === undefined || distant === true) return null;
    const columns = ["data_version"];
    return chain(
      database.guard("search", undefined, () => session.all(query(sql, columns), [])),
      (rows) => Number(asArrays(rows, columns)[0]?.[0]),
    );
  });
}
