/** SQLite's result codes by their names. */
const CODES: Readonly<Record<string, number>> = {
  SQLITE_BUSY: 5,
  SQLITE_LOCKED: 6,
  SQLITE_READONLY: 8,
  SQLITE_IOERR: 10,
  SQLITE_CORRUPT: 11,
  SQLITE_FULL: 13,
  SQLITE_CANTOPEN: 14,
  SQLITE_TOOBIG: 18,
  SQLITE_CONSTRAINT: 19,
  SQLITE_CONSTRAINT_CHECK: 275,
  SQLITE_CONSTRAINT_FOREIGNKEY: 787,
  SQLITE_CONSTRAINT_NOTNULL: 1299,
  SQLITE_CONSTRAINT_PRIMARYKEY: 1555,
  SQLITE_CONSTRAINT_UNIQUE: 2067,
  SQLITE_CONSTRAINT_ROWID: 2579,
  SQLITE_CONSTRAINT_DATATYPE: 3091,
  SQLITE_MISMATCH: 20,
  SQLITE_NOTADB: 26,
};

/**
 * The result code of SQLite that has a name, for clients that report `SQLITE_CONSTRAINT_UNIQUE` and not 2067.
 *
 * @returns The code, or that of the kind it is of (of `SQLITE_IOERR_READ` that of `SQLITE_IOERR`); 0 when the name means nothing
 * to `sqliteFailure`.
 *
 * @example
 * ```ts
 * import { sqliteCode, sqliteFailure } from "@rinari/orm/sql";
 *
 * const failure = (error: Error & { code: string }) => sqliteFailure(sqliteCode(error.code), error.message);
 * const error = Object.assign(new Error("UNIQUE constraint failed: t.a"), { code: "SQLITE_CONSTRAINT_UNIQUE" });
 * console.log(failure(error).kind); // unique
 * ```
 */
export function sqliteCode(name: string): number {
  return CODES[name] ?? CODES[name.split("_", 2).join("_")] ?? 0;
}
