import type { SqlFailure, SqlFailureKind } from "../../src/sql/mod.ts";
import { isServerError, type PgError } from "./client.ts";
import { SAFE_INTEGER } from "./create_table.ts";
import { REFERENCE } from "./references.ts";

/** What PostgreSQL's error codes mean. A code that is absent is looked up by its class, the first two characters. */
const KINDS: Readonly<Record<string, SqlFailureKind>> = {
  "23502": "notNull",
  "23503": "foreignKey",
  "23505": "unique",
  "23514": "check",
  "2200H": "outOfRange", // sequence_generator_limit_exceeded: no number is left
  "22003": "overflow", // numeric_value_out_of_range
  "22021": "type", // character_not_in_repertoire
  "22P02": "type", // invalid_text_representation
  "25006": "readonly", // read_only_sql_transaction
  "42P01": "noTable",
  "42P07": "exists", // duplicate_table, and duplicate index
  "40001": "conflict", // serialization_failure
  "40P01": "conflict", // deadlock_detected
  "55P03": "busy", // lock_not_available: lock_timeout
  "53100": "full", // disk_full
  "54": "tooBig", // program_limit_exceeded
  XX: "corrupt",
};

/** What an error means, before it is told what was attempted. */
export function failure(error: unknown): SqlFailure {
  if (!isServerError(error)) {
    return { kind: "other", detail: error instanceof Error ? error.message : String(error) };
  }
  const kind = KINDS[error.code] ?? KINDS[error.code.slice(0, 2)] ?? "other";
  switch (kind) {
    case "unique":
      return named(kind, error, keyColumns(error.detail ?? ""));
    case "notNull":
      return named(kind, error, error.column === undefined ? [] : [error.column]);
    case "check":
      return check(error, error.constraint ?? "");
    case "noTable":
      return { kind, detail: /"((?:[^"]|"")*)"/.exec(error.message)?.[1] ?? "" };
    default:
      return { kind, detail: error.message };
  }
}

/** Some checks are this driver's own. */
function check(error: PgError, constraint: string): SqlFailure {
  if (constraint.startsWith(SAFE_INTEGER)) {
    return named("outOfRange", error, [constraint.slice(SAFE_INTEGER.length)]);
  }
  return { kind: constraint.startsWith(REFERENCE) ? "foreignKey" : "check", detail: constraint };
}

function named(kind: SqlFailureKind, error: PgError, columns: readonly string[]): SqlFailure {
  const detail = error.message;
  return error.table === undefined
    ? { kind, detail, columns }
    : { kind, detail, columns, table: error.table };
}

const NAME = /"((?:[^"]|"")*)"|([^\s",]+)/g;

/** The columns of `Key (id, "Name")=(1, x) already exists.`, in any language the server may speak. */
function keyColumns(detail: string): string[] {
  const list = /\(((?:"(?:[^"]|"")*"|[^"()])*)\)=\(/.exec(detail)?.[1] ?? "";
  return [...list.matchAll(NAME)].map(([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? "");
}
