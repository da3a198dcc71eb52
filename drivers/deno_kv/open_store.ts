import type { KVUsage } from "./options.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";
import { ConnectionError } from "../../src/errors/mod.ts";
import { readFilePlace } from "../../src/files/file_place.ts";
import { builtInOpener, type KVStore } from "./kv.ts";
import { NAME } from "./limits.ts";

/** What `connect` made. */
export interface Open {
  /** The store. */
  readonly store: Store;
  /** Its transactions. */
  readonly sessions: Sessions;
  /** How it is used. */
  readonly usage: KVUsage;
  /** Closes it, when it is the driver's own. */
  readonly close: () => void;
}

/**
 * Opens a store of the runtime, which has them: it was asked before.
 *
 * @throws {ConnectionError} When it cannot be opened.
 * @throws {ValidationError} When the path is no place of a file (`INVALID_OPTIONS`).
 */
export async function openStore(where: string | undefined): Promise<KVStore> {
  const remote = where === undefined || /^https?:/.test(where);
  const place = remote ? where : readFilePlace(NAME, "Cannot open the KV store: its path", where);
  try {
    return await (builtInOpener() as NonNullable<ReturnType<typeof builtInOpener>>)(place);
  } catch (error) {
    throw openFailure(where, error);
  }
}

function openFailure(where: string | undefined, cause: unknown): ConnectionError {
  const { name, message } = (cause ?? {}) as { name?: unknown; message?: unknown };
  const text = String(message);
  const what = where === undefined
    ? "Cannot open the KV store"
    : `Cannot open the KV store ${JSON.stringify(where)}`;
  const [code, reason] = /file is not a database/i.test(text)
    ? ["NOT_A_DATABASE", "its file is no KV store; check the path"]
    : name === "NotCapable" || name === "PermissionDenied"
    ? ["CANNOT_OPEN", `the process may not: ${text}`]
    : /unable to open database file/i.test(text)
    ? [
      "CANNOT_OPEN",
      "its file cannot be opened; check that the folder exists, that it is no folder itself, and its permissions",
    ]
    : ["CANNOT_OPEN", `the runtime reports: ${text}`];
  return new ConnectionError(`${what}: ${reason}`, { code, driver: NAME, cause });
}
