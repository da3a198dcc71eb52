import {
  ConflictError,
  ConnectionError,
  type ErrorDetails,
  RinariError,
  TimeoutError,
} from "../../src/errors/mod.ts";
import { isUnsent, TransportFailure } from "./deadline.ts";
import { isBusy } from "./libsql_failure.ts";

/** What was under way. */
export interface RequestScene {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /**
   * A statement that only reads, one that writes on its own, one inside a transaction, or the end of one. It decides what a lost
   * answer means.
   */
  readonly phase: "read" | "write" | "transaction" | "commit";
  /** A request may be sent twice on its way, so that an answer may be that to the second. Default false. */
  readonly resends?: boolean;
}

/** The transaction is gone at the server: it took too long, or its stream was closed. */
const ENDED =
  /TRANSACTION_TIMEOUT|TRANSACTION_CLOSED|STREAM_EXPIRED|stream (?:not found|expired)|no transaction is active|invalid baton|Received an invalid baton/i;
/** The server has not begun. */
const NO_CONNECTION = /Timed out while opening database connection|Too many concurrent requests/;
const LOST_CODES = ["HRANA_WEBSOCKET_ERROR", "HRANA_CLOSED_ERROR", "HRANA_PROTO_ERROR"];
/** The socket was closed with requests on it, because one of them was not answered in time. */
const CLOSED = /Client was manually closed/;
const REPLICA_LOST = /WriteDelegation|Replication\(|status: (?:Unavailable|Unknown|DeadlineExceeded)/;

/** The error for what went wrong on the way; null when it is the statement that was wrong. */
export function connectionFailure(error: unknown, scene: RequestScene): RinariError | null {
  if (error instanceof RinariError) return error;
  const { driver, database, phase, resends = false } = scene;
  const what = phase === "commit"
    ? `Cannot commit the transaction on \`${database}\``
    : `Cannot use database \`${database}\``;
  const details: ErrorDetails = { driver, cause: error };
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown };
  const message = error instanceof Error ? error.message : String(error);
  const status = statusOf(error);
  if (
    status === 401 ||
    /AUTH_|JWT|Unexpected server response: 401|status: Unauthenticated/.test(`${code} ${message}`)
  ) {
    return unauthorized(driver, what, error);
  }
  if (status === 403 || code === "BLOCKED" || /status: PermissionDenied/.test(message)) {
    return new ConnectionError(
      `${what}: the server refuses it; the token has no right to do that, or the database is blocked`,
      { ...details, code: "FORBIDDEN" },
    );
  }
  if (status === 404 || /NAMESPACE_(?:DOESNT_EXIST|NOT_FOUND)|Namespace .* doesn't exist/i.test(message)) {
    return new ConnectionError(`${what}: the server has no such database; create its namespace first`, {
      ...details,
      code: "UNKNOWN_DATABASE",
    });
  }
  if (status === 429 || NO_CONNECTION.test(message)) {
    return new ConnectionError(
      `${what}: the server has no connection left; try again, or raise its \`--max-concurrent-connections\``,
      { ...details, code: "OVERLOADED", retryable: true },
    );
  }
  if (code === "RESPONSE_TOO_LARGE") {
    return new RinariError(
      `${what}: the answer is larger than the server gives at once; read fewer columns with \`select\`, or fewer rows at once ` +
        "with `limit`, `paginate` or `iterate`",
      { ...details, code },
    );
  }
  if (ENDED.test(`${code} ${message}`) && (phase === "transaction" || phase === "commit")) {
    if (phase === "commit" && resends) {
      return lost(
        `${what}: the server does not know it any more, perhaps because the same request had come before`,
        "CONNECTION_LOST",
        ConnectionError,
        phase,
        details,
      );
    }
    return new ConflictError(
      `${what}: the server has ended the transaction, because it took too long or the connection was lost, and nothing of it ` +
        "is stored; run it again, and make it shorter",
      { ...details, code: "TRANSACTION_EXPIRED", retryable: true },
    );
  }
  if (isBusy(error)) {
    return new ConflictError(
      `${what}: another connection is writing to it; try again, or raise \`busyTimeout\``,
      { ...details, code: "BUSY", retryable: true },
    );
  }
  if (code === "CLIENT_CLOSED" && phase !== "commit") {
    return new ConnectionError(
      `${what}: the driver was disconnected before this was run, and nothing of it is stored; await what is under way first`,
      { ...details, code: "NOT_CONNECTED" },
    );
  }
  const late = error instanceof TransportFailure && error.late ||
    (error as { name?: unknown } | null)?.name === "TimeoutError";
  if (late) {
    return lost(
      `${what}: the server did not answer in time`,
      "REQUEST_TIMEOUT",
      TimeoutError,
      phase,
      details,
    );
  }
  if (isUnsent(error) || isUnsent(cause)) {
    return new ConnectionError(`${what}: the server cannot be reached; see whether it runs, and try again`, {
      ...details,
      code: "UNREACHABLE",
      retryable: true,
    });
  }
  if (isTransport(error, code, status, message)) {
    return lost(
      `${what}: the connection to the server was lost`,
      "CONNECTION_LOST",
      ConnectionError,
      phase,
      details,
    );
  }
  return null;
}

/** The server does not know who asks. */
export function unauthorized(driver: string, what: string, cause: unknown): ConnectionError {
  return new ConnectionError(`${what}: the server does not accept the token; give a valid \`authToken\``, {
    code: "UNAUTHORIZED",
    driver,
    cause,
  });
}

/** A request that was sent and not answered: what it was to write may be stored. */
function lost(
  what: string,
  code: string,
  Kind: typeof ConnectionError | typeof TimeoutError,
  phase: RequestScene["phase"],
  details: ErrorDetails,
): RinariError {
  if (phase === "read") return new Kind(`${what}; try again`, { ...details, code, retryable: true });
  if (phase === "transaction") {
    return new Kind(`${what}; nothing of the transaction is stored, run it again`, {
      ...details,
      code,
      retryable: true,
    });
  }
  return new Kind(`${what}; what was written may be stored or not, look before you write it again`, {
    ...details,
    code,
    outcome: "unknown",
  });
}

function isTransport(error: unknown, code: unknown, status: number | null, message: string): boolean {
  if (error instanceof TransportFailure || LOST_CODES.includes(String(code))) return true;
  if (status !== null) return status >= 500 || status === 400;
  if (error instanceof TypeError && /fetch|network|terminated|socket|connection|body/i.test(message)) {
    return true;
  }
  if ((error as { name?: unknown } | null)?.name === "AbortError") return true;
  return REPLICA_LOST.test(message) || code === "CLIENT_CLOSED" || CLOSED.test(message);
}

function statusOf(error: unknown): number | null {
  for (let each = error, depth = 0; each instanceof Error && depth < 4; each = each.cause, depth++) {
    const { status } = each as { status?: unknown };
    if (typeof status === "number") return status;
  }
  return null;
}
