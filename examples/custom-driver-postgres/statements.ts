import type { SqlQuery } from "../../src/sql/mod.ts";
import type { PgConnection, PgResult } from "./connection.ts";

/** Sends a statement: without values as it is, because only so several can be sent at once. */
export function send(
  connection: PgConnection,
  { sql }: SqlQuery,
  params: readonly unknown[],
): Promise<PgResult> {
  return params.length === 0 ? connection.execute(sql) : connection.query(sql, params);
}

/** Whether a statement only reads. Those that return rows and change nothing begin so, as they are written here. */
export function isRead({ sql, columns }: SqlQuery): boolean {
  return columns.length > 0 && /^(?:SELECT|EXPLAIN)\b/.test(sql);
}
