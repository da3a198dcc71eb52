import { below, type KeyRange, type Place } from "./key.ts";
import type { KVKey } from "./kv.ts";

/*
 * Keys begin with the prefix, the database and a part that says whose they are: for the database itself one that begins with
 * `!`, for a table its number (digits and small letters) and a section (which begins with a capital): `1R` are the rows of
 * table 1. Few parts, because the store spends as much on each part of a key as on a short value.
 */

/** The sections of a table. */
export const SECTIONS = {
  /** The rows, by primary key. */
  rows: "R",
  /** The segments of large rows. */
  segments: "S",
  /** The number of rows. */
  counter: "C",
  /** The last number of the autoIncrement column. */
  sequence: "Q",
  /** The entries of rows that expire, by time. */
  expiries: "X",
  /** How far the building of indexes has come. */
  progress: "B",
  /** The entries of a unique column, by its number. */
  unique: "U",
  /** The entries of a column that refers, by its number. */
  reference: "F",
  /** The entries of an index made by name, by its number. */
  named: "N",
} as const;

/** Where a section of a table is. */
export function sectionPlace(database: Place, table: string, section: string): Place {
  return below(database, table + section);
}

/** The table that a key belongs to; empty when it is the database's own. */
export function tableOf(key: KVKey, database: Place): string {
  const part = String(key[database.key.length]);
  return part.slice(0, lengthOfTable(part));
}

/** All keys of a table, or of one of its sections. */
export function keysOf(database: Place, part: string): KeyRange {
  const section = lengthOfTable(part) < part.length;
  const start = below(database, section ? part : `${part}A`);
  return { start, end: below(database, section ? `${part}\0` : `${part}[`) };
}

function lengthOfTable(part: string): number {
  const end = part.search(/[^0-9a-z]/);
  return end < 0 ? part.length : end;
}
