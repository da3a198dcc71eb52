import type { SqlFailure } from "../../src/sql/sql_failure.ts";
import { sqliteCode } from "../../src/sql/sqlite_code.ts";
import { sqliteFailure } from "../../src/sql/sqlite_failure.ts";

/** What an embedded replica says of an error at the primary: the extended code and the message. */
const REMOTE_FAILURE = /RemoteSqliteFailure\(-?\d+, (\d+), "(.*)"\)/s;

/** What the client says of a file that it cannot open: the result code is at the end. */
const OPEN_FAILURE = /^ConnectionFailed\(.*: (\d+)"\)$/s;

/** What an error of a statement means. */
export function libsqlFailure(error: unknown): SqlFailure {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RangeError && /safely represented/.test(message)) {
    return { kind: "unsafeInteger", detail: "" };
  }
  const remote = REMOTE_FAILURE.exec(message);
  if (remote !== null) return sqliteFailure(Number(remote[1]), (remote[2] as string).replaceAll('\\"', '"'));
  const unopened = OPEN_FAILURE.exec(message);
  if (unopened !== null) return sqliteFailure(Number(unopened[1]), message);
  const { rawCode, code } = (error ?? {}) as { rawCode?: unknown; code?: unknown };
  return sqliteFailure(typeof rawCode === "number" ? rawCode : sqliteCode(String(code)), message);
}

/**
 * Whether a statement failed at the primary of an embedded replica: nothing is left open here. A connection that is made anew all
 * the same costs one at the primary, which keeps the old one for a minute and has 128 of them.
 */
export function isRemoteFailure(error: unknown): boolean {
  return error instanceof Error && REMOTE_FAILURE.test(error.message);
}

/** Whether another connection holds the store. */
export function isBusy(error: unknown): boolean {
  const { kind } = libsqlFailure(error);
  return kind === "busy" || kind === "locked";
}
