import { pause } from "../../files/pause.ts";
import type { SqlFailure } from "../sql_failure.ts";

/** The part of an open SQLite database that sets it up. */
export interface SqliteHandle {
  /** Runs statements. */
  exec(sql: string): void;
  /** The first value of the first row. */
  value(sql: string): unknown;
}

/** How a database is set up. */
export interface SqlitePragmas {
  readonly durability: "full" | "relaxed";
  readonly busyTimeout: number;
}

/** Sets up a database this driver has opened, and reads it, which fails when the file is no database. Writes nothing. */
export function setUpSqlite(handle: SqliteHandle, { durability, busyTimeout }: SqlitePragmas): void {
  // First of all: what follows may itself meet a lock.
  handle.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
  handle.exec("PRAGMA foreign_keys = ON");
  handle.exec(synchronous(durability));
  handle.exec("PRAGMA trusted_schema = OFF");
  handle.value("SELECT count(*) FROM sqlite_schema");
}

/**
 * Sets up a database someone else has opened: only what rows depend on, and what was asked for. Returns whether foreign keys are
 * enforced.
 */
export function setUpBorrowedSqlite(
  handle: SqliteHandle,
  { durability, durabilityGiven, busyTimeout }: SqlitePragmas & { readonly durabilityGiven: boolean },
): boolean {
  if (Number(handle.value("PRAGMA busy_timeout")) === 0) handle.exec(`PRAGMA busy_timeout = ${busyTimeout}`);
  handle.exec("PRAGMA foreign_keys = ON");
  handle.value("SELECT count(*) FROM sqlite_schema");
  if (Number(handle.value("PRAGMA foreign_keys")) !== 1) return false;
  if (durabilityGiven) handle.exec(synchronous(durability));
  return true;
}

function synchronous(durability: "full" | "relaxed"): string {
  return `PRAGMA synchronous = ${durability === "full" ? "FULL" : "NORMAL"}`;
}

/**
 * Switches a file to a write-ahead log, so that readers and a writer do not wait for one another. SQLite does not wait for
 * locks here, so this does, unless someone else waits; when the lock stays, the file is used as it is.
 */
export function switchToWAL(
  handle: SqliteHandle,
  { busyTimeout, waits }: { readonly busyTimeout: number; readonly waits: boolean },
  failure: (error: unknown) => SqlFailure,
): void {
  const until = Date.now() + busyTimeout;
  for (let wait = 1;; wait = Math.min(wait * 2, 50)) {
    try {
      const mode = String(handle.value("PRAGMA journal_mode"));
      if (mode !== "wal" && mode !== "memory") handle.value("PRAGMA journal_mode = WAL");
      return;
    } catch (error) {
      if (failure(error).kind !== "busy" || !waits) throw error;
      if (Date.now() >= until) return;
      pause(wait);
    }
  }
}
