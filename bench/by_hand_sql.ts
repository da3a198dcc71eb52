import type { NewEvent } from "./events.ts";

/** A value as SQLite takes it. */
export type Encoded = string | number | null;

/** A row as SQLite gives it. */
export interface StoredRow {
  id: number;
  code: string;
  title: string;
  kind: string;
  score: number;
  open: number;
  at: string;
  place: string;
  note: string | null;
}

const COLUMNS = "id, code, title, kind, score, open, at, place, note";
const NEW_COLUMNS = "code, title, kind, score, open, at, place, note";

/** The statements of the hand-written code. A LIMIT that is bound would be prepared again at every call. */
export const SQL = {
  byKey: `SELECT ${COLUMNS} FROM events WHERE id = ?`,
  byUnique: `SELECT ${COLUMNS} FROM events WHERE code = ?`,
  page:
    `SELECT ${COLUMNS} FROM events WHERE kind = ? AND open = ? AND score >= ? ORDER BY score DESC, id LIMIT 20`,
  scan: `SELECT ${COLUMNS} FROM events ORDER BY id`,
  dates: "SELECT id, at FROM moments ORDER BY id",
  countedDates: "SELECT id, at FROM counted_moments ORDER BY id",
  narrow: "SELECT id, title, at FROM events ORDER BY id LIMIT 1000",
  count: "SELECT count(*) AS n FROM events WHERE kind = ?",
  insert: (rows: number): string =>
    `INSERT INTO drafts (${NEW_COLUMNS}) VALUES ${
      Array(rows).fill("(?, ?, ?, ?, ?, ?, ?, ?)").join(", ")
    } RETURNING id`,
  update: "UPDATE events SET score = ?, at = ? WHERE id = ?",
  /** A sum that is no finite number is refused, as one that a column cannot hold. */
  take: "UPDATE events SET score = CASE WHEN abs(score - ?1) <= 1.7976931348623157e308 THEN score - ?1 " +
    "ELSE abs(-9223372036854775807 - 1) END WHERE id = ?2 AND score >= ?1",
  delete: "DELETE FROM drafts WHERE id = ?",
  clear: "DELETE FROM drafts",
  /** Only for a database in memory, which copies the one in the file. */
  attach: (path: string): string => `ATTACH '${path}' AS file`,
  schema:
    "SELECT sql FROM file.sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rootpage",
  copy:
    "INSERT INTO main.events SELECT * FROM file.events; INSERT INTO main.moments SELECT * FROM file.moments; " +
    "INSERT INTO main.counted_moments SELECT * FROM file.counted_moments",
} as const;

/** What the drivers set on a connection. */
export const PRAGMAS = (relaxed: boolean): string[] => [
  "PRAGMA busy_timeout = 5000",
  "PRAGMA foreign_keys = ON",
  "PRAGMA journal_mode = WAL",
  `PRAGMA synchronous = ${relaxed ? "NORMAL" : "FULL"}`,
];

/** The values of a new row, in the order of the statement. */
export function encode({ code, title, kind, score, open, at, place, note }: NewEvent): Encoded[] {
  return [code, title, kind, score, open ? 1 : 0, at.toISOString(), JSON.stringify(place), note];
}
