import {
  ConnectionError,
  CorruptValueError,
  type ErrorDetails,
  RinariError,
  TransactionError,
} from "../../src/errors/mod.ts";
import { NAME } from "./limits.ts";

/** What a store says in words only, with the code and the reason that are told of it. */
const FAILURES: readonly (readonly [RegExp, string, string])[] = [
  [/closed|bad ?resource/i, "NOT_CONNECTED", "it was closed; connect again"],
  [/database or disk is full/i, "STORE_FULL", "the disk is full; make room and try again"],
  [/disk image is malformed/i, "CORRUPT", "its file is damaged; restore it from a backup"],
  [/file is not a database/i, "NOT_A_DATABASE", "its file is no KV store; check the path"],
  [/disk I\/O error/i, "IO", "its file cannot be read or written; see the cause"],
  [/readonly database/i, "READ_ONLY", "its file may not be written; see its permissions"],
  [
    /unable to open database file/i,
    "CANNOT_OPEN",
    "its file cannot be opened; see the folder and its permissions",
  ],
  [/non-U64 value/i, "CORRUPT_VALUE", "a number of rows is stored as something else; call `verify`"],
];
const LIMIT = /too ?large|too ?many|exceed/i;
const NETWORK = /error sending request|connect|network|timed out|dns/i;

/** The error for what a store reports; one that is typed already stays as it is. */
export function storeFailure(cause: unknown): RinariError {
  if (cause instanceof RinariError) return cause;
  const { name, message } = (cause ?? {}) as { name?: unknown; message?: unknown };
  const text = String(message ?? cause);
  const details: ErrorDetails = { driver: NAME, cause };
  for (const [pattern, code, reason] of FAILURES) {
    if (!pattern.test(text) && !pattern.test(String(name))) continue;
    const Failure = code === "CORRUPT_VALUE" ? CorruptValueError : ConnectionError;
    return new Failure(`Cannot use the KV store: ${reason}`, { ...details, code });
  }
  if (LIMIT.test(text)) {
    return new TransactionError(
      `Cannot use the KV store: it takes less than the driver was told, and reports: ${text}; give its \`limits\``,
      { ...details, code: "LIMIT_EXCEEDED" },
    );
  }
  if (NETWORK.test(text)) {
    return new ConnectionError(
      `Cannot use the KV store: it cannot be reached, and reports: ${text}; try again`,
      {
        ...details,
        code: "UNREACHABLE",
        retryable: true,
      },
    );
  }
  return new RinariError(`Cannot use the KV store: it reports: ${text}`, { ...details, code: "STORE" });
}
