import type { ColumnKind } from "../../src/sql/mod.ts";

/** Collations that order text by code point. */
const BY_CODE_POINT: readonly string[] = ["C", "POSIX", "ucs_basic", "pg_c_utf8"];

const KINDS: Readonly<Record<string, readonly ColumnKind[]>> = {
  bigint: ["integer", "bigint"],
  "double precision": ["real"],
  boolean: ["boolean"],
  date: ["date"],
  "timestamp with time zone": ["datetime"],
  "timestamp(3) with time zone": ["datetime"],
  json: ["json"],
  bytea: ["blob"],
};

/**
 * The kinds of column a type of PostgreSQL can hold.
 *
 * @returns The likeliest first; empty when there is none.
 */
export function kindsOf(type: string, collation: string | null): readonly ColumnKind[] {
  if (type !== "text") return KINDS[type] ?? [];
  return collation !== null && BY_CODE_POINT.includes(collation) ? ["text"] : [];
}
