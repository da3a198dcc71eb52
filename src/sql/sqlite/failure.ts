import type { SqlFailure, SqlFailureKind } from "../sql_failure.ts";
import { SAFE_INTEGER_CHECK } from "./table_sql.ts";

/** SQLite's extended result codes that mean more than their primary code. */
const EXTENDED: Readonly<Record<number, SqlFailureKind>> = {
  275: "check", // SQLITE_CONSTRAINT_CHECK
  787: "foreignKey", // SQLITE_CONSTRAINT_FOREIGNKEY
  1299: "notNull", // SQLITE_CONSTRAINT_NOTNULL
  1555: "unique", // SQLITE_CONSTRAINT_PRIMARYKEY
  2067: "unique", // SQLITE_CONSTRAINT_UNIQUE
  2579: "unique", // SQLITE_CONSTRAINT_ROWID
  3091: "type", // SQLITE_CONSTRAINT_DATATYPE
};

const PRIMARY: Readonly<Record<number, SqlFailureKind>> = {
  5: "busy",
  6: "locked",
  8: "readonly",
  10: "io",
  11: "corrupt",
  13: "full",
  14: "cannotOpen",
  18: "tooBig",
  19: "check",
  20: "type",
  26: "notADatabase",
};

/** What SQLite says only in words. */
const MESSAGES: readonly (readonly [RegExp, SqlFailureKind])[] = [
  [/no such table: (?:main\.)?(.*)$/s, "noTable"],
  [/(?:table|index) .* already exists/s, "exists"],
  [/foreign key mismatch/, "badReference"],
  [/malformed JSON/, "malformedJSON"],
  [/integer overflow/, "overflow"],
  // The result codes' own texts, for errors that bring no code: those of `exec` in Deno.
  [/file is not a database/, "notADatabase"],
  [/disk image is malformed/, "corrupt"],
  [/database is locked/, "busy"],
  [/database table is locked/, "locked"],
  [/attempt to write a readonly database/, "readonly"],
  [/disk I\/O error/, "io"],
  [/database or disk is full/, "full"],
  [/unable to open database file/, "cannotOpen"],
  [/string or blob too big/, "tooBig"],
];

/** What SQLite 3.53 and 3.54 say of a search that an index of the rows with one value would serve; see `indexTerm`. */
const PLANNER_ERROR = "internal query planner error";
const ADVICE =
  "; if the table has an index with a condition like WHERE a = 1, make that index again with WHERE (a = 1 OR 0)";

/**
 * What an error of SQLite means.
 *
 * @param code The extended result code; a primary code is enough for most, and 0 stands for one that is not told. A client that
 * tells its name has it of `sqliteCode`.
 */
export function sqliteFailure(code: number, message: string): SqlFailure {
  const kind = EXTENDED[code] ?? PRIMARY[code & 0xff];
  if (kind !== undefined && !(kind === "check" && code === 19)) return constraint(kind, afterColon(message));
  if (code === 19 || (code === 0 && / constraint failed|cannot store /.test(message))) {
    return constraintByMessage(message);
  }
  for (const [pattern, meaning] of MESSAGES) {
    const found = pattern.exec(message);
    if (found !== null) return { kind: meaning, detail: found[1] ?? "" };
  }
  return { kind: "other", detail: message === PLANNER_ERROR ? message + ADVICE : message };
}

/** `exec` of some engines tells only that a constraint failed; the message still says which. */
function constraintByMessage(message: string): SqlFailure {
  const kinds: readonly (readonly [string, SqlFailureKind])[] = [
    ["UNIQUE constraint", "unique"],
    ["FOREIGN KEY constraint", "foreignKey"],
    ["NOT NULL constraint", "notNull"],
    ["cannot store", "type"],
  ];
  const kind = kinds.find(([text]) => message.includes(text))?.[1] ?? "check";
  return constraint(kind, afterColon(message));
}

function constraint(kind: SqlFailureKind, detail: string): SqlFailure {
  if (kind !== "check" || !detail.startsWith(SAFE_INTEGER_CHECK)) return { kind, detail };
  return { kind: "outOfRange", detail, columns: [detail.slice(SAFE_INTEGER_CHECK.length)] };
}

/** `t.a, t.b` of `UNIQUE constraint failed: t.a, t.b`. */
function afterColon(message: string): string {
  const at = message.indexOf(" failed: ");
  return at < 0 ? message : message.slice(at + " failed: ".length);
}
