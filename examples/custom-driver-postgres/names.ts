import { createHash } from "node:crypto";

/** PostgreSQL cuts longer names off without a word, so that two of them could become one. */
const MAX_BYTES = 63;
const HASH_DIGITS = 16;
/** Columns that every table has already. */
const SYSTEM_COLUMNS: readonly string[] = ["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid"];

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The name a table, column, index or constraint has in the database: its own, unless PostgreSQL cannot have it. Then it is cut,
 * and ends in a hash of the whole name.
 */
export function storedName(name: string): string {
  const bytes = encoder.encode(name);
  if (bytes.length <= MAX_BYTES && !SYSTEM_COLUMNS.includes(name)) return name;
  const hash = createHash("sha256").update(bytes).digest("hex").slice(0, HASH_DIGITS);
  // A character that was cut in two becomes U+FFFD, which is left out.
  const kept = decoder.decode(bytes.subarray(0, MAX_BYTES - HASH_DIGITS - 3)).replace(/\uFFFD$/, "");
  return `${kept}~${hash}`;
}

/** Quotes a name. Quoted names keep their case, and take any character. */
export function quoteName(name: string): string {
  return `"${storedName(name).replaceAll('"', '""')}"`;
}

/** Writes a text as a literal; a backslash means nothing in it. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
