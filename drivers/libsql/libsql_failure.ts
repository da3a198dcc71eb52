import { RinariError } from "../../src/errors/mod.ts";
import type { SqlFailure } from "../../src/sql/sql_failure.ts";
import { sqliteCode } from "../../src/sql/sqlite/code.ts";
import { sqliteFailure } from "../../src/sql/sqlite/failure.ts";

/** What an embedded replica says of an error at the primary: the extended code and the message. */
const REMOTE_FAILURE = /RemoteSqliteFailure\(-?\d+, (\d+), "(.*)"\)/s;

/** What the client says of a file that it cannot open: the result code is at the end. */
const OPEN_FAILURE = /^ConnectionFailed\(.*: (\d+)"\)$/s;

/** Whether an embedded replica could not be opened, because its primary is away. */
export function isUnopened(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("sync error: ");
}

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

/** SQLITE_BUSY, SQLITE_LOCKED, SQLITE_INTERRUPT: SQLite ends a statement that fails, but for one that can be gone on with. */
const LEFT_OPEN: ReadonlySet<number> = new Set([5, 6, 9]);

/** Whether an error has left its statement open in the client, and with it the snapshot that it read. */
export function isLeftOpen(error: unknown): boolean {
  const code = rawCode(ofClient(error));
  return code !== null && LEFT_OPEN.has(code & 0xff);
}

/** As `isLeftOpen`, or nothing is known of it. */
export function mayBeLeftOpen(error: unknown): boolean {
  const cause = ofClient(error);
  if (rawCode(cause) !== null) return isLeftOpen(cause);
  // The client was closed under it, or refused a value before it ran anything.
  return cause instanceof Error && (cause as { code?: unknown }).code !== "CLIENT_CLOSED" &&
    !(cause instanceof RangeError);
}

function rawCode(error: unknown): number | null {
  const { rawCode } = (error ?? {}) as { rawCode?: unknown };
  return typeof rawCode === "number" ? rawCode : null;
}

/** The client's error that an error was made of. */
function ofClient(error: unknown): unknown {
  return error instanceof RinariError ? ofClient(error.cause) : error;
}

/** Whether another connection holds the store. */
export function isBusy(error: unknown): boolean {
  const { kind } = libsqlFailure(error);
  return kind === "busy" || kind === "locked";
}
