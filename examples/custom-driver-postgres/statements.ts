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

/** Whether a statement only reads: all that do begin so, as they are written here. */
export function isRead({ sql }: SqlQuery): boolean {
  return /^(?:SELECT|EXPLAIN)\b/.test(sql);
}
