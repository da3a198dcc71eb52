import { ConflictError, ConnectionError, type ErrorDetails, RinariError, TimeoutError } from "../../mod.ts";
import { isServerError } from "./client.ts";
import { isStale } from "./connection.ts";

/** What was under way: it decides what a lost answer means. */
export interface Scene {
  /** The driver's name. */
  readonly driver: string;
  /** The database's name. */
  readonly database: string;
  /** A connection being opened, a statement that reads, one that writes on its own, one of a transaction, or its end. */
  readonly phase: "connect" | "read" | "write" | "transaction" | "commit";
}

/** The errors of the server that are of the connection: what was asked is not what was wrong. */
const SERVER: Readonly<Record<string, readonly [code: string, reason: string]>> = {
  "28": ["UNAUTHORIZED", "the server does not accept the user or the password; give others in the url"],
  "3D000": ["UNKNOWN_DATABASE", "the server has no such database; create it first"],
  "42501": ["FORBIDDEN", "the user has no right to do that; grant it, or connect as another one"],
  "42939": [
    "FORBIDDEN",
    "PostgreSQL keeps schema names that begin with `pg_` for itself; choose another `schema`",
  ],
  "53300": [
    "TOO_MANY_CONNECTIONS",
    "the server has no connection left; lower `poolSize`, or raise its limit",
  ],
  "57P03": ["UNREACHABLE", "the server is starting or stopping; try again"],
};
const RETRYABLE: readonly string[] = ["TOO_MANY_CONNECTIONS", "UNREACHABLE"];

/** The server could not be reached, so that nothing was sent. */
const UNSENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"];

/** The error for what went wrong on the way; null when it is the statement that was wrong. */
export function connectionError(error: unknown, scene: Scene): RinariError | null {
  if (error instanceof RinariError) return error;
  const { driver, database, phase } = scene;
  const what = phase === "commit"
    ? `Cannot commit the transaction on \`${database}\``
    : `Cannot use database \`${database}\``;
  const details: ErrorDetails = { driver, cause: error };
  if (isServerError(error)) {
    const known = SERVER[error.code] ?? SERVER[error.code.slice(0, 2)];
    if (known !== undefined) {
      const [code, reason] = known;
      return new ConnectionError(`${what}: ${reason}`, {
        ...details,
        code,
        retryable: RETRYABLE.includes(code),
      });
    }
    if (isStale(error)) {
      return new ConflictError(`${what}: a table was made anew meanwhile; run it again`, {
        ...details,
        retryable: true,
      });
    }
    // The server has cancelled the statement and undone it.
    if (error.code === "57014") {
      return new TimeoutError(
        `${what}: a statement took longer than \`requestTimeout\`; raise it, or ask for less`,
        {
          ...details,
          code: "REQUEST_TIMEOUT",
        },
      );
    }
    if (error.severity !== "FATAL") return null;
  }
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (phase === "connect" || UNSENT.includes(String(code))) {
    return new ConnectionError(`${what}: the server cannot be reached; see whether it runs, and try again`, {
      ...details,
      code: "UNREACHABLE",
      retryable: true,
    });
  }
  return /timeout/i.test(String(message))
    ? lost(`${what}: the server did not answer in time`, "REQUEST_TIMEOUT", TimeoutError, phase, details)
    : lost(
      `${what}: the connection to the server was lost`,
      "CONNECTION_LOST",
      ConnectionError,
      phase,
      details,
    );
}

/** A request that was sent and not answered: what it was to write may be stored. */
function lost(
  what: string,
  code: string,
  Kind: typeof ConnectionError | typeof TimeoutError,
  phase: Scene["phase"],
  details: ErrorDetails,
): RinariError {
  switch (phase) {
    case "write":
    case "commit":
      return new Kind(`${what}; what was written may be stored or not, look before you write it again`, {
        ...details,
        code,
        outcome: "unknown",
      });
    case "transaction":
      return new Kind(`${what}; nothing of the transaction is stored, run it again`, {
        ...details,
        code,
        retryable: true,
      });
    default:
      return new Kind(`${what}; try again`, { ...details, code, retryable: true });
  }
}
